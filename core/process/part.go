package process

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// memoryFileName is what /proc/PID/fd shows of a part (02-runtime section
// 2.5).
const memoryFileName = "/keepalived/consolidated_configuration"

// Part is what the parent hands a child: the configuration, and what the
// parser said of it in the child's name.
type Part struct {
	// Config is nil when no configuration could be made.
	Config *config.Config
	// Messages are the diagnostics' texts, which the child logs.
	Messages []string
	// Status, if not 0, makes the child end with it once it has logged
	// the messages: the configuration is unusable for it.
	Status int
}

// Seal writes a part to a file that can be given to another process, and that
// nobody else can open. It is in memory, where nobody can change it any more,
// or without a name in a directory (tmp_config_directory) if that is not empty.
func (p *Part) Seal(directory string) (*os.File, error) {
	f, err := p.seal(directory)
	if err != nil {
		return nil, fmt.Errorf("configuration part: %w", err)
	}
	return f, nil
}

// partHead stands before the encoded configuration.
type partHead struct {
	Messages  []string
	Status    int
	HasConfig bool
}

func (p *Part) seal(directory string) (*os.File, error) {
	var head bytes.Buffer
	if err := gob.NewEncoder(&head).Encode(partHead{p.Messages, p.Status, p.Config != nil}); err != nil {
		return nil, err
	}
	var body []byte
	if p.Config != nil {
		var err error
		if body, err = p.Config.Encode(); err != nil {
			return nil, err
		}
	}
	f, err := partFile(directory)
	if err != nil {
		return nil, err
	}
	for _, b := range [][]byte{binary.BigEndian.AppendUint64(nil, uint64(head.Len())), head.Bytes(), body} {
		if _, err := f.Write(b); err != nil {
			f.Close()
			return nil, err
		}
	}
	if directory != "" {
		return f, nil
	}
	seals := unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
	if _, err := unix.FcntlInt(f.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// partFile makes the file of a part.
func partFile(directory string) (*os.File, error) {
	if directory != "" {
		return NamelessFile(directory)
	}
	fd, err := unix.MemfdCreate(memoryFileName, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), memoryFileName), nil
}

// NamelessFile makes a file in a directory that has no name there. Errors are
// those of the kernel, as syscall.Errno.
func NamelessFile(directory string) (*os.File, error) {
	fd, err := unix.Open(directory, unix.O_TMPFILE|unix.O_RDWR|unix.O_EXCL|unix.O_CLOEXEC, 0o600)
	if err == nil {
		return os.NewFile(uintptr(fd), directory), nil
	}
	if !errors.Is(err, unix.EOPNOTSUPP) && !errors.Is(err, unix.EISDIR) {
		return nil, err
	}
	// A file system without O_TMPFILE.
	f, err := os.CreateTemp(directory, "keepalived.conf.")
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}

// ReadPart reads what Seal wrote. It does not use the file's position, which
// all processes that have the file share.
func ReadPart(f *os.File) (*Part, error) {
	p, err := readPart(f)
	if err != nil {
		return nil, fmt.Errorf("configuration part: %w", err)
	}
	return p, nil
}

func readPart(f *os.File) (*Part, error) {
	data, err := io.ReadAll(io.NewSectionReader(f, 0, math.MaxInt64))
	if err != nil {
		return nil, err
	}
	if len(data) < 8 {
		return nil, io.ErrUnexpectedEOF
	}
	size := binary.BigEndian.Uint64(data)
	if size > uint64(len(data)-8) {
		return nil, io.ErrUnexpectedEOF
	}
	var head partHead
	if err := gob.NewDecoder(bytes.NewReader(data[8 : 8+size])).Decode(&head); err != nil {
		return nil, err
	}
	p := &Part{Messages: head.Messages, Status: head.Status}
	if head.HasConfig {
		if p.Config, err = config.Decode(data[8+size:]); err != nil {
			return nil, err
		}
	}
	return p, nil
}
