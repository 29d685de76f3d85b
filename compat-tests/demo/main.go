package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"keepalived/compat-tests/uml"

	"golang.org/x/sys/unix"
)

// options are the command line.
type options struct {
	method string // nat, dr or tun
	daemon string // absolute path of the keepalived to show
	colour bool
	guest  bool // already inside the guest
}

func main() {
	o, err := parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(2)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err = start(ctx, o)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func parse(arguments []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.StringVar(&o.method, "method", "nat", "forwarding method: nat, dr or tun")
	flags.StringVar(&o.daemon, "daemon", "build/keepalived", "the keepalived to show")
	flags.BoolVar(&o.colour, "colour", isTerminal(os.Stdout) && os.Getenv("NO_COLOR") == "", "use colours")
	flags.BoolVar(&o.guest, "guest", false, "already in a guest with IPVS")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	if !slices.Contains([]string{"nat", "dr", "tun"}, o.method) {
		return o, fmt.Errorf("method %q: want nat, dr or tun", o.method)
	}
	path, err := filepath.Abs(o.daemon)
	if err != nil {
		return o, err
	}
	o.daemon = path
	if _, err := os.Stat(path); err != nil {
		return o, fmt.Errorf("daemon: %w (make build)", err)
	}
	if os.Geteuid() != 0 {
		return o, errors.New("network namespaces need root")
	}
	return o, nil
}

func isTerminal(file *os.File) bool {
	_, err := unix.IoctlGetTermios(int(file.Fd()), unix.TCGETS)
	return err == nil
}

func start(ctx context.Context, o options) error {
	if o.guest || hasIPVS() {
		return play(ctx, o, os.Stdout)
	}
	return inGuest(ctx, o, os.Stdout)
}

// hasIPVS loads the module if there is one.
func hasIPVS() bool {
	_ = exec.Command("modprobe", "ip_vs").Run()
	_, err := os.Stat("/proc/net/ip_vs")
	return err == nil
}

// inGuest runs this program again where there is IPVS.
func inGuest(ctx context.Context, o options, screen io.Writer) error {
	fmt.Fprintln(screen, "This kernel has no IPVS: starting a User Mode Linux guest.")
	self, err := os.Executable()
	if err != nil {
		return err
	}
	job := uml.Job{
		Command: []string{self, "-guest", "-method", o.method, "-daemon", o.daemon, fmt.Sprintf("-colour=%t", o.colour)},
		Share:   []string{filepath.Dir(self), filepath.Dir(o.daemon)},
		Timeout: 5 * time.Minute,
		Output:  screen,
	}
	result, err := uml.Boot(ctx, job)
	if err == nil && result.Status != 0 {
		err = fmt.Errorf("the guest ended with status %d", result.Status)
	}
	return err
}
