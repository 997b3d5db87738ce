package outbox

import (
	"context"
	"fmt"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/filing"
)

// FilingApproval is counsel's word on a frozen version: bound to its digest, the
// list of people and the duty as they were. Somebody else files it.
type FilingApproval struct {
	N      int       `json:"n"`
	Digest string    `json:"digest"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Roster string    `json:"roster,omitempty"` // digest of the list in force
	Duty   string    `json:"duty"`             // version of the rule
}

// ApproveFiling is counsel's word that a version may be filed as it is. digest is
// what they read. Who froze it, or whose own answers stand in it, may not approve it.
// Errors: Conflict where it was filed, is not what was read, or lacks what the form
// cannot do without.
func (s *Service) ApproveFiling(ctx context.Context, p incident.Principal, ref, obligation string, n int, digest string) error {
	return s.act(ctx, p, ref, incident.ApproveNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		o, err := obligationOf(tx, i, obligation)
		if err != nil {
			return err
		}
		v, err := versionOf(tx, i.ID, &o, n)
		if err != nil {
			return err
		}
		b, err := filingBasisOf(tx, i)
		if err != nil {
			return err
		}
		switch {
		case v.Digest != digest:
			return incident.Errorf(incident.Conflict, "That is not what v%d says. Read it again.", n)
		case v.filed(b.handed):
			return incident.Errorf(incident.Conflict, "v%d was filed already.", n)
		case !v.Pack.Fileable():
			return incident.Errorf(incident.Conflict, "Required fields of v%d are open.", n)
		case v.By == p.ID:
			return incident.Errorf(incident.Forbidden, "You froze v%d; somebody else must approve it.", n)
		}
		for _, a := range b.answers {
			if a.By == p.ID && (a.Obligation == "" || a.Obligation == o.ID) && v.holds(a.Field) {
				return incident.Errorf(incident.Forbidden, "You answered a field of v%d; somebody else must approve it.", n)
			}
		}
		a := FilingApproval{N: n, Digest: digest, By: p.ID, At: tx.Now(), Roster: rosterDigest(b.roster), Duty: o.Version}
		if moved, err := s.filingMoved(i, &o, &v, &a, tx.Now(), b); err != nil || len(moved) > 0 {
			if err == nil {
				err = incident.Errorf(incident.Conflict, "The case says otherwise by now: %s Freeze it anew.", moved[0])
			}
			return err
		}
		tx.Record("filing.approve", "incident/"+i.ID)
		if err := filingApprovals.Put(tx, ledger.K(i.ID, o.ID, n), a); err != nil {
			return err
		}
		text := fmt.Sprintf("%s for %s, v%d: approved to be filed", v.Pack.Form.Title, o.Recipient, n)
		return casework.WriteTimeline(tx, i, "filing.approve", "incident/"+i.ID, text)
	})
}

// filed reports whether a version was handed in.
func (v *FilingVersion) filed(handed []Filing) bool {
	for _, f := range handed {
		if f.Obligation == v.Obligation && f.Version == v.N {
			return true
		}
	}
	return false
}

// holds reports whether a person's answer to a field stands in a version.
func (v *FilingVersion) holds(field string) bool {
	for _, a := range v.Pack.Fields {
		if a.ID == field && a.Source == "a person" {
			return true
		}
	}
	return false
}

// filingMoved says, a sentence each, what an approval of a version no longer fits.
func (s *Service) filingMoved(i *incident.Incident, o *Obligation, v *FilingVersion, a *FilingApproval, now time.Time, b *filingBasis) ([]string, error) {
	var out []string
	if a.Roster != rosterDigest(b.roster) {
		out = append(out, "The list of affected people changed.")
	}
	if o.Applies == "no" || o.Decision.Settled() {
		out = append(out, "The duty is no longer owed.")
	} else if a.Duty != o.Version {
		out = append(out, "The rule changed.")
	}
	pack, err := s.packFrom(i, o, v.Stage, now, b)
	if err != nil {
		if incident.KindOf(err) == incident.NotFound {
			return append(out, "There is no such form any more."), nil
		}
		return nil, err
	}
	for _, d := range filing.Compare(v.Pack, pack) {
		out = append(out, "It would say otherwise now: "+d.Label+".")
	}
	return out, nil
}

// withApprovals adds to versions who approved them, and what voids that.
func (s *Service) withApprovals(tx *ledger.Tx, i *incident.Incident, o *Obligation, list []FilingVersion) error {
	var b *filingBasis
	for n := range list {
		v := &list[n]
		a, err := filingApprovals.Get(tx, ledger.K(i.ID, o.ID, v.N))
		if err != nil {
			if incident.KindOf(err) == incident.NotFound {
				continue
			}
			return err
		}
		if v.Approval = &a; b == nil {
			if b, err = filingBasisOf(tx, i); err != nil {
				return err
			}
		}
		if v.filed(b.handed) {
			continue // it went out as it was approved
		}
		if v.Void, err = s.filingMoved(i, o, v, &a, tx.Now(), b); err != nil {
			return err
		}
	}
	return nil
}

// approverOf is who approved a version that p files; empty where nobody did, or
// the approval is void. Forbidden: p did.
func (s *Service) approverOf(tx *ledger.Tx, p incident.Principal, i *incident.Incident, o *Obligation, n int) (string, error) {
	v, err := versionOf(tx, i.ID, o, n)
	if err != nil {
		return "", err
	}
	list := []FilingVersion{v}
	if err := s.withApprovals(tx, i, o, list); err != nil {
		return "", err
	}
	switch a := list[0].Approval; {
	case a == nil || len(list[0].Void) > 0:
		return "", nil
	case a.By == p.ID:
		return "", incident.Errorf(incident.Forbidden, "You approved v%d; somebody else must file it.", n)
	default:
		return a.By, nil
	}
}

// approvedFiling says, before a receipt is taken, whether the rule of two stands in
// the way of recording a version by its number.
func (s *Service) approvedFiling(tx *ledger.Tx, p incident.Principal, i *incident.Incident, o *Obligation, f *Filing, in RecordFiling) error {
	if in.Version == 0 || f.Draft != "" {
		return nil
	}
	by, err := s.approverOf(tx, p, i, o, in.Version)
	if err == nil && by == "" && s.cfg.FilingsByTwo {
		err = incident.Errorf(incident.Conflict, "v%d is not approved as the case stands now. Here a second person approves what is filed.", in.Version)
	}
	return err
}
