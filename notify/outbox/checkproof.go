package outbox

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"strings"
	"time"
	"unicode"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// Proof is what a person is asked for beside the code: something the letter itself
// does not show to whoever finds it.
type Proof string

const (
	ProofNone       Proof = ""            // the directory has nothing of the kind
	ProofPostalCode Proof = "postal_code" // where the letter came by e-mail
	ProofEmail      Proof = "email"       // where it came on paper
)

// ProofOf is what the person of a letter can be asked for.
func (g *GenuineLetter) ProofOf(p *affected.Person) Proof {
	switch {
	case g.ByPost && p.Email != "":
		return ProofEmail
	case !g.ByPost && plainProof(p.PostalCode) != "":
		return ProofPostalCode
	}
	return ProofNone
}

// How often a wrong proof is taken for one letter, and how long it is closed then.
const (
	wrongProofs = 5
	proofClosed = 24 * time.Hour
)

// tries counts wrong proofs for one letter; in the store, so that a restart forgives nobody.
type tries struct {
	Wrong int       `json:"wrong"`
	Since time.Time `json:"since"`
}

var checkTries = ledger.NewCaseTable[tries]("check_tries") // incident, keyed hash of the person

// Outsider is who acts on the public pages: nobody we know.
func Outsider() incident.Principal {
	return incident.Principal{ID: "letter-page", Source: incident.FromPublic, System: true}
}

// Prove holds what somebody says against what the directory has. A wrong answer
// is counted before it is answered. Errors: Forbidden for a wrong one, Unavailable after
// too many of them within a day, whatever is said then.
func (s *Service) Prove(ctx context.Context, g *GenuineLetter, p *affected.Person, said string) error {
	want := ""
	switch g.ProofOf(p) {
	case ProofPostalCode:
		want = p.PostalCode
	case ProofEmail:
		want = p.Email
	default:
		return nil
	}
	a, b := sha256.Sum256([]byte(plainProof(want))), sha256.Sum256([]byte(plainProof(said)))
	right := hmac.Equal(a[:], b[:])
	closed := false
	k := ledger.K(g.Incident, g.Delivery)
	have := func(tx *ledger.Tx) (tries, error) {
		t, err := checkTries.Get(tx, k)
		if err != nil && incident.KindOf(err) != incident.NotFound {
			return t, err
		}
		if tx.Now().Sub(t.Since) >= proofClosed {
			t = tries{}
		}
		closed = t.Wrong >= wrongProofs
		return t, nil
	}
	if right {
		if err := s.DB.View(ctx, func(tx *ledger.Tx) error { _, err := have(tx); return err }); err != nil {
			return err
		}
	} else if err := s.DB.Update(ctx, Outsider(), func(tx *ledger.Tx) error {
		t, err := have(tx)
		if err != nil {
			return err
		}
		tx.Record("letter.unproved", "incident/"+g.Incident)
		if closed {
			return nil
		}
		if t.Wrong++; t.Wrong == 1 {
			t.Since = tx.Now()
		}
		return checkTries.Put(tx, k, t)
	}); err != nil {
		return err
	}
	switch {
	case closed:
		return incident.Errorf(incident.Unavailable, "Too many wrong answers. Try again tomorrow, or call us.")
	case !right:
		return incident.Errorf(incident.Forbidden, "That is not what we have.")
	}
	return nil
}

// plainProof leaves of an answer what tells it from others: people write postal codes
// with spaces and without, and addresses in any case.
func plainProof(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}
