package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
)

func TestConcurrentUpdates(t *testing.T) {
	s := ledgertest.New(t)
	boom := errors.New("boom")
	const workers, acts = 16, 25
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range acts {
				fails := i%5 == 4
				err := s.Update(ctx, alice, func(tx *ledger.Tx) error {
					if err := notes.Put(tx, ledger.K(fmt.Sprint("inc-", w%4), w*1000+i), note{"x"}); err != nil {
						return err
					}
					tx.Record("note.add", fmt.Sprintf("note/%d-%d", w, i))
					if fails {
						return boom
					}
					return nil
				})
				if fails != errors.Is(err, boom) || !fails && err != nil {
					t.Errorf("worker %d act %d: %v", w, i, err)
				}
				if err == nil { // what was confirmed can be read
					err := s.View(ctx, func(tx *ledger.Tx) error {
						_, err := notes.Get(tx, ledger.K(fmt.Sprint("inc-", w%4), w*1000+i))
						return err
					})
					if err != nil {
						t.Errorf("worker %d act %d: %v", w, i, err)
					}
				}
			}
		})
	}
	wg.Wait()
	s.Reopen(t)
	if rows, entries := count(t, s.DB); rows != workers*acts*4/5 || entries != 1+workers*acts*4/5 {
		t.Errorf("%d rows, %d entries", rows, entries)
	}
}

// held runs an Update that waits until release is closed.
func held(t *testing.T, db *ledger.DB) (release func() error) {
	t.Helper()
	started, gate, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- db.Update(ctx, alice, func(tx *ledger.Tx) error {
			close(started)
			<-gate
			tx.Record("test.hold", "test/1")
			return notes.Put(tx, ledger.K("held"), note{"x"})
		})
	}()
	<-started
	return func() error { close(gate); return <-done }
}

func TestWaitingCanBeGivenUp(t *testing.T) {
	s := ledgertest.New(t)
	release := held(t, s.DB)
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	begun := time.Now()
	err := s.Update(short, alice, func(*ledger.Tx) error { t.Error("it ran"); return nil })
	wantKind(t, err, incident.Unavailable)
	if d := time.Since(begun); d > 5*time.Second {
		t.Errorf("it took %v to give up", d)
	}
	// The one that gave up had been counted as waiting; the commit still happens.
	if err := release(); err != nil {
		t.Fatal(err)
	}
	act(t, s.DB, func(tx *ledger.Tx) error { return notes.Put(tx, ledger.K("next"), note{"x"}) })
}

func TestPanicInAGroup(t *testing.T) {
	s := ledgertest.New(t)
	release := held(t, s.DB)
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			defer func() { recover() }()
			err := s.Update(ctx, alice, func(tx *ledger.Tx) error {
				tx.Record("test.act", "test/1")
				if err := notes.Put(tx, ledger.K("g", i), note{"x"}); err != nil {
					return err
				}
				if i%2 == 1 {
					panic("in a group")
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	time.Sleep(20 * time.Millisecond) // let them queue up behind the held one
	if err := release(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if rows, _ := count(t, s.DB); rows != 6 {
		t.Errorf("%d rows, want the held one and the five that did not panic", rows)
	}
}

func TestClosed(t *testing.T) {
	s := ledgertest.New(t)
	s.Damaged = true // not verified: it is closed
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wantKind(t, s.Update(ctx, alice, func(*ledger.Tx) error { return nil }), incident.Unavailable)
	wantKind(t, s.View(ctx, func(*ledger.Tx) error { return nil }), incident.Unavailable)
	if err := s.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func TestClockJumpsBack(t *testing.T) {
	s := ledgertest.New(t)
	put := func(n int) {
		act(t, s.DB, func(tx *ledger.Tx) error { return notes.Put(tx, ledger.K("a", n), note{"x"}) })
	}
	s.Clock.Advance(time.Hour)
	put(1)
	if d := s.ClockBehind(); d != 0 {
		t.Errorf("behind by %v", d)
	}
	s.Clock.Set(ledgertest.Start)
	put(2)
	if d := s.ClockBehind(); d != time.Hour {
		t.Errorf("behind by %v, want an hour", d)
	}
	s.Reopen(t) // a restart does not make the clock right
	if d := s.ClockBehind(); d != time.Hour {
		t.Errorf("after a restart behind by %v, want an hour", d)
	}
	put(3)
	s.Clock.Advance(2 * time.Hour)
	put(4)
	s.View(ctx, func(tx *ledger.Tx) error {
		all, _ := ledger.Entries(tx, 1, 10)
		var at []time.Duration
		for _, e := range all {
			at = append(at, e.At.Sub(ledgertest.Start))
		}
		if got, want := fmt.Sprint(at), "[0s 1h0m0s 1h0m0s 1h0m0s 2h0m0s]"; got != want {
			t.Errorf("instants %s, want %s", got, want)
		}
		return nil
	})
}
