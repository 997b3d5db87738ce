package auth

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"tocsin/incident"
)

// Stage is how far a sign-in has come.
type Stage string

const (
	Pending Stage = "pending" // the password was right; the second factor is to come
	Full    Stage = "full"    // signed in
)

// pendingTTL is how long a person may take to find their phone.
const pendingTTL = 10 * time.Minute

// Session is one browser that is signed in, or half way there.
type Session struct {
	ID        string    `json:"id"` // UUIDv7; says nothing about the cookie
	Account   string    `json:"account"`
	Stage     Stage     `json:"stage"`
	Browser   string    `json:"browser,omitempty"` // "Firefox on Linux", for the person to recognise it
	Method    string    `json:"method,omitempty"`  // "code", "recovery code", "link", "enrolment"
	OpenedAt  time.Time `json:"opened_at"`
	SeenAt    time.Time `json:"seen_at"`
	Confirmed time.Time `json:"confirmed,omitzero"` // the last time a second factor was shown
	Expires   time.Time `json:"expires"`
}

// sessionValue is the one key that is put into a scs session.
const sessionValue = "session"

// newSessions sets scs up: the store's keys are digests of the cookie, and its
// own idle timeout stays off, because it would write on every request.
func (s *Service) newSessions() *scs.SessionManager {
	m := scs.New()
	m.Lifetime = s.cfg.Absolute
	m.HashTokenInStore = true
	m.Store = &sessionStore{db: s.db}
	m.Codec = sessionCodec{}
	m.Cookie.Name = "tocsin"
	m.Cookie.HttpOnly = true
	m.Cookie.Persist = false // gone with the browser; when it ends is ours to say, not the cookie's
	// Lax, not Strict: people arrive from a link in Slack or in a mail. Requests
	// that change something are guarded by http.CrossOriginProtection.
	m.Cookie.SameSite = http.SameSiteLaxMode
	if m.Cookie.Secure = s.cfg.Secure; m.Cookie.Secure {
		m.Cookie.Name = "__Host-tocsin"
	}
	return m
}

// Sessions puts the session of each request in reach of the Service. failed
// answers when the store cannot be read.
func (s *Service) Sessions(next http.Handler, failed func(http.ResponseWriter, *http.Request, error)) http.Handler {
	m := *s.sessions
	m.ErrorFunc = failed
	return m.LoadAndSave(next)
}

// Current is who is signed in on this request, or at which stage. Error:
// Unauthorized when nobody is, or no longer.
//
// use says that a person is behind the request, which keeps the session from
// idling out; a page that refreshes itself is no such thing.
func (s *Service) Current(ctx context.Context, use bool) (Account, Session, error) {
	none := incident.Errorf(incident.Unauthorized, "Sign in first.")
	ses, ok := s.sessions.Get(ctx, sessionValue).(Session)
	if !ok {
		return Account{}, Session{}, none
	}
	now := s.cfg.Clock()
	if !ses.alive(now, s.cfg.Idle) {
		return Account{}, Session{}, none
	}
	a, err := s.Account(ctx, ses.Account)
	switch {
	case incident.KindOf(err) == incident.NotFound || err == nil && a.Disabled:
		return Account{}, Session{}, none
	case err != nil:
		return Account{}, Session{}, err
	}
	if use && ses.Stage == Full && now.Sub(ses.SeenAt) > s.cfg.Idle/4 {
		if err := s.seen(ctx, ses, now); err != nil {
			// A full disk must not keep people from reading.
			s.cfg.Logger.WarnContext(ctx, "session use not noted", "session", ses.ID, "err", err)
		}
	}
	return a, ses, nil
}

func (s Session) alive(now time.Time, idle time.Duration) bool {
	return now.Before(s.Expires) && now.Sub(s.SeenAt) <= idle
}

// Fresh reports whether a second factor was shown recently enough for
// administration.
func (s *Service) Fresh(ses Session) bool {
	return ses.Stage == Full && s.cfg.Clock().Sub(ses.Confirmed) <= s.cfg.Fresh
}

// begin opens a session under a new cookie; the one before it, if any, is gone.
func (s *Service) begin(ctx context.Context, a Account, stage Stage, method, browser string) error {
	id, err := newID()
	if err != nil {
		return err
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return err
	}
	now := s.cfg.Clock()
	ses := Session{ID: id, Account: a.ID, Stage: stage, Browser: browser, Method: method,
		OpenedAt: now, SeenAt: now, Confirmed: now, Expires: now.Add(s.cfg.Absolute)}
	if stage == Pending {
		ses.Expires = now.Add(pendingTTL)
	}
	return s.keep(ctx, ses)
}

// keep stores the session now, not when the answer is written, so that the
// handler learns of a failure.
func (s *Service) keep(ctx context.Context, ses Session) error {
	s.sessions.Put(ctx, sessionValue, ses)
	_, _, err := s.sessions.Commit(ctx)
	return err
}

// Begin signs an account in after a one-time link or an enrolment.
func (s *Service) Begin(ctx context.Context, a Account, method, userAgent string) error {
	return s.begin(ctx, a, Full, method, browser(userAgent))
}

// SignOut ends the session of this request.
func (s *Service) SignOut(ctx context.Context) error { return s.sessions.Destroy(ctx) }

// sessionCodec stores the session as JSON, so that it can be listed and ended
// from elsewhere.
type sessionCodec struct{}

func (sessionCodec) Encode(_ time.Time, values map[string]any) ([]byte, error) {
	ses, _ := values[sessionValue].(Session)
	return json.Marshal(ses)
}

func (sessionCodec) Decode(b []byte) (time.Time, map[string]any, error) {
	var ses Session
	if err := json.Unmarshal(b, &ses); err != nil {
		return time.Time{}, nil, incident.Errorf(incident.Internal, "a stored session cannot be read")
	}
	return ses.Expires, map[string]any{sessionValue: ses}, nil
}
