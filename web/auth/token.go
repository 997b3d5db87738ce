package auth

import (
	"context"
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// Token is an API token: a machine's account. Its secret is not in it.
type Token struct {
	ID      string           `json:"id"` // UUIDv7
	Name    string           `json:"name"`
	Digest  string           `json:"digest"` // of the secret
	Grants  []incident.Grant `json:"grants,omitempty"`
	MadeAt  time.Time        `json:"made_at"`
	MadeBy  string           `json:"made_by"`
	Expires time.Time        `json:"expires,omitzero"` // zero: never
	UsedAt  time.Time        `json:"used_at,omitzero"` // to the hour
	Revoked time.Time        `json:"revoked,omitzero"`
}

// Alive reports whether the token works at that instant.
func (t Token) Alive(now time.Time) bool {
	return t.Revoked.IsZero() && (t.Expires.IsZero() || now.Before(t.Expires))
}

var tokens = ledger.NewSystemTable[Token]("auth_tokens")

// tokenPrefix lets secret scanners find a token that was committed by mistake.
const tokenPrefix = "tocsin_"

// usedEvery is how often the use of a token is written down.
const usedEvery = time.Hour

// NewToken is what a token is made from. A zero Expires means never.
type NewToken struct {
	Name    string
	Grants  []incident.Grant
	Expires time.Time
}

// AddToken makes an API token and gives its secret, which is shown this once.
// A token may do no more than who makes it. Errors: Forbidden, Invalid.
func (s *Service) AddToken(ctx context.Context, by incident.Principal, n NewToken) (Token, string, error) {
	if err := admin(by); err != nil {
		return Token{}, "", err
	}
	n.Name = strings.TrimSpace(n.Name)
	var problems []incident.Problem
	if n.Name == "" || len([]rune(n.Name)) > 100 {
		problems = append(problems, incident.Problem{Where: "name", What: "Name what the token is for, in at most 100 characters."})
	}
	if len(n.Grants) == 0 {
		problems = append(problems, incident.Problem{Where: "grants", What: "Choose at least one grant: a token without any can do nothing."})
	}
	for _, g := range n.Grants {
		if !slices.Contains(incident.Grants(), g) {
			problems = append(problems, incident.Problem{Where: "grants", What: "There is no such grant."})
		} else if !by.System && !by.Has(g) {
			problems = append(problems, incident.Problem{Where: "grants", What: "You do not hold the grant " + string(g) + " yourself."})
		}
	}
	if !n.Expires.IsZero() && !s.cfg.Clock().Before(n.Expires) {
		problems = append(problems, incident.Problem{Where: "expires", What: "This instant has passed."})
	}
	if err := invalid(problems, "No token was made."); err != nil {
		return Token{}, "", err
	}
	id, err := newID()
	if err != nil {
		return Token{}, "", err
	}
	secret := newSecret()
	t := Token{ID: id, Name: n.Name, Digest: digest(secret), Grants: ordered(n.Grants), MadeBy: by.ID, Expires: n.Expires}
	err = s.db.Update(ctx, by, func(tx *ledger.Tx) error {
		t.MadeAt = tx.Now()
		tx.Record("token.add", "token/"+id)
		return tokens.Put(tx, ledger.K(id), t)
	})
	if err != nil {
		return Token{}, "", err
	}
	return t, tokenPrefix + id + "_" + secret, nil
}

// Tokens lists all tokens, the newest first. Error: Forbidden.
func (s *Service) Tokens(ctx context.Context, by incident.Principal) ([]Token, error) {
	if err := admin(by); err != nil {
		return nil, err
	}
	var out []Token
	err := s.db.View(ctx, func(tx *ledger.Tx) error {
		return tokens.ScanBack(tx, ledger.K(), func(_ ledger.Key, t Token) error {
			out = append(out, t)
			return nil
		})
	})
	return out, err
}

// RevokeToken ends a token now. Errors: Forbidden, NotFound.
func (s *Service) RevokeToken(ctx context.Context, by incident.Principal, id string) error {
	if err := admin(by); err != nil {
		return err
	}
	return s.db.Update(ctx, by, func(tx *ledger.Tx) error {
		t, err := tokens.Get(tx, ledger.K(id))
		if incident.KindOf(err) == incident.NotFound {
			return incident.Errorf(incident.NotFound, "There is no such token.")
		}
		if err != nil || !t.Revoked.IsZero() {
			return err
		}
		t.Revoked = tx.Now()
		tx.Record("token.revoke", "token/"+id)
		return tokens.Put(tx, ledger.K(id), t)
	})
}

// Bearer is the principal of a request to the API, from its Authorization
// header. Error: Unauthorized, the same for every reason.
func (s *Service) Bearer(r *http.Request) (incident.Principal, error) {
	refused := incident.Errorf(incident.Unauthorized, "Send a valid API token: Authorization: Bearer tocsin_…")
	id, secret, ok := parseBearer(r.Header.Get("Authorization"))
	if !ok {
		return incident.Principal{}, refused
	}
	var t Token
	err := s.db.View(r.Context(), func(tx *ledger.Tx) (err error) {
		t, err = tokens.Get(tx, ledger.K(id))
		return err
	})
	if err != nil && incident.KindOf(err) != incident.NotFound {
		return incident.Principal{}, err
	}
	now := s.cfg.Clock()
	same := subtle.ConstantTimeCompare([]byte(t.Digest), []byte(digest(secret))) == 1
	if err != nil || !same || !t.Alive(now) {
		return incident.Principal{}, refused
	}
	if now.Sub(t.UsedAt) >= usedEvery {
		if err := s.tokenUsed(r.Context(), id); err != nil {
			s.cfg.Logger.WarnContext(r.Context(), "token use not noted", "token", id, "err", err)
		}
	}
	return incident.Principal{ID: t.ID, Source: incident.FromAPI, Grants: t.Grants}, nil
}

func (s *Service) tokenUsed(ctx context.Context, id string) error {
	return s.db.Update(ctx, incident.Principal{ID: id, Source: incident.FromAPI}, func(tx *ledger.Tx) error {
		t, err := tokens.Get(tx, ledger.K(id))
		if err != nil || tx.Now().Sub(t.UsedAt) < usedEvery {
			return err
		}
		t.UsedAt = tx.Now()
		tx.Record("token.use", "token/"+id)
		return tokens.Put(tx, ledger.K(id), t)
	})
}

// parseBearer takes "Bearer tocsin_<id>_<secret>" apart.
func parseBearer(header string) (id, secret string, ok bool) {
	scheme, rest, found := strings.Cut(header, " ")
	if !found || !strings.EqualFold(scheme, "Bearer") || len(rest) > 200 {
		return "", "", false
	}
	rest, found = strings.CutPrefix(strings.TrimSpace(rest), tokenPrefix)
	if !found {
		return "", "", false
	}
	id, secret, found = strings.Cut(rest, "_")
	if !found || id == "" || secret == "" {
		return "", "", false
	}
	return id, secret, true
}
