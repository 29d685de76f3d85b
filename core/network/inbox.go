package network

import "sync"

// queueLength is how many datagrams wait for the loop. A router with a hundred
// neighbours that all advertise at once fits.
const queueLength = 256

// Inbox is the bounded queue between a reader and a loop. When Next has returned
// false the next datagram wakes the loop.
type Inbox struct {
	mu      sync.Mutex
	ring    []Datagram // grows up to queueLength, buffers are used again
	first   int
	used    int
	dropped uint64
	ready   func() // called when the first datagram comes into an empty queue
}

// NewInbox returns an empty queue. ready is called, on the reader's goroutine,
// when the first datagram comes into the empty queue.
func NewInbox(ready func()) *Inbox { return &Inbox{ready: ready} }

// Put copies a datagram into the queue, or drops and counts it when the queue
// is full.
func (q *Inbox) Put(d *Datagram) {
	q.mu.Lock()
	if q.used == queueLength {
		q.dropped++
		q.mu.Unlock()
		return
	}
	if q.used == len(q.ring) {
		q.grow()
	}
	slot := &q.ring[(q.first+q.used)%len(q.ring)]
	data := append(slot.Data[:0], d.Data...)
	*slot = *d
	slot.Data = data
	q.used++
	wake := q.used == 1
	q.mu.Unlock()
	if wake {
		q.ready()
	}
}

func (q *Inbox) grow() {
	ring := make([]Datagram, min(max(2*len(q.ring), 8), queueLength))
	for i := range q.used {
		ring[i] = q.ring[(q.first+i)%len(q.ring)]
	}
	q.ring, q.first = ring, 0
}

// Next moves the oldest datagram into d, whose buffer it takes in exchange. It
// reports false when there is none.
func (q *Inbox) Next(d *Datagram) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.used == 0 {
		return false
	}
	slot := &q.ring[q.first]
	spare := d.Data
	*d = *slot
	*slot = Datagram{Data: spare[:0]}
	q.first = (q.first + 1) % len(q.ring)
	q.used--
	return true
}

// Len is the number of datagrams that wait.
func (q *Inbox) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.used
}

// Dropped is the number of datagrams for which there was no room.
func (q *Inbox) Dropped() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.dropped
}
