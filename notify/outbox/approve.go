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

// Approval is bound to a text and a list of people: when either changes, it is void.
type Approval struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Text   string    `json:"text"`             // digest
	Roster string    `json:"roster,omitempty"` // digest of the list in force; empty where there was none
}

// Release is the second person's word that it may go out.
type Release struct {
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Mailing string    `json:"mailing,omitempty"`
}

// Valid reports whether the approval holds for the newest text and this list of people.
func (d *Draft) Valid(roster *incident.Roster) bool {
	return d.Approval != nil && d.Approval.Text == d.Current().Digest && d.Approval.Roster == rosterDigest(roster)
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
		roster, err := casework.CurrentRoster(tx, i.ID)
		if err != nil {
			return err
		}
		if d.Audience == "individuals" && roster == nil {
			return incident.Errorf(incident.Conflict, "Who is affected has not been settled yet.")
		}
		if !d.Current().Letter.Complete() {
			return &incident.Error{Kind: incident.Conflict, Message: "Something in it is still open.", Problems: openProblems(d.Current().Letter)}
		}
		findings, err := s.lint(tx, i, &d, roster)
		if err != nil {
			return err
		}
		if letter.Failed(findings) {
			return &incident.Error{Kind: incident.Conflict, Message: "It breaks a law of its recipients.", Problems: findingProblems(findings)}
		}
		d.Approval = &Approval{By: p.ID, At: tx.Now(), Text: digest, Roster: rosterDigest(roster)}
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
