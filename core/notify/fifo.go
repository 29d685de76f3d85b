package notify

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"golang.org/x/sys/unix"

	"keepalived/core/config"
)

// fifoMode is the mode of a FIFO that is created, less the umask.
const fifoMode = 0o644

// fifo is one open FIFO. It is open for reading too: lines written while no
// reader is attached stay in it until it is full.
type fifo struct {
	kind    string // "", "vrrp_" or "lvs_"
	conf    *config.FIFO
	fd      int
	created bool
	log     *slog.Logger
}

// openFIFO creates a FIFO if there is none, and opens it. It logs what it
// fails at, and returns nil then.
func openFIFO(kind string, conf *config.FIFO, log *slog.Logger) *fifo {
	f := &fifo{kind: kind, conf: conf, log: log}
	switch err := unix.Mkfifo(conf.Path, fifoMode); {
	case err == nil:
		f.created = true
		_ = os.Lchown(conf.Path, int(conf.UID), int(conf.GID)) // as an ordinary user: it stays ours
	case !errors.Is(err, unix.EEXIST):
		log.Info(fmt.Sprintf(msgCreate, kind, conf.Path))
		return nil
	}
	fd, err := unix.Open(conf.Path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0)
	if err != nil {
		var n unix.Errno
		errors.As(err, &n)
		log.Info(fmt.Sprintf(msgOpen, kind, conf.Path, int(n)))
		f.unlink()
		return nil
	}
	f.fd = fd
	if !f.ours() {
		log.Info(fmt.Sprintf(msgNotOurs, kind, conf.Path))
		_ = unix.Close(fd)
		return nil
	}
	return f
}

// ours reports whether what is open is a FIFO of the configured user or of
// this process's.
func (f *fifo) ours() bool {
	var st unix.Stat_t
	if unix.Fstat(f.fd, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFIFO {
		return false
	}
	return st.Uid == f.conf.UID || int(st.Uid) == os.Geteuid()
}

// there reports whether the path still leads to what is open.
func (f *fifo) there() bool {
	var open, path unix.Stat_t
	return unix.Fstat(f.fd, &open) == nil && unix.Lstat(f.conf.Path, &path) == nil && open.Dev == path.Dev && open.Ino == path.Ino
}

// write writes a line. A line that does not fit at once is lost: it is shorter
// than PIPE_BUF, so that it is written whole or not at all.
func (f *fifo) write(line string, complain bool) {
	_, err := unix.Write(f.fd, []byte(line))
	if err == nil || errors.Is(err, unix.EAGAIN) || !complain {
		return
	}
	kind := ""
	if f.kind != "" {
		kind = f.kind[:len(f.kind)-1] + " " // "vrrp "
	}
	f.log.Info(fmt.Sprintf(msgWrite, kind, err))
}

// close closes the FIFO, and removes it if it was created here.
func (f *fifo) close() {
	if f.there() {
		f.unlink()
	}
	_ = unix.Close(f.fd)
}

func (f *fifo) unlink() {
	if f.created {
		_ = unix.Unlink(f.conf.Path)
	}
}
