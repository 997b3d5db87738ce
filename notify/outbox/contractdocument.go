package outbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// MaxDocument is how long an agreement may be, in bytes. It is sealed in the
// store itself: it belongs to no incident, and the vault's keys do.
const MaxDocument = 2 << 20

// AttachDocument keeps the agreement beside a contract, in the place of the one
// before; the audit log keeps the digest of both. Errors: NotFound, Invalid,
// TooLarge.
func (s *Service) AttachDocument(ctx context.Context, p incident.Principal, id, name string, raw []byte) error {
	if err := forbidden(p, incident.ManageContracts); err != nil {
		return err
	}
	if name = strings.TrimSpace(name); name == "" || len(raw) == 0 {
		return incident.Errorf(incident.Invalid, "The document is empty.")
	}
	if len(raw) > MaxDocument {
		return incident.Errorf(incident.TooLarge, "Keep the document under %d MiB: the page with the clause is enough.", MaxDocument>>20)
	}
	sum := sha256.Sum256(raw)
	return s.DB.Update(ctx, p, func(tx *ledger.Tx) error {
		c, err := contractByID(tx, id)
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(c.ID)
		if err != nil {
			return err
		}
		c.Document = &ContractDocument{Name: clippedName(name), Size: len(raw), SHA256: hex.EncodeToString(sum[:]), By: p.ID, At: tx.Now()}
		tx.Record("contract.document", "contract/"+c.ID)
		if err := documents.Put(tx, ledger.K(n), raw); err != nil {
			return err
		}
		return contracts.Put(tx, ledger.K(n), c)
	})
}

func clippedName(s string) string {
	if r := []rune(s); len(r) > 120 {
		return string(r[:120])
	}
	return s
}

// Document gives the agreement. Errors: NotFound where none is attached.
func (s *Service) Document(ctx context.Context, p incident.Principal, id string) (ContractDocument, []byte, error) {
	var (
		doc ContractDocument
		raw []byte
	)
	if err := forbidden(p, incident.ListContracts); err != nil {
		return doc, nil, err
	}
	err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		c, err := contractByID(tx, id)
		if err != nil {
			return err
		}
		if c.Document == nil {
			return incident.Errorf(incident.NotFound, "No document is attached to this contract.")
		}
		n, err := strconv.Atoi(c.ID)
		if err != nil {
			return err
		}
		doc = *c.Document
		raw, err = documents.Get(tx, ledger.K(n))
		return err
	})
	return doc, raw, err
}
