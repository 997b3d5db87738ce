package auth

import (
	"context"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// An account is locked for lockFor after maxFailures wrong passwords or codes
// in a row. The lock is stored; while it lasts, attempts write nothing.
const (
	maxFailures = 10
	lockFor     = 15 * time.Minute
)

// errNoEntry is the one answer to a wrong name, a wrong password, a locked,
// disabled or not yet enrolled account.
func errNoEntry() error {
	return incident.Errorf(incident.Unauthorized, "The address and password do not match an account that may sign in. After several wrong attempts, wait 15 minutes.")
}

func errWrongCode() error {
	return incident.Errorf(incident.Unauthorized, "This code is wrong or has been used. Wait for the next one and enter that.")
}

// Attempt is one try to get in.
type Attempt struct {
	Address   string // of the peer, without port; for the limiter, kept nowhere
	UserAgent string
}

// Password checks the first factor and, if it is right, opens a pending
// session. It takes as long and answers the same whether or not the account
// exists. Errors: Unauthorized, Unavailable when there were too many attempts.
func (s *Service) Password(ctx context.Context, login, password string, at Attempt) error {
	login = cleanLogin(login)
	if err := s.attempt(login, at.Address); err != nil {
		return err
	}
	a, c, err := s.byLogin(ctx, login)
	if err != nil {
		return err
	}
	fits, renew, err := s.compare(ctx, password, c.Password)
	if err != nil {
		return err
	}
	if a.ID == "" || a.Disabled || !a.Enrolled || s.locked(c) {
		if a.ID == "" || !s.locked(c) {
			if err := s.refused(ctx, a.ID); err != nil {
				return err
			}
		}
		return errNoEntry()
	}
	if !fits {
		if err := s.refused(ctx, a.ID); err != nil {
			return err
		}
		return errNoEntry()
	}
	if renew {
		if err := s.renew(ctx, a.ID, password); err != nil {
			return err
		}
	}
	return s.begin(ctx, a, Pending, "", browser(at.UserAgent))
}

// Code checks the second factor of a pending session: a code of the
// authenticator app, or a recovery code. If it is right the session is full,
// under a new cookie. Errors: Unauthorized, Unavailable.
func (s *Service) Code(ctx context.Context, code string, at Attempt) error {
	a, ses, err := s.Current(ctx, true)
	if err != nil {
		return err
	}
	method, err := s.secondFactor(ctx, a, code, at)
	if err != nil {
		return err
	}
	if ses.Stage == Pending {
		return s.begin(ctx, a, Full, method, browser(at.UserAgent))
	}
	ses.Confirmed = s.cfg.Clock()
	return s.keep(ctx, ses)
}

// secondFactor accepts one code and uses it up; which kind it was is returned.
func (s *Service) secondFactor(ctx context.Context, a Account, code string, at Attempt) (method string, err error) {
	if err := s.attempt(a.Login, at.Address); err != nil {
		return "", err
	}
	wrong := false
	err = s.db.Update(ctx, person(a.ID), func(tx *ledger.Tx) error {
		c, err := getSecrets(tx, a.ID)
		if err != nil {
			return err
		}
		if s.locked(c) {
			wrong = true
			return nil
		}
		act := "signin.code"
		if step := acceptedStep(c.TOTP, code, s.cfg.Clock(), c.Step); step > 0 {
			c.Step, method = step, "code"
		} else if rest, ok := useRecovery(c.Recovery, code); ok {
			c.Recovery, method, act = rest, "recovery code", "signin.recovery"
		} else {
			wrong = true
			return s.failure(tx, a.ID, c)
		}
		c.Failures, c.LockedUntil = 0, time.Time{}
		tx.Record(act, "account/"+a.ID)
		return secrets.Put(tx, ledger.K(a.ID), c)
	})
	if err == nil && wrong {
		err = errWrongCode()
	}
	return method, err
}

// refused writes down a failed attempt. An unknown name is written down too,
// without the name.
func (s *Service) refused(ctx context.Context, account string) error {
	return s.db.Update(ctx, stranger(), func(tx *ledger.Tx) error {
		if account == "" {
			tx.Record("signin.refuse", "account/unknown")
			return nil
		}
		c, err := getSecrets(tx, account)
		if err != nil {
			return err
		}
		return s.failure(tx, account, c)
	})
}

// failure counts a wrong password or code, and locks the account when there
// were too many in a row.
func (s *Service) failure(tx *ledger.Tx, account string, c credentials) error {
	tx.Record("signin.refuse", "account/"+account)
	c.Failures++
	if c.Failures >= maxFailures {
		c.Failures, c.LockedUntil = 0, s.cfg.Clock().Add(lockFor)
		tx.Record("signin.lock", "account/"+account)
	}
	return secrets.Put(tx, ledger.K(account), c)
}

func (s *Service) locked(c credentials) bool { return s.cfg.Clock().Before(c.LockedUntil) }

func (s *Service) renew(ctx context.Context, account, password string) error {
	h, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, person(account), func(tx *ledger.Tx) error {
		c, err := getSecrets(tx, account)
		if err != nil {
			return err
		}
		c.Password = h
		tx.Record("account.rehash", "account/"+account)
		return secrets.Put(tx, ledger.K(account), c)
	})
}

func (s *Service) byLogin(ctx context.Context, login string) (a Account, c credentials, err error) {
	err = s.db.View(ctx, func(tx *ledger.Tx) error {
		var ok bool
		if a, ok, err = byLogin(tx, login); err != nil || !ok {
			return err
		}
		c, err = getSecrets(tx, a.ID)
		return err
	})
	return a, c, err
}

// getSecrets gives the zero value for an account that has not enrolled.
func getSecrets(tx *ledger.Tx, account string) (credentials, error) {
	c, err := secrets.Get(tx, ledger.K(account))
	if incident.KindOf(err) == incident.NotFound {
		return credentials{}, nil
	}
	return c, err
}
