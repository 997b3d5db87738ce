package auth

import (
	"context"
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// NewUser is what an administrator knows of a person to invite.
type NewUser struct {
	Login, Name string
	Grants      []incident.Grant
	Zone        string
}

// AddUser makes an account and the path of the link with which its person
// enrols. Errors: Forbidden, Invalid with a problem per field.
func (s *Service) AddUser(ctx context.Context, by incident.Principal, u NewUser) (Account, string, error) {
	if err := admin(by); err != nil {
		return Account{}, "", err
	}
	u.Login, u.Name = cleanLogin(u.Login), strings.TrimSpace(u.Name)
	problems := checkIdentity(u.Login, u.Name, u.Grants)
	if u.Zone != "" && !knownZone(u.Zone) {
		problems = append(problems, incident.Problem{Where: "zone", What: "This is not a time zone."})
	}
	if err := invalid(problems, "The person was not added."); err != nil {
		return Account{}, "", err
	}
	id, err := newID()
	if err != nil {
		return Account{}, "", err
	}
	a := Account{ID: id, Login: u.Login, Name: u.Name, Grants: ordered(u.Grants), Zone: u.Zone, AddedBy: by.ID}
	var secret string
	err = s.db.Update(ctx, by, func(tx *ledger.Tx) error {
		if _, taken, err := byLogin(tx, a.Login); err != nil || taken {
			if err == nil {
				err = invalid([]incident.Problem{{Where: "login", What: "There is an account with this address."}}, "The person was not added.")
			}
			return err
		}
		a.AddedAt = tx.Now()
		tx.Record("account.add", "account/"+a.ID)
		if err := accounts.Put(tx, ledger.K(a.ID), a); err != nil {
			return err
		}
		secret, err = makeLink(tx, link{Purpose: ForInvite, Account: a.ID, TOTP: newTOTP()}, s.cfg.InviteTTL)
		return err
	})
	if err != nil {
		return Account{}, "", err
	}
	return a, enrolPath(secret), nil
}

// Users lists all accounts. Error: Forbidden.
func (s *Service) Users(ctx context.Context, by incident.Principal) ([]Account, error) {
	if err := admin(by); err != nil {
		return nil, err
	}
	return s.Accounts(ctx)
}

// SetGrants replaces what an account may do. Errors: Forbidden, NotFound,
// Invalid, Conflict when nobody would be left to administer.
func (s *Service) SetGrants(ctx context.Context, by incident.Principal, id string, grants []incident.Grant) error {
	for _, g := range grants {
		if !slices.Contains(incident.Grants(), g) {
			return invalid([]incident.Problem{{Where: "grants", What: "There is no such grant."}}, "Nothing was changed.")
		}
	}
	return s.change(ctx, by, id, "account.grant", func(tx *ledger.Tx, a *Account) error {
		a.Grants = ordered(grants)
		return nil
	})
}

// Disable ends an account's sessions and links and lets it in no more. Its name
// stays on what it did. Errors: Forbidden, NotFound, Conflict for the last
// administrator.
func (s *Service) Disable(ctx context.Context, by incident.Principal, id string) error {
	return s.change(ctx, by, id, "account.disable", func(tx *ledger.Tx, a *Account) error {
		a.Disabled = true
		if err := dropLinks(tx, func(l link) bool { return l.Account == id }); err != nil {
			return err
		}
		return dropSessions(tx, id, "")
	})
}

// Enable lets a disabled account in again, with the credentials it had.
func (s *Service) Enable(ctx context.Context, by incident.Principal, id string) error {
	return s.change(ctx, by, id, "account.enable", func(_ *ledger.Tx, a *Account) error {
		a.Disabled = false
		return nil
	})
}

// Reset takes an account's password, second factor and recovery codes away,
// ends its sessions, and gives the path of the link with which its person
// enrols anew. The last administrator can be reset by the operator at the
// machine alone: if that link were lost, nobody else could make another.
// Errors: Forbidden, NotFound, Conflict.
func (s *Service) Reset(ctx context.Context, by incident.Principal, id string) (string, error) {
	var secret string
	err := s.change(ctx, by, id, "account.reset", func(tx *ledger.Tx, a *Account) error {
		if a.Disabled {
			return incident.Errorf(incident.Conflict, "The account is disabled. Enable it first.")
		}
		a.Enrolled = false
		if err := secrets.Delete(tx, ledger.K(id)); err != nil {
			return err
		}
		if err := dropLinks(tx, func(l link) bool { return l.Account == id }); err != nil {
			return err
		}
		if err := dropSessions(tx, id, ""); err != nil {
			return err
		}
		var err error
		secret, err = makeLink(tx, link{Purpose: ForReset, Account: id, TOTP: newTOTP()}, s.cfg.InviteTTL)
		return err
	})
	if err != nil {
		return "", err
	}
	return enrolPath(secret), nil
}

// change is every act of an administrator on an account.
func (s *Service) change(ctx context.Context, by incident.Principal, id, act string, fn func(*ledger.Tx, *Account) error) error {
	if err := admin(by); err != nil {
		return err
	}
	return s.db.Update(ctx, by, func(tx *ledger.Tx) error {
		a, err := getAccount(tx, id)
		if err != nil {
			return err
		}
		was := a
		if err := fn(tx, &a); err != nil {
			return err
		}
		if err := s.keepAdmin(tx, by, was, a); err != nil {
			return err
		}
		tx.Record(act, "account/"+id)
		return accounts.Put(tx, ledger.K(id), a)
	})
}

// keepAdmin refuses to leave nobody who can administer. A reset by the operator
// is let through: it is how a lost last administrator gets back in.
func (s *Service) keepAdmin(tx *ledger.Tx, by incident.Principal, was, is Account) error {
	could := was.Enrolled && !was.Disabled && was.Has(incident.GrantAdmin)
	can := is.Enrolled && !is.Disabled && is.Has(incident.GrantAdmin)
	reset := was.Enrolled && !is.Enrolled
	if !could || can || by.System && reset {
		return nil
	}
	other, err := hasAdmin(tx, is.ID)
	if err == nil && !other {
		err = incident.Errorf(incident.Conflict, "This is the last administrator who can sign in. Give somebody else the admin grant first.")
	}
	return err
}

// ordered puts grants in the order of incident.Grants, each once.
func ordered(grants []incident.Grant) []incident.Grant {
	var out []incident.Grant
	for _, g := range incident.Grants() {
		if slices.Contains(grants, g) {
			out = append(out, g)
		}
	}
	return out
}
