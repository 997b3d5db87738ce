package app

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"tocsin/incident/keys"
	"tocsin/incident/ledger"
	"tocsin/incident/vault"
)

// Store is an open data folder: what every operation at the machine needs.
type Store struct {
	DB    *ledger.DB
	Vault *vault.Vault
	Keys  *keys.Ring
	Dir   string
	Clock func() time.Time
}

// OpenStore opens the data folder, making it if need be. inspect opens for
// checking alone: nothing is written or migrated. Errors: Unavailable where
// another process has it, Invalid for a newer schema or a wrong master key.
func OpenStore(cfg Config, clock func() time.Time, log *slog.Logger, inspect bool) (*Store, error) {
	if !inspect {
		if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
			return nil, folderError(err, cfg.DataDir)
		}
	}
	ring, err := keys.Open(keys.Config{File: cfg.masterKeyFile(), Lookup: os.LookupEnv})
	if err != nil {
		return nil, err
	}
	db, err := ledger.Open(ledger.Config{
		Path: filepath.Join(cfg.DataDir, ledger.FileName), Clock: clock, Keys: ring, Logger: log, Inspect: inspect,
	})
	if err != nil {
		return nil, err
	}
	v, err := vault.New(db, vault.Config{Dir: filepath.Join(cfg.DataDir, vault.DirName), ReadOnly: inspect})
	if err != nil {
		db.Close()
		return nil, err
	}
	return &Store{DB: db, Vault: v, Keys: ring, Dir: cfg.DataDir, Clock: clock}, nil
}

// Close lets the data folder go.
func (s *Store) Close() error { return s.DB.Close() }

// Ready tells whether the store can take an act now.
func (s *Store) Ready(ctx context.Context) error {
	if behind := s.DB.ClockBehind(); behind > 2*time.Second {
		return clockError(behind)
	}
	return writable(s.Dir)
}
