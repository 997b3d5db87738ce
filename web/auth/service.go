package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// Config of a Service. The zero value works.
type Config struct {
	Issuer string // the name an authenticator app shows; "Tocsin" if empty

	Idle     time.Duration // a session unused for this long ends; 2 h if 0
	Absolute time.Duration // a session ends after this, used or not; 12 h if 0
	Fresh    time.Duration // how long after a sign-in or confirmation administration is open; 30 min if 0

	SetupTTL  time.Duration // life of the first-run link; 24 h if 0
	InviteTTL time.Duration // life of an invitation or reset link; 72 h if 0
	SignInTTL time.Duration // life of a one-time sign-in link; 1 h if 0

	Secure  bool // cookies over TLS alone, with the __Host- prefix
	Hashing int  // passwords hashed at once, 19 MiB each; 2 if 0

	Clock  func() time.Time // time.Now if nil; the store's clock stamps what is written
	Logger *slog.Logger     // nothing is logged if nil
}

// Service is the accounts of one store. It is safe for concurrent use.
type Service struct {
	db       *ledger.DB
	cfg      Config
	sessions *scs.SessionManager
	limits   *limiter
	hashing  chan struct{}
	decoy    string // a hash nobody has the password of, for unknown names
}

// New makes the service on an open store.
func New(db *ledger.DB, cfg Config) (*Service, error) {
	if db == nil {
		return nil, incident.Errorf(incident.Internal, "auth: New needs a store")
	}
	cfg.fill()
	s := &Service{db: db, cfg: cfg, limits: newLimiter(4096, cfg.Clock), hashing: make(chan struct{}, cfg.Hashing)}
	// Made from random bytes rather than hashed at start: starting must be quick,
	// and comparing against it costs the same as against a real one.
	s.decoy = fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", memoryKiB, passes, lanes,
		base64.RawStdEncoding.EncodeToString(random(16)), base64.RawStdEncoding.EncodeToString(random(32)))
	s.sessions = s.newSessions()
	return s, nil
}

func (c *Config) fill() {
	or := func(d *time.Duration, def time.Duration) {
		if *d <= 0 {
			*d = def
		}
	}
	or(&c.Idle, 2*time.Hour)
	or(&c.Absolute, 12*time.Hour)
	or(&c.Fresh, 30*time.Minute)
	or(&c.SetupTTL, 24*time.Hour)
	or(&c.InviteTTL, 72*time.Hour)
	or(&c.SignInTTL, time.Hour)
	if c.Issuer == "" {
		c.Issuer = "Tocsin"
	}
	if c.Hashing <= 0 {
		c.Hashing = 2
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
}

// admin refuses whoever may not administer accounts.
func admin(by incident.Principal) error {
	if incident.Can(by, incident.ManageAccounts, nil) {
		return nil
	}
	return incident.Errorf(incident.Forbidden, "Only an administrator may do this.")
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return b
}

func newSecret() string { return base64.RawURLEncoding.EncodeToString(random(32)) }

// digest is what is kept of a random secret.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func newID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", incident.Because(incident.Internal, err, "make an id")
	}
	return id.String(), nil
}

// stranger is who acts before anyone is known.
func stranger() incident.Principal {
	return incident.Principal{ID: "stranger", Source: incident.FromConsole}
}
