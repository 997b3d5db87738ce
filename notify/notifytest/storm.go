package notifytest

import (
	"sync"
	"testing"

	"tocsin/notify"
)

// storm plays every move many times over while every connection is full. Only the
// long waits are left out.
func (c conformance) storm(t *testing.T) {
	t.Parallel()
	var script []Move
	for range 12 {
		for n, e := range endings() {
			switch e.move {
			case StallAtData, StallAfterDot, DripAfterDot, AnswerEarly:
				continue
			}
			script = append(script, e.move)
			for range n % 4 {
				script = append(script, Accept)
			}
		}
	}
	s, ch := c.start(t, script...)
	out := send(t, ch, 2*len(script))
	seen := map[notify.Outcome]int{}
	for _, o := range out {
		seen[o]++
	}
	if seen[notify.Accepted] == 0 || seen[notify.Rejected] == 0 || seen[notify.Deferred] == 0 || seen[notify.Uncertain] == 0 {
		t.Errorf("not everything happened: %v", seen)
	}
	s.agrees(t, out)
}

// send sends n messages, as many at once as a mailing does.
func send(t *testing.T, ch notify.Channel, n int) map[string]notify.Outcome {
	t.Helper()
	var mu sync.Mutex
	out := map[string]notify.Outcome{}
	next := make(chan notify.Message)
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() {
			for m := range next {
				r := ch.Send(t.Context(), m)
				mu.Lock()
				out[m.ID] = r.Outcome
				mu.Unlock()
			}
		})
	}
	for k := range n {
		next <- Letter(k)
	}
	close(next)
	wg.Wait()
	if len(out) != n {
		t.Errorf("%d of %d messages have an outcome", len(out), n)
	}
	return out
}

// agrees holds what a channel reported against what the server holds: accepted is
// there once, rejected and deferred not at all, uncertain at most once, and nothing is there
// that nobody sent.
func (s *Server) agrees(t *testing.T, out map[string]notify.Outcome) {
	t.Helper()
	held := s.Held()
	for id, o := range out {
		n := held[id]
		delete(held, id)
		if ok := o == notify.Accepted && n == 1 || o == notify.Uncertain && n <= 1 || (o == notify.Rejected || o == notify.Deferred) && n == 0; !ok {
			t.Errorf("%s is reported %s, and the server holds it %d times", id, o, n)
		}
	}
	for id, n := range held {
		t.Errorf("the server holds %q %d times, and nobody sent it", id, n)
	}
}
