// Package ledgertest gives tests a real store in a temporary folder.
//
// It is for tests alone. Each store it opens is verified when its test ends, so
// every test of every package above the store is also a test of the audit log.
package ledgertest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tocsin/incident/keys"
	"tocsin/incident/ledger"
)

// Start is what a new Clock reads: a Monday, 09:00 UTC.
var Start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// Clock is a clock that moves only when told. Safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock gives a clock that reads Start.
func NewClock() *Clock { return &Clock{now: Start} }

// Now is the reading; pass the method itself where a clock is wanted.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set makes the clock read t, earlier than before or later.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// Advance moves the clock by d.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Store is an open store with what it was opened with.
type Store struct {
	*ledger.DB
	Clock *Clock
	Keys  *keys.Ring
	Dir   string // the data folder

	// Damaged is set by a test that damages or closes the store, so that it is
	// not verified at the end.
	Damaged bool
}

// Open gives a new empty store whose clock reads Start.
func Open(t testing.TB) *ledger.DB {
	t.Helper()
	return New(t).DB
}

// New is Open for tests that move the clock, look at the files or open them again.
func New(t testing.TB) *Store {
	t.Helper()
	s := &Store{Clock: NewClock(), Keys: keys.Generate(), Dir: t.TempDir()}
	s.open(t)
	return s
}

// Reopen closes the store and opens its file again, as a restart would.
func (s *Store) Reopen(t testing.TB) {
	t.Helper()
	if err := s.DB.Close(); err != nil {
		t.Fatalf("close the store: %v", err)
	}
	s.open(t)
}

// AfterCrash gives a store as a restart would find it if the process were killed
// now: a copy of what is on the disk, opened anew with the same keys and clock.
// It may be called inside an Update, and not while another one runs.
func (s *Store) AfterCrash(t testing.TB) *Store {
	t.Helper()
	c := &Store{Clock: s.Clock, Keys: s.Keys, Dir: t.TempDir()}
	raw, err := os.ReadFile(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(c.Dir, ledger.FileName), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	c.open(t)
	return c
}

func (s *Store) open(t testing.TB) {
	t.Helper()
	db, err := ledger.Open(ledger.Config{
		Path: filepath.Join(s.Dir, ledger.FileName), Clock: s.Clock.Now, Keys: s.Keys,
	})
	if err != nil {
		t.Fatalf("open a store: %v", err)
	}
	s.DB = db
	t.Cleanup(func() {
		if s.DB != db { // reopened since
			return
		}
		if !s.Damaged {
			r, err := db.Fsck(context.Background(), ledger.Checks{}, nil)
			if err != nil {
				t.Errorf("verify the store: %v", err)
			}
			for _, p := range r.Problems {
				t.Errorf("verify the store: %s", p)
			}
		}
		db.Close()
	})
}
