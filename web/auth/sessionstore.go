package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// sessionRows holds sessions by the digest of their cookie.
var sessionRows = ledger.NewSystemTable[Session]("auth_sessions")

// sessionStore keeps scs sessions in the ledger. Opening, renewing and ending
// one are acts of the person it belongs to.
type sessionStore struct{ db *ledger.DB }

func person(id string) incident.Principal {
	return incident.Principal{ID: id, Source: incident.FromConsole}
}

func (st *sessionStore) FindCtx(ctx context.Context, token string) (b []byte, found bool, err error) {
	err = st.db.View(ctx, func(tx *ledger.Tx) error {
		ses, err := sessionRows.Get(tx, ledger.K(token))
		if incident.KindOf(err) == incident.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		found = true
		b, err = json.Marshal(ses)
		return err
	})
	return b, found, err
}

// CommitCtx writes only what changed: scs commits again when the answer is
// written what begin has stored already.
func (st *sessionStore) CommitCtx(ctx context.Context, token string, b []byte, _ time.Time) error {
	var ses Session
	if err := json.Unmarshal(b, &ses); err != nil || ses.ID == "" {
		return nil // nothing was put into it
	}
	before, found, err := st.FindCtx(ctx, token)
	if err != nil || found && slices.Equal(before, b) {
		return err
	}
	return st.db.Update(ctx, person(ses.Account), func(tx *ledger.Tx) error {
		act := "session.open"
		switch {
		case found:
			act = "session.confirm"
		case ses.Stage == Pending:
			act = "session.password"
		}
		tx.Record(act, "session/"+ses.ID)
		return sessionRows.Put(tx, ledger.K(token), ses)
	})
}

func (st *sessionStore) DeleteCtx(ctx context.Context, token string) error {
	b, found, err := st.FindCtx(ctx, token)
	if err != nil || !found {
		return err
	}
	var ses Session
	if err := json.Unmarshal(b, &ses); err != nil {
		return incident.Because(incident.Internal, err, "read a session")
	}
	return st.db.Update(ctx, person(ses.Account), func(tx *ledger.Tx) error {
		tx.Record("session.close", "session/"+ses.ID)
		return sessionRows.Delete(tx, ledger.K(token))
	})
}

// The three without a context complete scs.Store; scs calls those with one.
func (st *sessionStore) Find(token string) ([]byte, bool, error) {
	return st.FindCtx(context.Background(), token)
}
func (st *sessionStore) Commit(token string, b []byte, expiry time.Time) error {
	return st.CommitCtx(context.Background(), token, b, expiry)
}
func (st *sessionStore) Delete(token string) error { return st.DeleteCtx(context.Background(), token) }

// seen notes that a session is in use.
func (s *Service) seen(ctx context.Context, ses Session, now time.Time) error {
	key := ledger.K(storedToken(s.sessions.Token(ctx)))
	return s.db.Update(ctx, person(ses.Account), func(tx *ledger.Tx) error {
		kept, err := sessionRows.Get(tx, key)
		if err != nil {
			if incident.KindOf(err) == incident.NotFound {
				return nil // ended a moment ago
			}
			return err
		}
		if kept.SeenAt = now; kept.ID != ses.ID {
			return nil
		}
		tx.Record("session.use", "session/"+ses.ID)
		return sessionRows.Put(tx, key, kept)
	})
}

// storedToken is scs's HashTokenInStore; a test holds the two together.
func storedToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// SessionsOf lists the living sessions of an account, the latest first.
func (s *Service) SessionsOf(ctx context.Context, by incident.Principal, account string) ([]Session, error) {
	if by.ID != account {
		if err := admin(by); err != nil {
			return nil, err
		}
	}
	var out []Session
	err := s.db.View(ctx, func(tx *ledger.Tx) error {
		return sessionRows.Scan(tx, ledger.K(), func(_ ledger.Key, ses Session) error {
			if ses.Account == account && ses.Stage == Full && ses.alive(s.cfg.Clock(), s.cfg.Idle) {
				out = append(out, ses)
			}
			return nil
		})
	})
	slices.SortFunc(out, func(a, b Session) int { return b.OpenedAt.Compare(a.OpenedAt) })
	return out, err
}

// EndSessions ends all sessions of an account but the one kept; keep may be
// empty. A person may end their own, an administrator anyone's.
func (s *Service) EndSessions(ctx context.Context, by incident.Principal, account, keep string) error {
	if by.ID != account {
		if err := admin(by); err != nil {
			return err
		}
	}
	return s.db.Update(ctx, by, func(tx *ledger.Tx) error { return dropSessions(tx, account, keep) })
}

func dropSessions(tx *ledger.Tx, account, keep string) error {
	return sessionRows.Scan(tx, ledger.K(), func(k ledger.Key, ses Session) error {
		if ses.Account != account || ses.ID == keep {
			return nil
		}
		if err := sessionRows.Delete(tx, k); err != nil {
			return err
		}
		tx.Record("session.close", "session/"+ses.ID)
		return nil
	})
}

// Sweep removes sessions and links whose time has passed. Nothing depends on
// it: what has expired is refused already. Run it now and then.
func (s *Service) Sweep(ctx context.Context) error {
	return s.db.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
		now := tx.Now()
		err := sessionRows.Scan(tx, ledger.K(), func(k ledger.Key, ses Session) error {
			if ses.alive(now, s.cfg.Idle) {
				return nil
			}
			if err := sessionRows.Delete(tx, k); err != nil {
				return err
			}
			tx.Record("session.expire", "session/"+ses.ID)
			return nil
		})
		if err != nil {
			return err
		}
		return links.Scan(tx, ledger.K(), func(k ledger.Key, l link) error {
			if now.Before(l.Expires) {
				return nil
			}
			if err := links.Delete(tx, k); err != nil {
				return err
			}
			tx.Record("link.expire", "link/"+string(l.Purpose))
			return nil
		})
	})
}
