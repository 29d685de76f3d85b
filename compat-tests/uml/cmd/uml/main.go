package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"

	"keepalived/compat-tests/uml"
)

func main() {
	job := uml.Job{Output: os.Stdout}
	list := func(to *[]string) func(string) error {
		return func(s string) error { *to = append(*to, s); return nil }
	}
	flag.Func("share", "directory of the host, readable and writable in the guest", list(&job.Share))
	flag.Func("env", "NAME=value for the command", list(&job.Env))
	flag.StringVar(&job.Dir, "dir", "", "working directory of the command")
	flag.DurationVar(&job.Timeout, "timeout", 10*time.Minute, "time limit")
	flag.StringVar(&job.Memory, "memory", "1G", "memory of the guest")
	flag.BoolVar(&job.NFTables, "nftables", false, "Debian's kernel under QEMU, which has IPVS and nftables")
	flag.Parse()
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	job.Command = flag.Args()
	if _, err := unix.IoctlGetTermios(int(os.Stdout.Fd()), unix.TCGETS); err == nil {
		job.Terminal = true
		job.Env = append(job.Env, "TERM="+os.Getenv("TERM"))
	}
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGINT, unix.SIGTERM, unix.SIGHUP)
	defer stop()
	result, err := uml.Boot(ctx, job)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		result.Status = 125
	}
	os.Exit(result.Status)
}
