package outbox

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/statute"
)

// ContractPreview is a clause before it is kept: its rule, and its cases played
// with the library it would join.
type ContractPreview struct {
	Rule   string         `json:"rule"` // TOML
	Cases  string         `json:"cases"`
	Played statute.Worked `json:"played"`
}

// Passed reports whether every case came out as the clause says.
func (p *ContractPreview) Passed() bool {
	return len(p.Played.Cases) > 0 && p.Played.Passed() == len(p.Played.Cases)
}

func contractsOf(tx *ledger.Tx) ([]Contract, error) {
	var out []Contract
	err := contracts.Scan(tx, ledger.K(), func(_ ledger.Key, c Contract) error {
		out = append(out, c)
		return nil
	})
	return out, err
}

func forbidden(p incident.Principal, a incident.Action) error {
	if incident.Can(p, a, nil) {
		return nil
	}
	if a == incident.ListContracts {
		return incident.Errorf(incident.Forbidden, "You may not see contracts.")
	}
	return incident.Errorf(incident.Forbidden, "You may not change contracts. A responder or counsel can.")
}

// Contracts gives every contract, ended ones included, in the order they came.
func (s *Service) Contracts(ctx context.Context, p incident.Principal) ([]Contract, error) {
	if err := forbidden(p, incident.ListContracts); err != nil {
		return nil, err
	}
	var out []Contract
	err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		var err error
		out, err = contractsOf(tx)
		return err
	})
	return out, err
}

// Contract gives one and its rule and cases as they stand. Errors: NotFound.
func (s *Service) Contract(ctx context.Context, p incident.Principal, id string) (Contract, ContractPreview, error) {
	var (
		c    Contract
		show ContractPreview
	)
	if err := forbidden(p, incident.ListContracts); err != nil {
		return c, show, err
	}
	err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		var err error
		if c, err = contractByID(tx, id); err != nil {
			return err
		}
		show, err = s.preview(tx, c)
		return err
	})
	return c, show, err
}

func contractByID(tx *ledger.Tx, id string) (Contract, error) {
	n, err := strconv.Atoi(id)
	if err != nil {
		return Contract{}, incident.Errorf(incident.NotFound, "There is no such contract.")
	}
	c, err := contracts.Get(tx, ledger.K(n))
	if incident.KindOf(err) == incident.NotFound && err != nil {
		return c, incident.Errorf(incident.NotFound, "There is no such contract.")
	}
	return c, err
}

// preview plays a contract's cases with the library it is, or would be, part of.
// That library is the one the act goes on with, so it is made once.
func (s *Service) preview(tx *ledger.Tx, c Contract) (ContractPreview, error) {
	all, err := contractsOf(tx)
	if err != nil {
		return ContractPreview{}, err
	}
	if at := slices.IndexFunc(all, func(o Contract) bool { return o.ID == c.ID }); at >= 0 {
		all[at] = c
	} else {
		all = append(all, c)
	}
	base, err := s.Rules()
	if err != nil {
		return ContractPreview{}, err
	}
	lib, err := s.with(base, all)
	if err != nil {
		return ContractPreview{}, err
	}
	files := contractFiles([]Contract{c}, s.contractAddress)
	out := ContractPreview{Cases: string(files[c.Rule+".cases.toml"]), Rule: string(files[c.Rule+"."+c.Current().Terms.ValidFrom+".toml"])}
	for _, b := range lib.Broken() {
		if b.Rule == c.Rule {
			e := incident.Errorf(incident.Invalid, "The clause makes no rule the library can read.")
			e.Problems = b.Problems
			return out, e
		}
	}
	out.Played, err = lib.Worked(c.Rule)
	return out, err
}

// PreviewContract shows what a clause would make, as a new contract (id empty) or
// as a new version. Nothing is written. Errors: Invalid with the fields.
func (s *Service) PreviewContract(ctx context.Context, p incident.Principal, id string, t ContractTerms) (ContractPreview, error) {
	var out ContractPreview
	if err := forbidden(p, incident.ManageContracts); err != nil {
		return out, err
	}
	err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		c := Contract{ID: "0"}
		if id != "" {
			var err error
			if c, err = contractByID(tx, id); err != nil {
				return err
			}
		}
		if err := c.add(t, p.ID, tx.Now()); err != nil {
			return err
		}
		var err error
		out, err = s.preview(tx, c)
		return err
	})
	return out, err
}

// AddContract keeps a clause. It is a duty of every open incident at once. The
// generated cases are played first; one that comes out otherwise is Invalid.
func (s *Service) AddContract(ctx context.Context, p incident.Principal, t ContractTerms) (Contract, error) {
	c := Contract{}
	return c, s.contractAct(ctx, p, func(tx *ledger.Tx) (*Contract, string, string, error) {
		n, err := tx.Sequence("contracts")
		if err != nil {
			return nil, "", "", err
		}
		c.ID = strconv.FormatUint(n, 10)
		if err := c.add(t, p.ID, tx.Now()); err != nil {
			return nil, "", "", err
		}
		return &c, "contract.add", "the contract " + c.Rule + " was added", nil
	})
}

// EditContract keeps a new version of a clause: from its own first day, or, on
// the same day as the newest, in its place. Errors: NotFound, Invalid, Conflict
// where the partner's place changes.
func (s *Service) EditContract(ctx context.Context, p incident.Principal, id string, t ContractTerms) (Contract, error) {
	c := Contract{}
	return c, s.contractAct(ctx, p, func(tx *ledger.Tx) (*Contract, string, string, error) {
		var err error
		if c, err = contractByID(tx, id); err != nil {
			return nil, "", "", err
		}
		if err := c.add(t, p.ID, tx.Now()); err != nil {
			return nil, "", "", err
		}
		return &c, "contract.edit", "the contract " + c.Rule + " has a new version", nil
	})
}

// EndContract sets the last day of the newest version. Errors: NotFound, Invalid.
func (s *Service) EndContract(ctx context.Context, p incident.Principal, id, lastDay, why string) error {
	return s.contractAct(ctx, p, func(tx *ledger.Tx) (*Contract, string, string, error) {
		c, err := contractByID(tx, id)
		if err != nil {
			return nil, "", "", err
		}
		v := c.Current()
		terms := v.Terms
		terms.ValidUntil = strings.TrimSpace(lastDay)
		if why = strings.TrimSpace(why); why == "" || len(why) > 1000 {
			return nil, "", "", &incident.Error{Kind: incident.Invalid, Message: "The contract cannot be ended so.", Problems: []incident.Problem{{Where: "why", What: "Say why it ends, in under 1,000 characters."}}}
		}
		if terms.ValidUntil == "" {
			terms.ValidUntil = "?"
		}
		if err := terms.check(); err != nil {
			return nil, "", "", err
		}
		v.Terms, v.EndedBy, v.EndedWhy = terms, p.ID, why
		return &c, "contract.end", "the contract " + c.Rule + " ends on " + terms.ValidUntil, nil
	})
}

// add puts a version behind the others.
func (c *Contract) add(t ContractTerms, by string, at time.Time) error {
	if err := t.check(); err != nil {
		return err
	}
	wrong := func(where, what string) error {
		return &incident.Error{Kind: incident.Invalid, Message: "The clause cannot be kept as it is.", Problems: []incident.Problem{{Where: where, What: what}}}
	}
	if len(c.Versions) == 0 {
		c.Rule = statute.IDPrefix(t.Jurisdiction) + "contract-" + c.ID
	} else {
		last := c.Current()
		if t.Jurisdiction != last.Terms.Jurisdiction {
			return wrong("jurisdiction", "The place stays as it is; end this contract and add another.")
		}
		switch {
		case t.ValidFrom < last.Terms.ValidFrom:
			return wrong("valid_from", "A new version begins on or after the first day of the one before, "+last.Terms.ValidFrom+".")
		case t.ValidFrom == last.Terms.ValidFrom:
			last.Corrected = true
		}
	}
	c.Versions = append(c.Versions[:len(c.Versions):len(c.Versions)], ContractVersion{N: len(c.Versions) + 1, Terms: t, By: by, At: at.UTC().Truncate(time.Second)})
	return nil
}

// contractAct is the one shape of an act on contracts: it is tried, kept, and
// every open incident is worked out again, all in one transaction.
func (s *Service) contractAct(ctx context.Context, p incident.Principal, fn func(tx *ledger.Tx) (c *Contract, act, why string, err error)) error {
	if err := forbidden(p, incident.ManageContracts); err != nil {
		return err
	}
	return s.DB.Update(ctx, p, func(tx *ledger.Tx) error {
		c, act, why, err := fn(tx)
		if err != nil {
			return err
		}
		show, err := s.preview(tx, *c)
		if err != nil {
			return err
		}
		if act != "contract.end" && !show.Passed() {
			e := incident.Errorf(incident.Invalid, "The clause does not do what it says.")
			for _, k := range show.Played.Cases {
				if len(k.Failed) > 0 {
					e.Problems = append(e.Problems, incident.Problem{Where: k.Name, What: strings.Join(k.Failed, "; ")})
				}
			}
			return e
		}
		n, err := strconv.Atoi(c.ID)
		if err != nil {
			return err
		}
		tx.Record(act, "contract/"+c.ID)
		if err := contracts.Put(tx, ledger.K(n), *c); err != nil {
			return err
		}
		return s.reassessAll(tx, why)
	})
}

// reassessAll works every open incident out again.
func (s *Service) reassessAll(tx *ledger.Tx, why string) error {
	var open []string
	if err := states.Scan(tx, ledger.K(), func(k ledger.Key, _ Standing) error {
		open = append(open, k.Text(0))
		return nil
	}); err != nil {
		return err
	}
	for _, id := range open {
		i, err := casework.Load(tx, id)
		switch {
		case err != nil && incident.KindOf(err) == incident.Gone:
			continue
		case err != nil:
			return err
		case i.Status.Ended():
			continue
		}
		if err := s.reassess(tx, i, why); err != nil {
			return err
		}
	}
	return nil
}
