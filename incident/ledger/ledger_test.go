package ledger_test

import (
	"context"
	"errors"
	"testing"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
)

type note struct {
	Text string `json:"text"`
}

var (
	notes    = ledger.NewCaseTable[note]("notes")
	settings = ledger.NewSystemTable[note]("settings")
	ctx      = context.Background()
	alice    = incident.Principal{ID: "acc-1", Source: incident.FromConsole}
)

// act runs an Update that records one entry.
func act(t testing.TB, db *ledger.DB, fn func(*ledger.Tx) error) {
	t.Helper()
	err := db.Update(ctx, alice, func(tx *ledger.Tx) error {
		tx.Record("test.act", "test/1")
		return fn(tx)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t testing.TB, err error, kind incident.Kind) {
	t.Helper()
	var e *incident.Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Fatalf("error %v, want kind %s", err, kind)
	}
}

func TestPutGet(t *testing.T) {
	s := ledgertest.New(t)
	act(t, s.DB, func(tx *ledger.Tx) error { return notes.Put(tx, ledger.K("inc-1", 1), note{"first"}) })
	s.Reopen(t)
	err := s.View(ctx, func(tx *ledger.Tx) error {
		n, err := notes.Get(tx, ledger.K("inc-1", 1))
		if err != nil || n.Text != "first" {
			t.Errorf("got %v, %v", n, err)
		}
		_, err = notes.Get(tx, ledger.K("inc-1", 2))
		wantKind(t, err, incident.NotFound)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
