package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// serviceManager is pid 1 of a pid namespace, under the name of systemd: it
// runs its arguments as a service and shows what the service notifies. When the
// service is ready it has it reload, when it is ready again it stops it. A
// MAINPID that is that of main.pid is shown so.
func serviceManager() {
	path := filepath.Join(os.Getenv("WORK"), "notify")
	_ = os.Remove(path)
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	check(err)
	os.Setenv("NOTIFY_SOCKET", path)
	service := exec.Command(os.Args[1], os.Args[2:]...)
	service.Stderr = os.Stderr
	check(service.Start())
	go func() { // until nothing is left in the namespace
		for {
			if _, err := syscall.Wait4(-1, nil, 0, nil); err == syscall.ECHILD {
				check(socket.SetReadDeadline(time.Now()))
				return
			}
		}
	}()
	b := make([]byte, 1000)
	signals := []syscall.Signal{syscall.SIGHUP, syscall.SIGTERM}
	for {
		n, err := socket.Read(b)
		if err != nil {
			return
		}
		text := strings.ReplaceAll(string(b[:n]), "\n", "|")
		if m := regexp.MustCompile(`MAINPID=(\d+)`).FindStringSubmatch(text); m != nil {
			pid, _ := strconv.Atoi(m[1])
			main, err := os.ReadFile(filepath.Join(os.Getenv("WORK"), "main.pid"))
			check(err)
			if string(main) == m[1]+"\n" {
				text = strings.ReplaceAll(text, m[1], "main.pid")
			}
			check(syscall.Kill(pid, signals[0]))
			signals = signals[1:]
		}
		fmt.Println(text)
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
