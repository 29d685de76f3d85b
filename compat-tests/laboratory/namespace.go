package laboratory

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// namespaceDir is where iproute2 keeps named network namespaces.
const namespaceDir = "/run/netns"

// Inside runs do on a thread of its own that has joined the named network
// namespace. Sockets that do opens stay in that namespace afterwards.
func Inside(namespace string, do func() error) error {
	result := make(chan error, 1)
	go func() {
		// Never unlocked: the thread ends with the goroutine, so no other
		// goroutine can ever inherit the foreign namespace.
		runtime.LockOSThread()
		if unix.Gettid() == os.Getpid() {
			// The main thread cannot end before the process, and its namespace
			// counts as the process' own. Occupied here, it leaves another one
			// for the work.
			defer runtime.UnlockOSThread()
			result <- Inside(namespace, do)
			return
		}
		result <- func() error {
			path := filepath.Join(namespaceDir, namespace)
			fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
			if err != nil {
				return fmt.Errorf("namespace %s: open: %w", namespace, err)
			}
			defer unix.Close(fd)
			if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
				return fmt.Errorf("namespace %s: enter: %w", namespace, err)
			}
			return do()
		}()
	}()
	return <-result
}

// Members lists the processes whose network namespace is the named one.
func Members(namespace string) ([]int, error) {
	var want unix.Stat_t
	if err := unix.Stat(filepath.Join(namespaceDir, namespace), &want); err != nil {
		return nil, fmt.Errorf("namespace %s: %w", namespace, err)
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("/proc: %w", err)
	}
	var members []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		var have unix.Stat_t
		// A process that is ending has no namespace any more: not a member.
		if unix.Stat(fmt.Sprintf("/proc/%d/ns/net", pid), &have) == nil && have.Ino == want.Ino && have.Dev == want.Dev {
			members = append(members, pid)
		}
	}
	return members, nil
}

// killMembers kills everything in the namespace and waits until it is gone.
func killMembers(namespace string) error {
	return Eventually(context.Background(), 10*time.Second, "the processes of "+namespace+" ended", func() (bool, error) {
		members, err := Members(namespace)
		if errors.Is(err, os.ErrNotExist) {
			return true, nil
		}
		for _, pid := range members {
			if pid != os.Getpid() {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
		return len(members) == 0, err
	})
}

// Eventually polls the condition until it holds, until it fails with an error,
// until the limit has passed or the context ends. The error names what was
// waited for.
func Eventually(ctx context.Context, limit time.Duration, what string, holds func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := holds()
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not within %v: %s", limit, what)
		case <-tick.C:
		}
	}
}
