package supervisor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// enterNamespace gives the calling thread the network namespace, and a mount
// namespace in which the directory of pid files is the namespace's own
// (02-runtime section 11). It returns the network namespace that it leaves, which
// is the only one where the kernel tells of processes, and which a process that
// may not look at others finds no more.
func (p *parent) enterNamespace(name string) (origin *os.File, err error) {
	f, err := os.Open(filepath.Join("/run/netns", name))
	if err != nil {
		p.log.Error(fmt.Sprintf(msgNamespaceOpen, name))
		p.log.Error(fmt.Sprintf(msgNamespaceSet, name))
		return nil, err
	}
	defer f.Close()
	if origin, err = os.Open("/proc/thread-self/ns/net"); err != nil {
		p.log.Error(err.Error())
	}
	if err = unix.Setns(int(f.Fd()), unix.CLONE_NEWNET); err != nil {
		p.log.Error(fmt.Sprintf(msgNamespaceEnter, err))
	} else if err = ownPIDDirectory(name); err != nil {
		p.log.Error(err.Error())
	}
	if err != nil {
		p.log.Error(fmt.Sprintf(msgNamespaceSet, name))
		return nil, err
	}
	return origin, nil
}

// ownPIDDirectory puts /run/keepalived/NAME in the place of /run/keepalived,
// for this thread alone and what it becomes or starts.
func ownPIDDirectory(name string) error {
	own := filepath.Join(pidDirectory, name)
	if err := errors.Join(makePIDDirectory(pidDirectory), makePIDDirectory(own)); err != nil {
		return err
	}
	// A thread shares its root and directory with the others: that must
	// end before it can have mounts of its own.
	if err := unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("mount namespace: %w", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_SLAVE|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mount namespace: %w", err)
	}
	if err := unix.Mount(own, pidDirectory, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount %s: %w", pidDirectory, err)
	}
	return nil
}

// removePIDDirectory removes the directories of pid files, where they are
// empty. For a network namespace the one that lies over the other goes first.
func removePIDDirectory(namespace string) {
	if namespace != "" {
		_ = unix.Unmount(pidDirectory, unix.MNT_DETACH)
		_ = os.Remove(filepath.Join(pidDirectory, namespace))
	}
	_ = os.Remove(pidDirectory)
}
