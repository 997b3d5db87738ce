package auth

import (
	"context"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// Purpose is what a one-time link is for.
type Purpose string

const (
	ForSetup  Purpose = "setup"  // make the first administrator
	ForInvite Purpose = "invite" // a new person enrols
	ForReset  Purpose = "reset"  // a person enrols anew: password, second factor, recovery codes
	ForSignIn Purpose = "signin" // sign in once without either
	ForSlack  Purpose = "slack"  // a signed-in person takes a Slack identity as theirs
)

// link is a one-time link at rest. Its key is the digest of the secret that is
// in the address, so the store cannot make one.
type link struct {
	Purpose Purpose   `json:"purpose"`
	Account string    `json:"account,omitempty"`
	Slack   string    `json:"slack,omitempty"`
	TOTP    string    `json:"totp,omitempty"` // the secret shown while enrolling
	MadeAt  time.Time `json:"made_at"`
	MadeBy  string    `json:"made_by"`
	Expires time.Time `json:"expires"`
}

var links = ledger.NewSystemTable[link]("auth_links")

// errDeadLink is one sentence for a link that is used, expired, replaced or
// never existed: which of them is nobody's business.
func errDeadLink() error {
	return incident.Errorf(incident.Gone, "This link has been used, has expired, or was replaced by a newer one. Ask for a new one.")
}

// makeLink stores a link and gives its secret. Earlier links for the same
// purpose and account stop working.
func makeLink(tx *ledger.Tx, l link, ttl time.Duration) (string, error) {
	if err := dropLinks(tx, func(o link) bool {
		return o.Purpose == l.Purpose && o.Account == l.Account && o.Slack == l.Slack
	}); err != nil {
		return "", err
	}
	secret := newSecret()
	l.MadeAt, l.MadeBy, l.Expires = tx.Now(), tx.By().ID, tx.Now().Add(ttl)
	return secret, links.Put(tx, ledger.K(digest(secret)), l)
}

// peekLink reads a link without using it up.
func peekLink(tx *ledger.Tx, secret string, purposes ...Purpose) (link, error) {
	l, err := links.Get(tx, ledger.K(digest(secret)))
	if incident.KindOf(err) == incident.NotFound {
		return l, errDeadLink()
	}
	if err != nil {
		return l, err
	}
	if !tx.Now().Before(l.Expires) {
		return l, errDeadLink()
	}
	for _, p := range purposes {
		if l.Purpose == p {
			return l, nil
		}
	}
	return l, errDeadLink()
}

// burnLink reads a link and uses it up, in the transaction of what it allows.
func burnLink(tx *ledger.Tx, secret string, purposes ...Purpose) (link, error) {
	l, err := peekLink(tx, secret, purposes...)
	if err != nil {
		return l, err
	}
	return l, links.Delete(tx, ledger.K(digest(secret)))
}

func dropLinks(tx *ledger.Tx, match func(link) bool) error {
	return links.Scan(tx, ledger.K(), func(k ledger.Key, l link) error {
		if match(l) {
			return links.Delete(tx, k)
		}
		return nil
	})
}

// OneTimeLink makes a link that signs this account in, once and soon, without
// password or second factor, and gives its path ("/sign-in/once/…"). Only the
// program itself makes them: for the demo, and for an operator at the machine.
func (s *Service) OneTimeLink(ctx context.Context, accountID string) (string, error) {
	var secret string
	err := s.db.Update(ctx, incident.Operator(), func(tx *ledger.Tx) error {
		a, err := getAccount(tx, accountID)
		if err != nil {
			return err
		}
		if a.Disabled {
			return incident.Errorf(incident.Conflict, "The account is disabled.")
		}
		secret, err = makeLink(tx, link{Purpose: ForSignIn, Account: a.ID}, s.cfg.SignInTTL)
		tx.Record("link.make", "account/"+a.ID)
		return err
	})
	if err != nil {
		return "", err
	}
	return "/sign-in/once/" + secret, nil
}

// UseOneTimeLink burns a sign-in link and gives whom it is for. Error: Gone.
func (s *Service) UseOneTimeLink(ctx context.Context, secret string) (Account, error) {
	var a Account
	err := s.db.Update(ctx, stranger(), func(tx *ledger.Tx) error {
		l, err := burnLink(tx, secret, ForSignIn)
		if err != nil {
			return err
		}
		if a, err = getAccount(tx, l.Account); err != nil || a.Disabled {
			return errDeadLink()
		}
		tx.Record("link.use", "account/"+a.ID)
		return nil
	})
	return a, err
}
