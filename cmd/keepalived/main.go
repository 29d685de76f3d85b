package main

import (
	"io"
	"os"
	"runtime"

	"keepalived/checkers"
	"keepalived/checkers/genhash"
	"keepalived/core/bfd"
	"keepalived/core/process"
	"keepalived/ipvs"
	"keepalived/vrrp"
)

func main() {
	// The kernel takes the end of a thread for the end of the children
	// that it has started: this one must live as long as the process.
	runtime.LockOSThread()
	os.Exit(program{
		children: [process.Kinds]func(process.Env) process.Service{
			process.Checker: checkers.New,
			process.VRRP:    newVRRP,
			process.BFD:     bfd.New,
		},
		genhash: genhash.Main,
	}.run(os.Args, os.Stdout, os.Stderr))
}

// newVRRP makes the VRRP process, which tells IPVS when to send connections to
// the other director and when to receive them.
func newVRRP(env process.Env) process.Service {
	return vrrp.New(env, ipvs.NewFollower(env.Loop.Post, func(err error) { env.Log.Info(err.Error()) }))
}

// program is what the binary consists of.
type program struct {
	// children make the services; nil for a kind that is not built in.
	children [process.Kinds]func(process.Env) process.Service
	// genhash is the tool of that name.
	genhash func(args []string, stdout, stderr io.Writer) int
}
