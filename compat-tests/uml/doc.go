// Package uml runs a command, or the tests of a package, under a User Mode
// Linux kernel: for everything that needs IPVS where the machine's own kernel
// has none.
//
// The guest's root file system is this machine's, read-only, so every
// installed program is there under its usual path, and IPVS, its schedulers,
// tunnels and persistence engines load as modules. /tmp, /run, /dev, /var/log
// and /var/tmp are the guest's own and empty at the start; [Job.Share] brings
// directories of the host in, readable and writable under the same path. The
// guest has a loopback interface and no other way out: whatever it does to
// its network, nothing reaches the machine.
//
// A guest is one process of the host with its own memory; it starts in about
// three seconds, has one processor, and runs forks and system calls several
// times slower than the host. It always ends: with the command, at the time
// limit, or with the process that started it.
//
// Debian's packages user-mode-linux and kmod must be there, and the caller
// must be root. What is written outside the guest: /lib/modules is made when it
// is missing (the guest mounts its modules there), and depmod is run once for
// the guest's modules.
//
// # QEMU
//
// The kernel of user-mode-linux has nftables of the bridge family only. With
// [Job.NFTables] the guest is Debian's own kernel under QEMU, which emulates the
// processor: it takes ten seconds to start and is ten times slower, and its
// packages are large (100 MB), so that nothing in "make test" needs it.
// It is otherwise the same. Packages qemu-system-x86 and busybox-static must be
// there, and the kernel of linux-image-amd64: installed, or unpacked where
// $KEEPALIVED_KERNEL says ("make scenarios-nftables" does all that).
package uml
