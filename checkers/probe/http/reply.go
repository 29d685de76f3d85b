package http

import (
	"bytes"
	"crypto/md5"
	"hash"
	"strconv"
)

// bufferSize is that of the C daemon's buffer: a header must fit into it.
const bufferSize = 4095

// Reply is the reply as it arrives.
type Reply struct {
	// Status is the code of the status line, 0 without a good one.
	Status int
	// ContentLength is -1 without a good header.
	ContentLength int64
	// Received is the number of octets of the body.
	Received int64
	// Complete is set once the header has arrived.
	Complete bool

	header []byte
	sum    hash.Hash
	// told of each part of the body, and of what of it counts
	body, counted func([]byte)
}

func newReply(body, counted func([]byte)) *Reply {
	return &Reply{ContentLength: -1, sum: md5.New(), body: body, counted: counted}
}

// Digest is the MD5 digest of the body, of at most Content-Length octets.
func (r *Reply) Digest() []byte { return r.sum.Sum(nil) }

// room is how many octets the next read may bring.
func (r *Reply) room() int {
	if r.Complete || len(r.header) >= bufferSize {
		return bufferSize
	}
	return bufferSize - len(r.header)
}

// add takes the next octets.
func (r *Reply) add(b []byte) {
	if !r.Complete {
		if len(r.header) >= bufferSize {
			return // no header in its first 4095 octets: never complete
		}
		r.header = append(r.header, b...)
		i := bytes.Index(r.header, []byte("\r\n\r\n"))
		if i < 0 {
			return
		}
		r.Complete = true
		head, rest := r.header[:i+4], r.header[i+4:]
		r.Status, r.ContentLength = status(head), contentLength(head)
		r.header = head
		b = rest
	}
	if len(b) == 0 {
		return
	}
	counted := b
	if r.ContentLength >= 0 {
		counted = b[:min(int64(len(b)), max(0, r.ContentLength-r.Received))]
	}
	r.sum.Write(counted)
	if r.counted != nil {
		r.counted(counted)
	}
	r.Received += int64(len(b))
	if r.body != nil {
		r.body(b)
	}
}

// status is the code of a status line: three digits after the first blank,
// which stands before the first CR, followed by a blank.
func status(head []byte) int {
	line, _, _ := bytes.Cut(head, []byte("\r"))
	_, rest, ok := bytes.Cut(line, []byte(" "))
	if !ok || len(rest) < 4 || rest[3] != ' ' {
		return 0
	}
	n := 0
	for _, c := range rest[:3] {
		if c < '0' || c > '9' {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// contentLength is that of the header, -1 when it is absent or odd.
func contentLength(head []byte) int64 {
	_, rest, ok := bytes.Cut(head, []byte("Content-Length:"))
	if !ok {
		return -1
	}
	rest = bytes.TrimLeft(rest, " \t")
	if i := bytes.IndexAny(rest, "\r\n"); i >= 0 {
		rest = rest[:i]
	}
	n, err := strconv.ParseUint(string(rest), 10, 63)
	if err != nil || rest[0] == '+' {
		return -1
	}
	return int64(n)
}
