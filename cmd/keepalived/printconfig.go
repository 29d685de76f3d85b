package main

import (
	"fmt"
	"io"
	"io/fs"
	"os/user"
	"strconv"

	"keepalived/core/commandline"
	"keepalived/parser"
	"keepalived/parser/effective"
)

// printConfig is --print-config: it prints the configuration as the daemon
// would use it. What is wrong with it goes to stderr, and changes the exit
// status only when there is nothing to print.
func printConfig(o *commandline.Options, stdout, stderr io.Writer) int {
	po := parserOptions(o, newHost(o.Namespace))
	po.Host, po.Origins = onlooker{po.Host}, true
	r := parser.Load(po)
	status := r.TestStatus()
	if err := report(o, r, status, stderr); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	if r.Config == nil {
		if status == parser.StatusOK { // there is no file: a test has nothing against it
			status = r.Status
		}
		fmt.Fprintln(stderr, "the configuration cannot be used")
		return status
	}
	in := effective.Input{Config: r.Config, Settings: r.Settings, Origins: r.Origins, User: userName, Group: groupName}
	form := effective.Conf
	if o.PrintConfig == "json" {
		form = effective.JSON
	}
	if err := form(stdout, in); err != nil {
		fmt.Fprintln(stderr, "print configuration:", err)
		return 1
	}
	return parser.StatusOK
}

// onlooker is the machine for somebody who does not change it.
type onlooker struct{ parser.Host }

// MakeDirectory implements parser.Host.
func (onlooker) MakeDirectory(string, fs.FileMode) error { return nil }

// userName is empty for a number without a user.
func userName(id uint32) string {
	u, err := user.LookupId(strconv.FormatUint(uint64(id), 10))
	if err != nil {
		return ""
	}
	return u.Username
}

func groupName(id uint32) string {
	g, err := user.LookupGroupId(strconv.FormatUint(uint64(id), 10))
	if err != nil {
		return ""
	}
	return g.Name
}
