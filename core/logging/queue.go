package logging

import (
	"fmt"
	"sync"
	"time"
)

// maxWaiting is how many bytes of lines may wait for one destination.
const maxWaiting = 1 << 20

// output is a destination of lines.
type output interface {
	// try writes a line if that is possible without waiting; false means
	// that it is not.
	try(line []byte) bool
	// wait writes a line however long it takes.
	wait(line []byte)
	// lost is the line that says how many could not be kept.
	lost(n int) []byte
}

// queue holds the lines that their destination does not take at once. Its
// goroutine lives only while lines wait.
type queue struct {
	out output

	mu      sync.Mutex
	waiting [][]byte
	size    int
	dropped int
	idle    chan struct{} // closed when the goroutine ends; nil without one
}

func (q *queue) put(line []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.idle == nil && q.out.try(line) {
		return
	}
	if q.size+len(line) > maxWaiting {
		q.dropped++
		return
	}
	q.waiting = append(q.waiting, line)
	q.size += len(line)
	if q.idle == nil {
		q.idle = make(chan struct{})
		go q.run(q.idle)
	}
}

func (q *queue) run(idle chan struct{}) {
	for {
		line := q.next(idle)
		if line == nil {
			return
		}
		q.out.wait(line)
	}
}

func (q *queue) next(idle chan struct{}) []byte {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) > 0 {
		line := q.waiting[0]
		q.waiting = q.waiting[1:]
		q.size -= len(line)
		return line
	}
	if q.dropped > 0 {
		line := q.out.lost(q.dropped)
		q.dropped = 0
		return line
	}
	q.waiting, q.idle = nil, nil
	close(idle)
	return nil
}

// flush waits until no line waits, at most for patience.
func (q *queue) flush(patience time.Duration) {
	q.mu.Lock()
	idle := q.idle
	q.mu.Unlock()
	if idle == nil {
		return
	}
	select {
	case <-idle:
	case <-time.After(patience):
	}
}

func lostText(n int) string { return fmt.Sprintf("%d log lines lost", n) }
