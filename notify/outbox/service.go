package outbox

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify"
	"tocsin/notify/filing"
	"tocsin/notify/letter"
	"tocsin/notify/post"
	"tocsin/notify/statute"
)

// Vault is what the outbox needs of the evidence vault: the roster.
type Vault interface {
	Open(ctx context.Context, scope, sha256 string) (io.ReadSeekCloser, error)
}

// Deps are what a Service works with. Rules, Letters and Forms are asked at first
// use, so that the program answers before they are loaded.
type Deps struct {
	DB      *ledger.DB
	Vault   Vault
	Rules   func() (*statute.Library, error)
	Letters func() (*letter.Library, error)
	Forms   func() (*filing.Library, error)
	Mail    notify.Channel      // nil where no mail is configured
	Staff   notify.StaffChannel // nil where staff are told nowhere but in the console
	// Colleagues are the accounts that may sign in, with their addresses. Nil
	// where none are known: reminders are then shown in the console alone.
	Colleagues func(ctx context.Context) ([]Colleague, error)
	// House prints letters on paper and Prints keeps them, for an incident by its id.
	// Both nil where printing is not configured.
	House  *post.House
	Prints func(incident string) post.Store
	Logger *slog.Logger // nothing is logged if nil
}

// Service keeps obligations and sends notices. It is a casework.Reactor, and is
// safe for concurrent use.
type Service struct {
	casework.NoReactions
	Deps
	cfg    Config
	limits limits
	wake   chan struct{}
	steady steady
	passes passes
	slots  slots
	swept  time.Time // when Run last took old paces away

	layer    layered // the rules with the contracts over them
	accounts accountsCache
	rounds   sync.Mutex // of Tick: what is being handed over is handed over once
	bounces  bounces

	noAddress addressCache
	printing  printing
	seen      forecasts
	linted    lintCache
}

// New gives a Service. Nothing is sent until Run.
func New(d Deps, cfg Config) (*Service, error) {
	if d.DB == nil || d.Vault == nil || d.Rules == nil || d.Letters == nil || d.Forms == nil {
		return nil, incident.Errorf(incident.Internal, "outbox: a dependency is missing")
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.fill()
	if problems := cfg.Throttle.Check(); len(problems) > 0 {
		return nil, &incident.Error{Kind: incident.Invalid, Message: "The limits for sending are wrong.", Problems: problems}
	}
	return &Service{Deps: d, cfg: cfg, limits: cfg.Throttle.limits(), wake: make(chan struct{}, 1)}, nil
}

// act is the one shape of an act here: the incident, may p do it, do it.
func (s *Service) act(ctx context.Context, p incident.Principal, ref string, a incident.Action, fn func(*ledger.Tx, *incident.Incident) error) error {
	return s.DB.Update(ctx, p, func(tx *ledger.Tx) error {
		i, err := casework.Authorised(tx, p, ref, a)
		if err != nil {
			return err
		}
		if err := fn(tx, i); err != nil {
			return err
		}
		return casework.Save(tx, i)
	})
}

func (s *Service) read(ctx context.Context, p incident.Principal, ref string, a incident.Action, fn func(*ledger.Tx, *incident.Incident) error) error {
	return s.DB.View(ctx, func(tx *ledger.Tx) error {
		i, err := casework.Authorised(tx, p, ref, a)
		if err != nil {
			return err
		}
		return fn(tx, i)
	})
}

// nudge wakes the sender; it looks in the store for what there is to do.
func (s *Service) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
