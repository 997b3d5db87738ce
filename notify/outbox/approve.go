package outbox

import (
	"context"
	"fmt"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/letter"
)

// Approval is bound to a text, a list of people, the duties the letter is for and
// the values of the case it was read with: when any of them changes, it is void.
type Approval struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Text   string    `json:"text"`             // digest
	Roster string    `json:"roster,omitempty"` // digest of the list in force; empty where there was none
	// Duties are the duties towards its readers, each with its rule's version, and
	// Values what the case said, as in letter.Draft. Nil in approvals of old, which
	// are not held to them.
	Duties []string          `json:"duties,omitempty"`
	Values map[string]string `json:"values,omitempty"`
}

// Release is the second person's word that it may go out.
type Release struct {
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Mailing string    `json:"mailing,omitempty"`
}

// DraftReview is what a person decided on a version of a draft.
type DraftReview struct {
	Act     string    `json:"act"` // approved, returned; voided where a new text put an approval aside
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Version int       `json:"version"`
	Digest  string    `json:"digest"` // of the text it was about
	Reason  string    `json:"reason,omitempty"`
}

// Returned is the review that sent the newest text back; nil where it was not.
func (d *Draft) Returned() *DraftReview {
	for n := len(d.Reviews) - 1; n >= 0; n-- {
		if r := &d.Reviews[n]; r.Act != "voided" {
			if r.Act == "returned" && r.Digest == d.Current().Digest {
				return r
			}
			return nil
		}
	}
	return nil
}

func rosterDigest(r *incident.Roster) string {
	if r == nil {
		return ""
	}
	return r.Object
}

// Approve is counsel's word that the text may go to the people on the list as
// it is now. digest is what they read; if the text moved meanwhile it is a
// Conflict. Who wrote any version of it may not approve it.
func (s *Service) Approve(ctx context.Context, p incident.Principal, ref, id, digest string) error {
	return s.act(ctx, p, ref, incident.ApproveNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		d, err := draftOf(tx, i, id)
		if err != nil {
			return err
		}
		if d.Released != nil {
			return incident.Errorf(incident.Conflict, "It has been released already.")
		}
		if d.Current().Digest != digest {
			return incident.Errorf(incident.Conflict, "The text changed while you read it. Read it again.")
		}
		for _, v := range d.Versions {
			if v.By == p.ID {
				return incident.Errorf(incident.Forbidden, "You wrote version %d of it; somebody else must approve it.", v.N)
			}
		}
		if r := d.Returned(); r != nil && r.By != p.ID {
			return incident.Errorf(incident.Conflict, "This text was sent back: %s It needs a new version, or the word of whoever sent it back.", sentence(r.Reason))
		}
		b, err := caseBasisOf(tx, i)
		if err != nil {
			return err
		}
		if d.Audience == "individuals" && b.roster == nil {
			return incident.Errorf(incident.Conflict, "Who is affected has not been settled yet.")
		}
		if !d.Current().Letter.Complete() {
			return &incident.Error{Kind: incident.Conflict, Message: "Something in it is still open.", Problems: openProblems(d.Current().Letter)}
		}
		findings, err := s.lint(&d, b)
		if err != nil {
			return err
		}
		if letter.Failed(findings) {
			return &incident.Error{Kind: incident.Conflict, Message: "It breaks a law of its recipients.", Problems: findingProblems(findings)}
		}
		values, err := s.valuesNow(i, &d, tx.Now(), b)
		if err != nil {
			return err
		}
		d.Approval = &Approval{By: p.ID, At: tx.Now(), Text: digest, Roster: rosterDigest(b.roster), Duties: b.dutySet(&d), Values: values}
		d.Reviews = append(d.Reviews, DraftReview{Act: "approved", By: p.ID, At: tx.Now(), Version: d.Current().N, Digest: digest})
		tx.Record("draft.approve", "draft/"+d.ID)
		if err := drafts.Put(tx, ledger.K(i.ID, d.ID), d); err != nil {
			return err
		}
		return casework.WriteTimeline(tx, i, "draft.approve", "draft/"+d.ID, fmt.Sprintf("Draft approved: %s, %s, text %.12s", d.Rule, d.Language, digest))
	})
}

func openProblems(text letter.Draft) []incident.Problem {
	var out []incident.Problem
	for _, m := range text.Open {
		out = append(out, incident.Problem{Where: m.Field, What: m.Ask})
	}
	return out
}

func findingProblems(findings []letter.Finding) []incident.Problem {
	var out []incident.Problem
	for _, f := range findings {
		if f.Severity == letter.Error {
			out = append(out, incident.Problem{Where: fmt.Sprintf("line %d", f.Line), What: f.String()})
		}
	}
	return out
}
