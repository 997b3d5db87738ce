package api_test

import (
	"context"
	"errors"
	"io"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
)

// crashing copies the store as a kill inside an act would leave it.
type crashing struct {
	casework.NoReactions
	h     *house
	acted bool
	left  *ledgertest.Store
}

func (c *crashing) IncidentOpened(*ledger.Tx, *incident.Incident) error {
	if !c.acted {
		c.left = c.h.store.AfterCrash(c.h.t)
	}
	return nil
}

// nowhere is a vault for a desk that gets no evidence.
type nowhere struct{}

var errNowhere = errors.New("no vault in this test")

func (nowhere) Put(context.Context, string, io.Reader) (vault.Object, error) {
	return vault.Object{}, errNowhere
}
func (nowhere) Open(context.Context, string, string) (io.ReadSeekCloser, error) {
	return nil, errNowhere
}
func (nowhere) Verify(context.Context, string, string) (vault.Object, error) {
	return vault.Object{}, errNowhere
}
func (nowhere) Delete(context.Context, string, string) error { return errNowhere }
