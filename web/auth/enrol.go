package auth

import (
	"context"
	"strings"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// SetupLink makes the link that creates the first administrator and gives its
// path ("/enrol/…"), or "" when an administrator who can sign in exists. The
// link made before stops working.
func (s *Service) SetupLink(ctx context.Context) (string, error) {
	ready, err := s.Ready(ctx)
	if err != nil || ready {
		return "", err
	}
	var secret string
	err = s.db.Update(ctx, incident.Operator(), func(tx *ledger.Tx) (err error) {
		secret, err = makeLink(tx, link{Purpose: ForSetup, TOTP: newTOTP()}, s.cfg.SetupTTL)
		tx.Record("link.make", "setup/first")
		return err
	})
	if err != nil {
		return "", err
	}
	return enrolPath(secret), nil
}

// Ready reports whether there is an administrator who can sign in.
func (s *Service) Ready(ctx context.Context) (ready bool, err error) {
	err = s.db.View(ctx, func(tx *ledger.Tx) error {
		ready, err = hasAdmin(tx, "")
		return err
	})
	return ready, err
}

func enrolPath(secret string) string { return "/enrol/" + secret }

// Invitation is what an enrolment link shows before it is used.
type Invitation struct {
	Purpose Purpose
	Account Account // empty for the first administrator
	Key     Key     // to be put into an authenticator app
}

// Invitation reads an enrolment link without using it up. Error: Gone.
func (s *Service) Invitation(ctx context.Context, secret string) (Invitation, error) {
	var in Invitation
	err := s.db.View(ctx, func(tx *ledger.Tx) error {
		l, err := peekLink(tx, secret, ForSetup, ForInvite, ForReset)
		if err != nil {
			return err
		}
		in.Purpose = l.Purpose
		if l.Account != "" {
			if in.Account, err = getAccount(tx, l.Account); err != nil || in.Account.Disabled {
				return errDeadLink()
			}
		}
		label := in.Account.Login
		if label == "" {
			label = "administrator"
		}
		in.Key = s.key(l.TOTP, label)
		return nil
	})
	return in, err
}

// Enrolment is what a person gives to enrol. Login and Name count only for the
// first administrator; Zone is the browser's and may be empty.
type Enrolment struct {
	Login, Name, Password, Repeat, Code, Zone string
}

// Enrol burns an enrolment link: the person gets a password and a second
// factor, and recovery codes that are shown this once. All sessions of the
// account end. Errors: Gone for the link, Invalid with a problem per field.
func (s *Service) Enrol(ctx context.Context, secret string, in Enrolment) (Account, []string, error) {
	inv, err := s.Invitation(ctx, secret)
	if err != nil {
		return Account{}, nil, err
	}
	login, name := inv.Account.Login, inv.Account.Name
	var problems []incident.Problem
	if inv.Purpose == ForSetup {
		login, name = cleanLogin(in.Login), strings.TrimSpace(in.Name)
		problems = checkIdentity(login, name, nil)
	}
	problems = append(problems, checkPassword(in.Password, login)...)
	if in.Password != in.Repeat {
		problems = append(problems, incident.Problem{Where: "repeat", What: "The two passwords differ."})
	}
	step := acceptedStep(inv.Key.Secret, in.Code, s.cfg.Clock(), 0)
	if step == 0 {
		problems = append(problems, incident.Problem{Where: "code", What: "This is not the code the app shows now. Check that the clock of your phone is right, and enter the newest one."})
	}
	if err := invalid(problems, "Nothing was saved yet."); err != nil {
		return Account{}, nil, err
	}
	hash, err := s.hash(ctx, in.Password)
	if err != nil {
		return Account{}, nil, err
	}
	codes, kept := newRecovery()
	var a Account
	err = s.db.Update(ctx, stranger(), func(tx *ledger.Tx) error {
		l, err := burnLink(tx, secret, inv.Purpose)
		if err != nil {
			return err
		}
		if a, err = s.enrolled(tx, l, login, name); err != nil {
			return err
		}
		if a.Zone == "" && knownZone(in.Zone) {
			a.Zone = in.Zone
		}
		c := credentials{Password: hash, TOTP: l.TOTP, Recovery: kept, Step: step}
		if err := secrets.Put(tx, ledger.K(a.ID), c); err != nil {
			return err
		}
		if err := dropSessions(tx, a.ID, ""); err != nil {
			return err
		}
		tx.Record("account.enrol", "account/"+a.ID)
		return accounts.Put(tx, ledger.K(a.ID), a)
	})
	if err != nil {
		return Account{}, nil, err
	}
	return a, codes, nil
}

// enrolled gives the account a link is for, new for the first administrator.
func (s *Service) enrolled(tx *ledger.Tx, l link, login, name string) (Account, error) {
	if l.Purpose != ForSetup {
		a, err := getAccount(tx, l.Account)
		if err != nil || a.Disabled {
			return a, errDeadLink()
		}
		a.Enrolled = true
		return a, nil
	}
	switch ready, err := hasAdmin(tx, ""); {
	case err != nil:
		return Account{}, err
	case ready:
		return Account{}, errDeadLink()
	}
	if _, taken, err := byLogin(tx, login); err != nil || taken {
		if err == nil {
			err = invalid([]incident.Problem{{Where: "login", What: "There is an account with this address."}}, "Nothing was saved yet.")
		}
		return Account{}, err
	}
	id, err := newID()
	// The first administrator starts able to work a case, not only to add
	// others who can: with one person at hand, that person is the responder.
	return Account{ID: id, Login: login, Name: name, Enrolled: true, AddedAt: tx.Now(), AddedBy: "setup",
		Grants: []incident.Grant{incident.GrantAdmin, incident.GrantResponder}}, err
}
