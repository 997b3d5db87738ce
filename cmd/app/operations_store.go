package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"tocsin/incident"
	"tocsin/incident/backup"
	"tocsin/incident/casework"
	"tocsin/incident/keys"
	"tocsin/incident/ledger"
	"tocsin/notify/outbox"
	"tocsin/playbooks/runner"
	"tocsin/web/api"
	"tocsin/web/auth"
)

// tables lists every table of the program, for the store's check.
func tables() []ledger.Checker {
	var all []ledger.Checker
	for _, list := range [][]ledger.Checker{casework.Tables(), outbox.Tables(), runner.Tables(), auth.Tables(), api.Tables()} {
		all = append(all, list...)
	}
	return all
}

// object is something in the vault that a case refers to.
type object struct{ scope, sum, what string }

func fsck(o *Operator, ctx context.Context, raw []byte, out io.Writer) error {
	args, err := decode[VerifyArgs](raw)
	if err != nil {
		return err
	}
	// The vault asks the store for keys, so it is looked at once the store has
	// been: inside the check it would wait for itself.
	var objects []object
	report, err := o.DB.Fsck(ctx, ledger.Checks{
		Tables: tables(),
		Also: func(tx *ledger.Tx, _ func(where, what string)) error {
			return casework.EachObject(tx, func(incidentID, sha256, what string) error {
				objects = append(objects, object{incidentID, sha256, what})
				return nil
			})
		},
	}, nil)
	if err != nil {
		return err
	}
	for _, at := range objects {
		there, err := o.Vault.Has(ctx, at.scope, at.sum)
		if k := incident.KindOf(err); err != nil && k != incident.Gone { // erased meanwhile
			return err
		}
		if err == nil && !there {
			report.Problems = append(report.Problems, incident.Problem{Where: "vault", What: at.what + " of incident " + at.scope + " has no bytes: " + at.sum})
		}
	}
	return writeReport(out, &report, args.JSON, "The store is sound")
}

func backupTo(o *Operator, ctx context.Context, _ []byte, out io.Writer) error {
	_, err := backup.Write(ctx, backup.Source{Ledger: o.DB, Vault: o.Vault, Clock: o.Clock}, out)
	return err
}

// Restore puts an archive in place of what is in cfg's data folder, after it
// has verified every byte. It refuses while a program is running on the folder.
func Restore(ctx context.Context, cfg Config, deps Deps, archive io.Reader, out io.Writer) error {
	if deps.Logger == nil {
		deps.Logger = slog.New(slog.DiscardHandler)
	}
	if _, err := os.Stat(cfg.masterKeyFile()); errors.Is(err, os.ErrNotExist) && os.Getenv(keys.Variable) == "" {
		return incident.Errorf(incident.Invalid, "Put the master key of the backup's time at %s, or in %s, first: an archive cannot be read without it.", cfg.masterKeyFile(), keys.Variable)
	}
	ring, err := keys.Open(keys.Config{File: cfg.masterKeyFile(), Lookup: os.LookupEnv})
	if err != nil {
		return err
	}
	r, err := backup.Restore(ctx, archive, backup.Target{Dir: cfg.DataDir, Keys: ring, Clock: deps.clock(), Logger: deps.Logger, Tables: tables()})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Restored the backup of %s: %d files, %d bytes, every byte verified.\n", r.Created.Format("2006-01-02 15:04:05 MST"), len(r.Files), r.Bytes())
	if r.Kept != "" {
		fmt.Fprintf(out, "What was there before is kept as %s.\n", r.Kept)
	}
	for _, id := range r.Erased {
		fmt.Fprintf(out, "Incident %s, erased since, was erased again.\n", id)
	}
	return nil
}
