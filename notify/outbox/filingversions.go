package outbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/filing"
)

// FilingVersion is a pack as it was when it was frozen: v1, v2 … of one
// obligation, over all its stages. It never changes.
type FilingVersion struct {
	N          int         `json:"n"`
	Obligation string      `json:"obligation"`
	Rule       string      `json:"rule"`
	Form       string      `json:"form"`
	Stage      string      `json:"stage"`
	Kind       string      `json:"kind"` // initial, update, final
	Pack       filing.Pack `json:"pack"`
	Digest     string      `json:"digest"` // SHA-256 of the pack's JSON
	By         string      `json:"by"`
	At         time.Time   `json:"at"`
	// Approval and Void are read beside it: who approved it, and what voids that.
	Approval *FilingApproval `json:"approval,omitempty"`
	Void     []string        `json:"void,omitempty"`
}

// FreezeFiling keeps the pack of a stage as the next version, to be filed as it is.
// An empty stage is the next to be filed. Conflict where nothing changed since the
// newest version of the stage.
func (s *Service) FreezeFiling(ctx context.Context, p incident.Principal, ref, obligation, stage string) (FilingVersion, error) {
	var out FilingVersion
	err := s.act(ctx, p, ref, incident.WriteNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		o, err := obligationOf(tx, i, obligation)
		if err != nil {
			return err
		}
		if stage, err = o.stageOr(stage); err != nil {
			return err
		}
		v, fresh, err := s.freeze(tx, i, &o, stage, tx.Now())
		if err != nil {
			return err
		}
		if !fresh {
			return incident.Errorf(incident.Conflict, "Nothing has changed since v%d.", v.N)
		}
		out = v
		return nil
	})
	return out, err
}

// freeze builds the pack and keeps it, unless it is the newest version already.
func (s *Service) freeze(tx *ledger.Tx, i *incident.Incident, o *Obligation, stage string, at time.Time) (v FilingVersion, fresh bool, err error) {
	pack, err := s.packOf(tx, i, o, stage, at)
	if err != nil {
		return v, false, err
	}
	data, err := pack.JSON()
	if err != nil {
		return v, false, err
	}
	sum := sha256.Sum256(data)
	digest := hex.EncodeToString(sum[:])
	before, err := versionsOf(tx, i.ID, o.ID)
	if err != nil {
		return v, false, err
	}
	if n := len(before); n > 0 && before[n-1].Digest == digest {
		return before[n-1], false, nil
	}
	v = FilingVersion{
		N: len(before) + 1, Obligation: o.ID, Rule: o.Rule, Form: pack.Form.ID, Stage: stage, Kind: pack.Form.Stage(stage).Kind,
		Pack: pack, Digest: digest, By: tx.By().ID, At: tx.Now(),
	}
	if v.Kind == "" {
		v.Kind = "initial"
		if v.N > 1 {
			v.Kind = "update"
		}
	}
	tx.Record("filing.freeze", "incident/"+i.ID)
	if err := filingVersions.Put(tx, ledger.K(i.ID, o.ID, v.N), v); err != nil {
		return v, false, err
	}
	text := fmt.Sprintf("%s for %s, v%d: frozen as it is to be filed", pack.Form.Title, o.Recipient, v.N)
	return v, true, casework.WriteTimeline(tx, i, "filing.freeze", "incident/"+i.ID, text)
}

// versionFiled is the version a filing was made with: the one named, or the
// answers as they are, frozen now. 0 where there is no form.
func (s *Service) versionFiled(tx *ledger.Tx, i *incident.Incident, o *Obligation, f *Filing, named int) (int, error) {
	if _, err := s.formOf(o); err != nil {
		if named == 0 && incident.KindOf(err) == incident.NotFound {
			return 0, nil
		}
		return 0, err
	}
	if named == 0 {
		v, _, err := s.freeze(tx, i, o, f.Stage, f.At)
		return v.N, err
	}
	v, err := versionOf(tx, i.ID, o, named)
	if err != nil {
		return 0, err
	}
	if v.Stage != f.Stage {
		return 0, problem("version", fmt.Sprintf("v%d was made for the stage %s.", v.N, v.Stage))
	}
	return v.N, nil
}

func versionsOf(tx *ledger.Tx, id, obligation string) ([]FilingVersion, error) {
	var out []FilingVersion
	err := filingVersions.Scan(tx, ledger.K(id, obligation), func(_ ledger.Key, v FilingVersion) error {
		out = append(out, v)
		return nil
	})
	return out, err
}

func versionOf(tx *ledger.Tx, id string, o *Obligation, n int) (FilingVersion, error) {
	v, err := filingVersions.Get(tx, ledger.K(id, o.ID, n))
	if err != nil && incident.KindOf(err) == incident.NotFound {
		return v, incident.Errorf(incident.NotFound, "There is no v%d of this filing.", n)
	}
	return v, err
}

// FilingVersions gives the frozen packs of an obligation, oldest first.
func (s *Service) FilingVersions(ctx context.Context, p incident.Principal, ref, obligation string) ([]FilingVersion, error) {
	var out []FilingVersion
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		o, err := obligationOf(tx, i, obligation)
		if err != nil {
			return err
		}
		if out, err = versionsOf(tx, i.ID, o.ID); err != nil {
			return err
		}
		return s.withApprovals(tx, i, &o, out)
	})
	return out, err
}

// FilingVersion gives one frozen pack. NotFound.
func (s *Service) FilingVersion(ctx context.Context, p incident.Principal, ref, obligation string, n int) (FilingVersion, error) {
	var out FilingVersion
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		o, err := obligationOf(tx, i, obligation)
		if err != nil {
			return err
		}
		if out, err = versionOf(tx, i.ID, &o, n); err != nil {
			return err
		}
		list := []FilingVersion{out}
		err = s.withApprovals(tx, i, &o, list)
		out = list[0]
		return err
	})
	return out, err
}

// CompareFilings lists what version b of a filing says otherwise than version a.
func (s *Service) CompareFilings(ctx context.Context, p incident.Principal, ref, obligation string, a, b int) ([]filing.Difference, error) {
	earlier, err := s.FilingVersion(ctx, p, ref, obligation, a)
	if err != nil {
		return nil, err
	}
	later, err := s.FilingVersion(ctx, p, ref, obligation, b)
	if err != nil {
		return nil, err
	}
	return filing.Compare(earlier.Pack, later.Pack), nil
}
