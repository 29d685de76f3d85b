package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// inNamespaces starts this program again in network, mount and IPC namespaces
// of its own and returns its exit status.
func inNamespaces(args []string) (int, error) {
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWIPC,
		Pdeathsig:  syscall.SIGKILL,
	}
	err := cmd.Run()
	if cmd.ProcessState == nil {
		return 1, fmt.Errorf("namespaces (root is needed): %w", err)
	}
	return cmd.ProcessState.ExitCode(), nil
}

// output is where the directory of the reports is, inside.
const output = "/mnt"

// furnish makes the world in which the programs run: the files and interfaces
// that the seeds name, and nothing else that could be different.
func furnish(out string, seeds []seed) error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("private mounts: %w", err)
	}
	if err := syscall.Mount(out, output, "", syscall.MS_BIND, ""); err != nil {
		return fmt.Errorf("%s on %s: %w", out, output, err)
	}
	for _, dir := range []string{"/tmp", "/run", "/etc/keepalived"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "mode=755"); err != nil {
			return fmt.Errorf("tmpfs on %s: %w", dir, err)
		}
	}
	for _, path := range append(scripts(seeds), "/tmp/golden_track_file") {
		// A path below another script cannot be made, and stays missing.
		if os.MkdirAll(filepath.Dir(path), 0o755) == nil {
			_ = os.WriteFile(path, []byte("#!/bin/sh\nexit 0\n"), 0o755)
		}
	}
	return links(interfaces(seeds))
}

// links makes interfaces with multicast, except for the ifb ones.
func links(names []string) error {
	batch := "link set lo up\n"
	for i, name := range names {
		batch += fmt.Sprintf("link add %s address 02:00:00:00:%02x:%02x type veth peer name peer%d\n", name, i>>8, i&0xff, i)
		if strings.HasPrefix(name, "ifb") {
			batch += "link set " + name + " multicast off\n"
		}
		batch += fmt.Sprintf("link set %s up\nlink set peer%d up\n", name, i)
	}
	cmd := exec.Command("ip", "-batch", "-")
	cmd.Stdin = strings.NewReader(batch)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("interfaces: %w: %s", err, text)
	}
	return nil
}
