package auth

import (
	"context"
	"net/mail"
	"slices"
	"sort"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// Account is one person who may sign in. It holds no secret.
type Account struct {
	ID       string           `json:"id"`    // UUIDv7
	Login    string           `json:"login"` // e-mail address, lower case
	Name     string           `json:"name"`  // as colleagues see it
	Grants   []incident.Grant `json:"grants,omitempty"`
	Disabled bool             `json:"disabled,omitempty"`
	Zone     string           `json:"zone,omitempty"`  // IANA name; empty means UTC
	Slack    string           `json:"slack,omitempty"` // "<team>/<user>", linked by the person
	AddedAt  time.Time        `json:"added_at"`
	AddedBy  string           `json:"added_by"`
	Enrolled bool             `json:"enrolled,omitempty"` // has a password and a second factor
}

// Principal is the account acting through a door.
func (a Account) Principal(door incident.Source) incident.Principal {
	return incident.Principal{ID: a.ID, Source: door, Grants: slices.Clone(a.Grants)}
}

// Has reports whether the account holds g.
func (a Account) Has(g incident.Grant) bool { return slices.Contains(a.Grants, g) }

// Location is the person's zone; UTC where none is set or it is not known here.
func (a Account) Location() *time.Location {
	if z, err := time.LoadLocation(a.Zone); err == nil {
		return z
	}
	return time.UTC
}

// credentials are an account's secrets, apart so that nothing that shows an
// account can show them.
type credentials struct {
	Password    string    `json:"password,omitempty"` // argon2id
	TOTP        string    `json:"totp,omitempty"`     // base32
	Step        int64     `json:"step,omitempty"`     // the last time step that was accepted
	Recovery    []string  `json:"recovery,omitempty"` // digests of codes not yet used
	Failures    int       `json:"failures,omitempty"` // in a row
	LockedUntil time.Time `json:"locked_until,omitzero"`
}

var (
	accounts = ledger.NewSystemTable[Account]("auth_accounts")
	secrets  = ledger.NewSystemTable[credentials]("auth_credentials")
)

// Tables lists what the package stores, for the store's checker.
func Tables() []ledger.Checker {
	return []ledger.Checker{accounts, secrets, links, sessionRows, tokens}
}

// Account gives one account. Error: NotFound.
func (s *Service) Account(ctx context.Context, id string) (Account, error) {
	var a Account
	err := s.db.View(ctx, func(tx *ledger.Tx) (err error) {
		a, err = getAccount(tx, id)
		return err
	})
	return a, err
}

// Accounts lists every account by name, disabled ones last. Any signed-in
// person may read it: colleagues are chosen from it.
func (s *Service) Accounts(ctx context.Context) ([]Account, error) {
	var all []Account
	err := s.db.View(ctx, func(tx *ledger.Tx) error {
		return accounts.Scan(tx, ledger.K(), func(_ ledger.Key, a Account) error {
			all = append(all, a)
			return nil
		})
	})
	sort.SliceStable(all, func(i, j int) bool {
		if all[i].Disabled != all[j].Disabled {
			return !all[i].Disabled
		}
		return strings.ToLower(all[i].Name) < strings.ToLower(all[j].Name)
	})
	return all, err
}

// Names maps account ids to display names, for pages that show who did what.
func (s *Service) Names(ctx context.Context) (map[string]string, error) {
	all, err := s.Accounts(ctx)
	m := make(map[string]string, len(all))
	for _, a := range all {
		m[a.ID] = a.Name
	}
	return m, err
}

func getAccount(tx *ledger.Tx, id string) (Account, error) {
	if id == "" {
		return Account{}, incident.Errorf(incident.NotFound, "There is no such account.")
	}
	a, err := accounts.Get(tx, ledger.K(id))
	if incident.KindOf(err) == incident.NotFound {
		return a, incident.Errorf(incident.NotFound, "There is no such account.")
	}
	return a, err
}

// byLogin reads every account: a key may not hold an address, and an
// organisation has dozens of responders, not millions.
func byLogin(tx *ledger.Tx, login string) (Account, bool, error) {
	return find(tx, func(a Account) bool { return a.Login == login })
}

func find(tx *ledger.Tx, match func(Account) bool) (found Account, ok bool, err error) {
	err = accounts.Scan(tx, ledger.K(), func(_ ledger.Key, a Account) error {
		if match(a) {
			found, ok = a, true
			return ledger.Stop
		}
		return nil
	})
	return found, ok, err
}

// hasAdmin reports whether an enabled administrator other than except exists
// who can sign in.
func hasAdmin(tx *ledger.Tx, except string) (bool, error) {
	_, ok, err := find(tx, func(a Account) bool {
		return a.ID != except && !a.Disabled && a.Enrolled && a.Has(incident.GrantAdmin)
	})
	return ok, err
}

// cleanLogin folds an address to the one form that is stored and compared.
func cleanLogin(s string) string {
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(s)))
}

func checkIdentity(login, name string, grants []incident.Grant) []incident.Problem {
	var p []incident.Problem
	at, err := mail.ParseAddress(login)
	switch {
	case login == "":
		p = append(p, incident.Problem{Where: "login", What: "Enter an e-mail address."})
	case err != nil || at.Address != login || len(login) > 254:
		p = append(p, incident.Problem{Where: "login", What: "This is not an e-mail address. It should look like name@example.com."})
	}
	switch n := len([]rune(name)); {
	case n == 0:
		p = append(p, incident.Problem{Where: "name", What: "Enter the name that colleagues will see."})
	case n > 100:
		p = append(p, incident.Problem{Where: "name", What: "The name is longer than 100 characters."})
	}
	for _, g := range grants {
		if !slices.Contains(incident.Grants(), g) {
			p = append(p, incident.Problem{Where: "grants", What: "There is no grant named " + string(g) + "."})
		}
	}
	return p
}

func invalid(problems []incident.Problem, sentence string) error {
	if len(problems) == 0 {
		return nil
	}
	return &incident.Error{Kind: incident.Invalid, Message: sentence, Problems: problems}
}
