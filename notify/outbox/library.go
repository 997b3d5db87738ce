package outbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"

	"tocsin/incident/ledger"
	"tocsin/notify/statute"
)

// layered is the library with the contracts of the store over it, kept for as
// long as neither changes.
type layered struct {
	mu     sync.Mutex
	base   *statute.Library
	digest string // of the contracts' files
	lib    *statute.Library
}

// Library is the rules a case is asked about now: shipped ones, the operator's
// folders, and the contracts kept in the store. A contract that was added since
// is in it. It opens a transaction: inside one, use library.
func (s *Service) Library() (*statute.Library, error) {
	var out *statute.Library
	err := s.DB.View(context.Background(), func(tx *ledger.Tx) error {
		var err error
		out, err = s.library(tx)
		return err
	})
	return out, err
}

// library joins a transaction. What it makes depends on the contracts' text
// alone, so that an act which is undone leaves nothing wrong behind.
func (s *Service) library(tx *ledger.Tx) (*statute.Library, error) {
	base, err := s.Rules()
	if err != nil {
		return nil, err
	}
	all, err := contractsOf(tx)
	if err != nil || len(all) == 0 {
		return base, err
	}
	return s.with(base, all)
}

func (s *Service) with(base *statute.Library, all []Contract) (*statute.Library, error) {
	files := contractFiles(all, s.contractAddress)
	digest := digestOf(files)
	s.layer.mu.Lock()
	defer s.layer.mu.Unlock()
	if s.layer.base == base && s.layer.digest == digest {
		return s.layer.lib, nil
	}
	lib, err := base.With("contracts", files)
	if err != nil {
		return nil, err
	}
	for _, b := range lib.Broken()[len(base.Broken()):] {
		s.Logger.Error("a contract's rule is not used", "rule", b.Rule, "mistakes", len(b.Problems))
	}
	s.layer.base, s.layer.digest, s.layer.lib = base, digest, lib
	return lib, nil
}

// contractAddress is where a contract is read: the source its rule names.
func (s *Service) contractAddress(id string) string {
	base := s.cfg.BaseURL
	if base == "" {
		base = "https://tocsin.invalid"
	}
	return base + "/contracts/" + id
}

func digestOf(files map[string][]byte) string {
	names := make([]string, 0, len(files))
	for n := range files {
		names = append(names, n)
	}
	slices.Sort(names)
	h := sha256.New()
	for _, n := range names {
		fmt.Fprintf(h, "%s %x\n", n, sha256.Sum256(files[n]))
	}
	return hex.EncodeToString(h.Sum(nil))
}
