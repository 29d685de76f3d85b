package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"keepalived/core/commandline"
	"keepalived/core/config"
	"keepalived/core/logging"
	"keepalived/core/process"
	"keepalived/core/supervisor"
	"keepalived/parser"
	"keepalived/parser/explain"
	"keepalived/parser/source"
)

// test is -t: it shows what is wrong with the configuration, and returns the
// status that says how bad it is (02-runtime section 1.5). The C daemon's
// lines go to stderr, or to the file of -t; a person at a terminal gets them
// explained; JSON is for other programs, and goes to stdout.
func test(o *commandline.Options, stdout, stderr io.Writer) int {
	unix.Umask(0o177)
	if o.ConfigTestFile != "" {
		f, err := os.OpenFile(o.ConfigTestFile, os.O_WRONLY|os.O_CREATE|os.O_APPEND|unix.O_NOFOLLOW, 0o644)
		if err != nil {
			number, text := logging.Strerror(err)
			fmt.Fprintf(stderr, "Unable to open config-test log file %s %d - %s\n", o.ConfigTestFile, number, text)
			return 1
		}
		defer f.Close()
		stdout, stderr = f, f
	}
	collectLate()
	po := parserOptions(o, newHost(o.Namespace))
	po.Test = true
	r := parser.Load(po)
	status := r.TestStatus()
	if status == parser.StatusOK && o.BadFacility {
		// A bad -S counts as a problem of the configuration.
		status = parser.StatusProblems
	}
	var err error
	if o.JSON {
		err = explained(o, r, status).JSON(stdout)
	} else {
		err = report(o, r, status, stderr)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return status
}

// report shows what is wrong, explained if a person reads it.
func report(o *commandline.Options, r *parser.Result, status int, stderr io.Writer) error {
	if o.Explain || o.ConfigTestFile == "" && terminal(stderr) {
		return explained(o, r, status).Text(stderr, terminal(stderr) && os.Getenv("NO_COLOR") == "")
	}
	for _, d := range r.Diagnostics {
		if !d.LogOnly {
			fmt.Fprintln(stderr, d.Message)
		}
	}
	return nil
}

// everything is a program that has all the children.
var everything = [process.Kinds]bool{true, true, true}

// explained is what there is to say about a configuration besides the C
// daemon's lines.
func explained(o *commandline.Options, r *parser.Result, status int) *explain.Report {
	start := r.Status
	if start == parser.StatusConfig && !r.Needs(r.FatalPass) {
		// The test alone runs that pass, and perhaps none behind it.
		po := parserOptions(o, newHost(o.Namespace))
		po.Host = onlooker{po.Host}
		po.Runs = func(pass config.Pass, c *config.Config) bool { return supervisor.Runs(pass, c, o, everything) }
		start = parser.Load(po).Status
	}
	return explain.New(explain.Input{
		Diagnostics: r.Diagnostics, Status: status, Start: start, Structural: r.Structural(),
		Strict: r.Config != nil && r.Config.Global.ReloadCheckConfig, Needs: r.Needs,
		Read: source.Disk{}.Read, Interfaces: r.Interfaces,
	})
}

// terminal reports whether a person reads what is written to w.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}
