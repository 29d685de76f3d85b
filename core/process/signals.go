package process

import (
	"os"
	"os/signal"
	"syscall"
	"unsafe"
)

// The real-time signals by the numbers that glibc gives them: it keeps the
// first two of the kernel's for itself (02-runtime section 1.3).
const (
	SIGJSON       = syscall.Signal(36) // SIGRTMIN+2
	SIGSTATSCLEAR = syscall.Signal(63) // SIGRTMAX-1
)

// SignalOf is what an operating system signal asks of a service, 0 for
// nothing.
func SignalOf(s os.Signal) Signal {
	switch s {
	case syscall.SIGUSR1:
		return SignalData
	case syscall.SIGUSR2:
		return SignalStats
	case SIGSTATSCLEAR:
		return SignalStatsClear
	case SIGJSON:
		return SignalJSON
	}
	return 0
}

// WatchSignals posts every signal that arrives to the loop, until stop is
// called. From then on no signal has its default effect either, except those
// of faults and of the Go runtime: a signal without a meaning is ignored
// (02-runtime section 6.1), yet scripts do not inherit that.
func WatchSignals(loop *Loop, handle func(os.Signal)) (stop func()) {
	// glibc's SIGRTMIN: the Go runtime handles no such signal, for musl uses it.
	// It alone stays ignored in scripts.
	disposition(34, ignored)
	c := make(chan os.Signal, 64)
	signal.Notify(c, watched()...)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for s := range c {
			if fault(s) {
				dieBy(s.(syscall.Signal))
			}
			loop.Post(func() { handle(s) })
		}
	}()
	return func() {
		signal.Stop(c)
		close(c)
		<-done
	}
}

// fault reports whether a signal means a fault of the program. Of such only
// those arrive here that somebody has sent: a real one is a panic.
func fault(s os.Signal) bool {
	return s == syscall.SIGILL || s == syscall.SIGFPE || s == syscall.SIGBUS || s == syscall.SIGSEGV
}

// dieBy ends the process by a signal, as it ends a program that does not catch
// it. Left to itself the Go runtime would first print what each thread does,
// and wait for seconds for threads that do not answer.
func dieBy(s syscall.Signal) {
	disposition(s, ordinary)
	_ = syscall.Kill(syscall.Getpid(), s)
	select {}
}

// What a signal does that no handler is there for, SIG_DFL and SIG_IGN.
const (
	ordinary uintptr = iota
	ignored
)

// disposition sets what a signal does behind the Go runtime's back.
func disposition(s syscall.Signal, what uintptr) {
	action := struct {
		handler, flags, restorer uintptr
		mask                     uint64
	}{handler: what}
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(s), uintptr(unsafe.Pointer(&action)), 0, 8, 0, 0)
}

// watched lists all signals but those that cannot be caught, or belong to the
// Go runtime and the C library.
func watched() []os.Signal {
	var all []os.Signal
	for n := 1; n <= 64; n++ {
		switch s := syscall.Signal(n); s {
		case syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGURG, syscall.SIGPROF, 32, 33, 34:
		default:
			all = append(all, s)
		}
	}
	return all
}
