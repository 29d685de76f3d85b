package uml

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed initramfs.sh
var initramfsScript []byte

const (
	emulator       = "qemu-system-x86_64"
	installQEMU    = "apt-get install qemu-system-x86 busybox-static linux-image-amd64"
	kernelVariable = "KEEPALIVED_KERNEL"
)

// rootModules are what the kernel needs to mount the host's root, in the order
// in which they are loaded.
func rootModules() []string {
	return strings.Fields("virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci netfs fscache 9pnet 9pnet_virtio 9p")
}

// qemuMachine is a guest with the kernel of Debian's linux-image-amd64.
func qemuMachine() machine {
	modules := filepath.Join(kernelTree(), "lib/modules")
	return machine{
		name: "qemu",
		prepare: func() error {
			for _, name := range []string{emulator, "busybox"} {
				if _, err := exec.LookPath(name); err != nil {
					return fmt.Errorf("missing (%w): %s", err, installQEMU)
				}
			}
			return prepareModules(modules, installQEMU)
		},
		mount: func(number int, path string) string {
			return fmt.Sprintf("mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 share%d %s", number, quote(path))
		},
		command: func(dir string, job Job, words []string) (*exec.Cmd, error) {
			kernel, err := newest(filepath.Join(kernelTree(), "boot/vmlinuz-*"))
			if err != nil {
				return nil, err
			}
			initramfs := filepath.Join(dir, "initramfs")
			if err := writeInitramfs(initramfs, modules, strings.TrimPrefix(filepath.Base(kernel), "vmlinuz-")); err != nil {
				return nil, err
			}
			words = append(words, "console=ttyS0", "panic=-1", "uml_modules="+modules)
			arguments := []string{
				"-M", "q35", "-cpu", "max", "-smp", "2", "-m", orDefault(job.Memory, defaultMemory),
				"-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot",
				"-kernel", kernel, "-initrd", initramfs, "-append", strings.Join(words, " "),
				"-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap",
			}
			for i, path := range shared(dir, job) {
				arguments = append(arguments, "-virtfs", fmt.Sprintf("local,path=%s,mount_tag=share%d,security_model=none,multidevs=remap", strings.ReplaceAll(path, ",", ",,"), i))
			}
			return exec.Command(emulator, arguments...), nil
		},
	}
}

// kernelTree is where the package linux-image-amd64 is unpacked.
func kernelTree() string {
	return orDefault(os.Getenv(kernelVariable), "/")
}

// newest is the last of the files that match.
func newest(pattern string) (string, error) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		return "", fmt.Errorf("no %s: %s", pattern, installQEMU)
	}
	return files[len(files)-1], nil
}

// writeInitramfs writes the file system that mounts the host's: a shell, a
// script and modules.
func writeInitramfs(name, modules, release string) error {
	shell, err := exec.LookPath("busybox")
	if err != nil {
		return err
	}
	busybox, err := os.ReadFile(shell)
	if err != nil {
		return err
	}
	a := archive{}
	for _, dir := range []string{"bin", "modules", "newroot"} {
		a.add(dir, fs.ModeDir|0o755, nil)
	}
	a.add("bin/busybox", 0o755, busybox)
	a.add("init", 0o755, initramfsScript)
	for i, module := range rootModules() {
		found := ""
		if err := filepath.WalkDir(filepath.Join(modules, release), func(path string, _ fs.DirEntry, err error) error {
			if filepath.Base(path) == module+".ko" {
				found = path
				return fs.SkipAll
			}
			return err
		}); err != nil {
			return err
		}
		data, err := os.ReadFile(found)
		if err != nil {
			return errors.Join(fmt.Errorf("module %s of kernel %s", module, release), err)
		}
		a.add(fmt.Sprintf("modules/%02d", i), 0o644, data)
	}
	a.add("TRAILER!!!", 0, nil)
	return os.WriteFile(name, a.Bytes(), 0o600)
}

// archive is a cpio archive as the kernel reads it (format "newc").
type archive struct {
	bytes.Buffer
	files int
}

func (a *archive) add(name string, mode fs.FileMode, data []byte) {
	const directory, regular = 0o040000, 0o100000 // of stat(2)
	kind := regular
	if mode.IsDir() {
		kind = directory
	}
	a.files++
	a.WriteString("070701")
	for _, field := range []int{a.files, kind | int(mode.Perm()), 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0} {
		fmt.Fprintf(a, "%08x", field)
	}
	a.WriteString(name + "\x00")
	a.pad()
	a.Write(data)
	a.pad()
}

func (a *archive) pad() {
	for a.Len()%4 != 0 {
		a.WriteByte(0)
	}
}
