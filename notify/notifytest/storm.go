package notifytest

import (
	"context"
	"sync"
	"testing"
	"time"

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

// stopped ends the ctx of everything while every connection is full: what was under
// way is carried to its end, and the rest is put off.
func (c conformance) stopped(t *testing.T) {
	t.Parallel()
	s, ch := c.start(t, slow(40)...)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for len(s.Messages()) < 10 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	c.halves(t, s, sendUntil(ctx, t, ch, 200))
}

// closed closes the channel at such a moment.
func (c conformance) closed(t *testing.T) {
	t.Parallel()
	s, ch := c.start(t, slow(40)...)
	go func() {
		for len(s.Messages()) < 10 && t.Context().Err() == nil {
			time.Sleep(time.Millisecond)
		}
		_ = ch.Close()
	}()
	c.halves(t, s, send(t, ch, 200))
}

func slow(n int) []Move {
	out := make([]Move, n)
	for k := range out {
		out[k] = Slow
	}
	return out
}

// halves: some are accepted and some put off, and there is nothing else.
func (c conformance) halves(t *testing.T, s *Server, out map[string]notify.Outcome) {
	t.Helper()
	seen := map[notify.Outcome]int{}
	for _, o := range out {
		seen[o]++
	}
	if seen[notify.Accepted] < 10 || seen[notify.Deferred] < 10 || seen[notify.Accepted]+seen[notify.Deferred] != len(out) {
		t.Errorf("%v", seen)
	}
	s.agrees(t, out)
}

// forgetful: a server that answers a letter and loses the commands that came with it
// costs time, and nothing else.
func (c conformance) forgetful(t *testing.T) {
	t.Parallel()
	c.safety.Forgets = true
	s, ch := c.start(t)
	begin := time.Now()
	out := send(t, ch, 300)
	for id, o := range out {
		if o != notify.Accepted {
			t.Errorf("%s: %s", id, o)
		}
	}
	if took := time.Since(begin); took > 30*impatience {
		t.Errorf("it took %s", took)
	}
	s.agrees(t, out)
}

// send sends n messages, as many at once as a mailing does.
func send(t *testing.T, ch notify.Channel, n int) map[string]notify.Outcome {
	t.Helper()
	return sendUntil(t.Context(), t, ch, n)
}

func sendUntil(ctx context.Context, t *testing.T, ch notify.Channel, n int) map[string]notify.Outcome {
	t.Helper()
	var mu sync.Mutex
	out := map[string]notify.Outcome{}
	next := make(chan notify.Message)
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() {
			for m := range next {
				r := ch.Send(ctx, m)
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
