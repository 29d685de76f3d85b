package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"keepalived/compat-tests/laboratory"
	"keepalived/compat-tests/lecture"
)

// pace is how often the client asks.
const pace = 50 * time.Millisecond

// patience is how long the client waits for one answer.
const patience = time.Second

// An answer is what became of one request.
type answer struct {
	asked  time.Time
	ended  time.Time
	server string // empty: failed
}

// traffic is the client: it asks every 50 ms, whatever became of the request
// before, each time over a new connection.
type traffic struct {
	client *http.Client

	mu      sync.Mutex
	answers []answer
	wg      sync.WaitGroup
}

func newTraffic(node *laboratory.Node) *traffic {
	return &traffic{client: laboratory.Client(node, patience)}
}

// run asks until the context ends, and waits for the last answers.
func (t *traffic) run(ctx context.Context) {
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			t.wg.Wait()
			return
		case <-tick.C:
			t.wg.Go(t.ask)
		}
	}
}

func (t *traffic) ask() {
	a := answer{asked: time.Now()}
	response, err := t.client.Get("http://" + lecture.ServiceAddress + "/")
	if err == nil {
		body, err := io.ReadAll(io.LimitReader(response.Body, 100))
		_ = response.Body.Close()
		if err == nil && response.StatusCode == http.StatusOK {
			a.server = strings.TrimSpace(string(body))
		}
	}
	a.ended = time.Now()
	t.mu.Lock()
	t.answers = append(t.answers, a)
	t.mu.Unlock()
}

// since returns the results from the given index on, in the order of their ends.
func (t *traffic) since(index int) []answer {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]answer(nil), t.answers[min(index, len(t.answers)):]...)
}

// silence is the longest time between two answers that overlaps the interval.
// The gap that is open at its end counts up to there.
func silence(answers []answer, from, to time.Time) time.Duration {
	last, longest := from, time.Duration(0)
	for _, a := range answers {
		if a.server == "" || a.ended.Before(from) {
			if a.server != "" {
				last = from
			}
			continue
		}
		if a.ended.After(to) {
			break
		}
		longest = max(longest, a.ended.Sub(last))
		last = a.ended
	}
	return max(longest, to.Sub(last))
}

// count tells how many requests of the interval were made and how many failed.
func count(answers []answer, from, to time.Time) (made, failed int) {
	for _, a := range answers {
		if a.asked.Before(from) || !a.asked.Before(to) {
			continue
		}
		made++
		if a.server == "" {
			failed++
		}
	}
	return made, failed
}
