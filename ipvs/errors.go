package ipvs

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// Command is a command of the IPVS socket-option interface. Requests go over
// netlink, but errors are told in these terms (chapter 04 section 5).
type Command int

// The commands, with the numbers of the socket-option interface.
const (
	CommandAdd         Command = 1154
	CommandEdit        Command = 1155
	CommandDel         Command = 1156
	CommandFlush       Command = 1157
	CommandAddDest     Command = 1159
	CommandDelDest     Command = 1160
	CommandEditDest    Command = 1161
	CommandSetTimeout  Command = 1162
	CommandStartDaemon Command = 1163
	CommandStopDaemon  Command = 1164
)

// String is the C name.
func (c Command) String() string {
	switch c {
	case CommandAdd:
		return "IP_VS_SO_SET_ADD"
	case CommandEdit:
		return "IP_VS_SO_SET_EDIT"
	case CommandDel:
		return "IP_VS_SO_SET_DEL"
	case CommandFlush:
		return "IP_VS_SO_SET_FLUSH"
	case CommandAddDest:
		return "IP_VS_SO_SET_ADDDEST"
	case CommandDelDest:
		return "IP_VS_SO_SET_DELDEST"
	case CommandEditDest:
		return "IP_VS_SO_SET_EDITDEST"
	case CommandSetTimeout:
		return "IP_VS_SO_SET_TIMEOUT"
	case CommandStartDaemon:
		return "IP_VS_SO_SET_STARTDAEMON"
	case CommandStopDaemon:
		return "IP_VS_SO_SET_STOPDAEMON"
	}
	return "?"
}

// Error is a command that the kernel refused. Its text is the C daemon's log
// line. errors.Is with an error number (unix.EEXIST, ...) looks at the
// translated number: a kernel's ESRCH is ENOENT.
type Error struct {
	Command Command
	Errno   syscall.Errno // translated, as printed
	Object  string        // "10.0.0.100:tcp:80 -> 10.1.1.1:8001"; empty for FLUSH and the daemons
}

// Error is `IPVS cmd <NAME>(<num>) error: <text>(<errno>) (<object>)`.
func (e *Error) Error() string {
	s := fmt.Sprintf("IPVS cmd %s(%d) error: %s(%d)", e.Command, int(e.Command), e.text(), int(e.Errno))
	if e.Object != "" {
		s += " (" + e.Object + ")"
	}
	return s
}

// Unwrap returns the translated error number.
func (e *Error) Unwrap() error { return e.Errno }

// Harmless says whether every failure that an error joins is one that the C
// daemon logs and takes for success: something to be added is there already,
// something to be deleted is gone already (chapter 04 section 5).
func Harmless(err error) bool {
	for _, e := range Errors(err) {
		var refusal *Error
		if !errors.As(e, &refusal) || !refusal.harmless() {
			return false
		}
	}
	return true
}

func (e *Error) harmless() bool {
	switch e.Command {
	case CommandAdd, CommandAddDest:
		return e.Errno == unix.EEXIST
	case CommandDel, CommandDelDest:
		return e.Errno == unix.ENOENT
	}
	return false
}

// Errors are the single failures that an error of a Table joins, in their
// order.
func Errors(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// refused makes the Error of a command from what the kernel answered; nil
// stays nil. An error that is no error number (a broken socket) is wrapped as
// it is.
func refused(command Command, object string, err error) error {
	if err == nil {
		return nil
	}
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return fmt.Errorf("ipvs %s: %w", command, err)
	}
	return &Error{Command: command, Errno: translate(errno), Object: object}
}

// translate maps a kernel error number to the one that is judged and printed,
// as the C daemon's netlink library does (chapter 04 section 5).
func translate(errno syscall.Errno) syscall.Errno {
	switch errno {
	case unix.ESRCH:
		return unix.ENOENT
	case unix.EADDRINUSE:
		return unix.EEXIST
	case unix.ENOPROTOOPT, unix.EFAULT:
		return unix.EINVAL
	case unix.ENOBUFS:
		return unix.ENOMEM
	case unix.ENOENT, unix.EEXIST, unix.EINVAL, unix.ENOMEM, unix.EPERM, unix.EACCES,
		unix.EBUSY, unix.EAGAIN, unix.EINTR, unix.ENODEV, unix.ERANGE,
		unix.EOPNOTSUPP, unix.EAFNOSUPPORT, unix.EPROTONOSUPPORT:
		return errno
	}
	return unix.EPERM
}

// text is what the C daemon prints for the error number of a command.
func (e *Error) text() string {
	switch {
	case e.Command == CommandAdd && e.Errno == unix.EEXIST:
		return "Service already exists"
	case (e.Command == CommandAdd || e.Command == CommandEdit) && e.Errno == unix.ENOENT:
		return "Scheduler or persistence engine not found"
	case e.Command == CommandAddDest && e.Errno == unix.EEXIST:
		return "Destination already exists"
	case (e.Command == CommandEditDest || e.Command == CommandDelDest) && e.Errno == unix.ENOENT:
		return "No such destination"
	case e.Command == CommandStartDaemon && e.Errno == unix.EEXIST:
		return "Daemon has already run"
	}
	switch e.Errno {
	case unix.EPERM:
		return "Permission denied (you must be root)"
	case unix.EINVAL:
		return "Invalid operation.  Possibly wrong module version, address not unicast, ..."
	case unix.ENOMEM:
		return "Memory allocation problem"
	case unix.EOPNOTSUPP:
		return "Operation not supported with IPv6"
	case unix.EAFNOSUPPORT:
		return "Operation not supported with specified address family"
	}
	return ErrnoText(e.Errno)
}

// ErrnoText is the C library's text for an error number that the kernel may
// answer here, also for the reason of a failed [Open].
func ErrnoText(errno syscall.Errno) string {
	switch errno {
	case unix.EPERM:
		return "Operation not permitted"
	case unix.ENOENT:
		return "No such file or directory"
	case unix.EINTR:
		return "Interrupted system call"
	case unix.EAGAIN:
		return "Resource temporarily unavailable"
	case unix.ENOMEM:
		return "Cannot allocate memory"
	case unix.EACCES:
		return "Permission denied"
	case unix.EBUSY:
		return "Device or resource busy"
	case unix.EEXIST:
		return "File exists"
	case unix.ENODEV:
		return "No such device"
	case unix.EINVAL:
		return "Invalid argument"
	case unix.ERANGE:
		return "Numerical result out of range"
	case unix.EPROTONOSUPPORT:
		return "Protocol not supported"
	case unix.EOPNOTSUPP:
		return "Operation not supported"
	case unix.EAFNOSUPPORT:
		return "Address family not supported by protocol"
	}
	return errno.Error()
}
