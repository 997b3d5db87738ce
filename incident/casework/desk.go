package casework

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/incident/vault"
)

// Vault keeps evidence bytes, sealed under the scope's key and named by their SHA-256.
type Vault interface {
	Put(ctx context.Context, scope string, r io.Reader) (vault.Object, error)
	Open(ctx context.Context, scope, sha256 string) (io.ReadSeekCloser, error)
	Verify(ctx context.Context, scope, sha256 string) (vault.Object, error)
	Delete(ctx context.Context, scope, sha256 string) error
}

// Config of a Desk.
type Config struct {
	// Retention is how long a closed case is kept before its key may be
	// destroyed. Zero means six years: the longest of the record duties in the
	// rule library that name a period.
	Retention time.Duration

	// Memory is how many bytes matching may take; 0: no limit. Scratch is the
	// folder of its sealed temporary file; "": the system's.
	Memory  int64
	Scratch string
	// UploadLimit is how many bytes one uploaded file may have; 0: 2 GiB.
	UploadLimit int64
	Clock       func() time.Time // time.Now if nil: for progress, never for what is recorded
}

// Desk is where a case is worked. It is safe for concurrent use.
type Desk struct {
	db       *ledger.DB
	vault    Vault
	log      *slog.Logger
	cfg      Config
	reactors []Reactor
	running  running
	found    searches
	lists    *Lists
	sources  Sources
}

// Deps is what a Desk works with. Reactors answer in this order.
type Deps struct {
	DB       *ledger.DB
	Vault    Vault
	Logger   *slog.Logger
	Reactors []Reactor
	Sources  Sources // databases that may be asked for exports; nil: none
}

// New gives a Desk.
func New(d Deps, cfg Config) (*Desk, error) {
	if d.DB == nil || d.Vault == nil {
		return nil, incident.Errorf(incident.Internal, "casework needs a store and a vault")
	}
	if d.Logger == nil {
		d.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Retention == 0 {
		cfg.Retention = 6 * 365 * 24 * time.Hour
	}
	if cfg.UploadLimit <= 0 {
		cfg.UploadLimit = 2 << 30
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	return &Desk{db: d.DB, vault: d.Vault, log: d.Logger, cfg: cfg, reactors: d.Reactors, sources: d.Sources, lists: NewLists(d.DB, d.Vault, cfg.Scratch)}, nil
}

// react calls every reactor in order and stops at the first error.
func (d *Desk) react(fn func(Reactor) error) error {
	for _, r := range d.reactors {
		if err := fn(r); err != nil {
			return err
		}
	}
	return nil
}

// act is the one shape of an act on an incident: find it, ask whether p may,
// do it. fn records and writes; the incident is saved after it.
func (d *Desk) act(ctx context.Context, p incident.Principal, ref string, a incident.Action, fn func(*ledger.Tx, *incident.Incident) error) error {
	return d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		i, err := Authorised(tx, p, ref, a)
		if err != nil {
			return err
		}
		if err := fn(tx, i); err != nil {
			return err
		}
		return Save(tx, i)
	})
}

// read is the one shape of reading an incident.
func (d *Desk) read(ctx context.Context, p incident.Principal, ref string, a incident.Action, fn func(*ledger.Tx, *incident.Incident) error) error {
	return d.db.View(ctx, func(tx *ledger.Tx) error {
		i, err := Authorised(tx, p, ref, a)
		if err != nil {
			return err
		}
		return fn(tx, i)
	})
}

// Authorised finds the incident that ref names and asks whether p may do a to
// it. What p may not see is NotFound, as if it did not exist.
func Authorised(tx *ledger.Tx, p incident.Principal, ref string, a incident.Action) (*incident.Incident, error) {
	i, err := Find(tx, ref)
	if err != nil {
		return nil, err
	}
	if !incident.Can(p, incident.SeeIncident, i) {
		return nil, noSuch(ref)
	}
	if !incident.Can(p, a, i) {
		if i.Status.Ended() {
			return nil, incident.Errorf(incident.Conflict, "%s is %s. Reopen it before changing it.", i.Number, strings.ToLower(i.Status.Label()))
		}
		return nil, incident.Errorf(incident.Forbidden, "You may not do this on %s. Its commander, or an administrator, can give you a role that may.", i.Number)
	}
	return i, nil
}

func noSuch(ref string) error {
	return incident.Errorf(incident.NotFound, "There is no incident %q that you can see.", clip(ref, 40))
}

// Load reads an incident by its id.
func Load(tx *ledger.Tx, id string) (*incident.Incident, error) {
	i, err := incidents.Get(tx, ledger.K(id))
	if err != nil {
		return nil, err
	}
	return &i, nil
}

// Find reads an incident by what people type: INC-2026-0001, a bare number of
// this year's incidents (1), or its id.
func Find(tx *ledger.Tx, ref string) (*incident.Incident, error) {
	ref = strings.ToUpper(strings.TrimSpace(ref))
	id, err := numbers.Get(tx, ledger.K(ref))
	if err == nil {
		return Load(tx, id)
	}
	if incident.KindOf(err) != incident.NotFound {
		return nil, err
	}
	if number, ok := shortNumber(ref, tx.Now()); ok {
		if id, err := numbers.Get(tx, ledger.K(number)); err == nil {
			return Load(tx, id)
		} else if incident.KindOf(err) != incident.NotFound {
			return nil, err
		}
	}
	if len(ref) == 36 {
		i, err := Load(tx, strings.ToLower(ref))
		if err == nil || incident.KindOf(err) != incident.NotFound {
			return i, err
		}
	}
	return nil, noSuch(ref)
}

// Save writes an incident back.
func Save(tx *ledger.Tx, i *incident.Incident) error { return incidents.Put(tx, ledger.K(i.ID), *i) }

func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}

func orNotFound(err error, sentence string, args ...any) error {
	var e *incident.Error
	if errors.As(err, &e) && e.Kind == incident.NotFound {
		return incident.Errorf(incident.NotFound, sentence, args...)
	}
	return err
}
