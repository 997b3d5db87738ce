package auth

import (
	"context"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// What people do to their own account. Each takes the account from a session
// that the caller has found fresh.

// ChangePassword replaces the password and ends all other sessions. Errors:
// Invalid with a problem per field.
func (s *Service) ChangePassword(ctx context.Context, a Account, keepSession, old, password, repeat string, at Attempt) error {
	if err := s.attempt(a.Login, at.Address); err != nil {
		return err
	}
	_, c, err := s.byLogin(ctx, a.Login)
	if err != nil {
		return err
	}
	var problems []incident.Problem
	if c.Password != "" { // an account that came in by a link may have none yet
		switch fits, _, err := s.compare(ctx, old, c.Password); {
		case err != nil:
			return err
		case !fits:
			problems = append(problems, incident.Problem{Where: "old", What: "This is not your password."})
		}
	}
	problems = append(problems, checkPassword(password, a.Login)...)
	if password != repeat {
		problems = append(problems, incident.Problem{Where: "repeat", What: "The two passwords differ."})
	}
	if err := invalid(problems, "Your password was not changed."); err != nil {
		return err
	}
	h, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.own(ctx, a, "account.password", func(tx *ledger.Tx, c *credentials) error {
		c.Password = h
		return dropSessions(tx, a.ID, keepSession)
	})
}

// RenewRecovery replaces the recovery codes; the new ones are shown this once.
func (s *Service) RenewRecovery(ctx context.Context, a Account) ([]string, error) {
	codes, kept := newRecovery()
	return codes, s.own(ctx, a, "account.recovery", func(_ *ledger.Tx, c *credentials) error {
		c.Recovery = kept
		return nil
	})
}

// Factors is what an account can sign in with.
type Factors struct {
	Password, TOTP bool
	Recovery       int // codes left
}

// Factors tells what a has. It holds no secret.
func (s *Service) Factors(ctx context.Context, a Account) (f Factors, err error) {
	err = s.db.View(ctx, func(tx *ledger.Tx) error {
		c, err := getSecrets(tx, a.ID)
		f = Factors{Password: c.Password != "", TOTP: c.TOTP != "", Recovery: len(c.Recovery)}
		return err
	})
	return f, err
}

// Reenrol gives the path of a link with which a person sets a new password,
// authenticator app and recovery codes. What they have works until they do.
func (s *Service) Reenrol(ctx context.Context, a Account) (string, error) {
	var secret string
	err := s.db.Update(ctx, person(a.ID), func(tx *ledger.Tx) (err error) {
		secret, err = makeLink(tx, link{Purpose: ForReset, Account: a.ID, TOTP: newTOTP()}, time.Hour)
		tx.Record("link.make", "account/"+a.ID)
		return err
	})
	return enrolPath(secret), err
}

// SetProfile changes the name colleagues see and the zone in which a reads.
func (s *Service) SetProfile(ctx context.Context, a Account, name, zone string) error {
	name = strings.TrimSpace(name)
	problems := checkIdentity(a.Login, name, nil)
	if zone != "" && !knownZone(zone) {
		problems = append(problems, incident.Problem{Where: "zone", What: "This is not a time zone. It should look like Europe/Berlin."})
	}
	if err := invalid(problems, "Nothing was changed."); err != nil {
		return err
	}
	return s.db.Update(ctx, person(a.ID), func(tx *ledger.Tx) error {
		a, err := getAccount(tx, a.ID)
		if err != nil {
			return err
		}
		a.Name, a.Zone = name, zone
		tx.Record("account.profile", "account/"+a.ID)
		return accounts.Put(tx, ledger.K(a.ID), a)
	})
}

func (s *Service) own(ctx context.Context, a Account, act string, fn func(*ledger.Tx, *credentials) error) error {
	return s.db.Update(ctx, person(a.ID), func(tx *ledger.Tx) error {
		c, err := getSecrets(tx, a.ID)
		if err != nil {
			return err
		}
		if err := fn(tx, &c); err != nil {
			return err
		}
		tx.Record(act, "account/"+a.ID)
		return secrets.Put(tx, ledger.K(a.ID), c)
	})
}

func knownZone(name string) bool {
	if name == "" || name == "Local" || len(name) > 64 {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}
