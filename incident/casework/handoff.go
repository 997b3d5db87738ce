package casework

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// Handoff gives a role over to somebody else, with what they need to know.
type Handoff struct {
	Role    incident.Role // commander if empty
	To      string        // account
	Note    string        // what stands, what comes next, what is worrying
	Checked []string      // keys of the checklist that were gone through: all of them
	Stay    bool          // who hands over stays on as deputy of the role
}

// HandoffChecklist is what two people go through together before a role changes
// hands: value is the key, label what is gone through.
func HandoffChecklist() []incident.Choice {
	return []incident.Choice{
		{Value: "situation", Label: "What happened, and what is known and not known"},
		{Value: "deadlines", Label: "Deadlines that run, and who answers for each"},
		{Value: "tasks", Label: "Tasks that are open, late or blocked"},
		{Value: "decisions", Label: "Decisions that wait, and letters to be approved or released"},
		{Value: "people", Label: "Who is on the case, and how they are reached"},
		{Value: "channels", Label: "Channels that the attacker may be reading"},
	}
}

// mostHandoff is the longest note of a handoff, in characters.
const mostHandoff = 4000

// HandOff gives a role of p's to somebody else, in one act: they hold it, p does
// not any more (or stays as deputy), and the note and the checklist are on the
// timeline, pinned. Whoever may steer the incident may hand over a role of their
// own; nobody can hand over another's. Errors: Invalid with everything that is
// missing, Conflict where p does not hold the role or they do already.
func (d *Desk) HandOff(ctx context.Context, p incident.Principal, ref string, in Handoff) error {
	return d.act(ctx, p, ref, incident.SteerIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		if in.Role == "" {
			in.Role = incident.Commander
		}
		in.Note = strings.TrimSpace(in.Note)
		if err := in.check(p); err != nil {
			return err
		}
		mine := slices.IndexFunc(i.People, func(a incident.Assignment) bool {
			return a.Account == p.ID && a.Role == in.Role && !a.Deputy
		})
		if mine < 0 {
			return incident.Errorf(incident.Conflict, "You are not %s of %s, so there is nothing to hand over.", strings.ToLower(in.Role.Label()), i.Number)
		}
		theirs := incident.Assignment{Role: in.Role, Account: in.To}
		if slices.Contains(i.People, theirs) {
			return incident.Errorf(incident.Conflict, "They hold that role already.")
		}
		kept := slices.DeleteFunc(slices.Clone(i.People), func(a incident.Assignment) bool {
			// Their place as deputy becomes the role; mine goes, or becomes that of a deputy.
			return a.Role == in.Role && (a.Account == in.To || a.Account == p.ID)
		})
		kept = append(kept, theirs)
		if in.Stay {
			kept = append(kept, incident.Assignment{Role: in.Role, Account: p.ID, Deputy: true})
		}
		i.People = kept
		tx.Record("incident.handoff", "incident/"+i.ID)
		text := "Handed over: " + in.Role.Label() + ". Gone through: " + strings.Join(in.labels(), "; ") + ". Note: " + in.Note
		if _, err := addEntry(tx, i, incident.TimelineEntry{At: tx.Now(), Act: "incident.handoff", Object: "incident/" + i.ID, Text: text, Pinned: true}); err != nil {
			return err
		}
		return d.react(func(r Reactor) error { return r.IncidentChanged(tx, i, "roles") })
	})
}

func (in Handoff) check(p incident.Principal) error {
	var problems []incident.Problem
	if !in.Role.Valid() {
		problems = append(problems, incident.Problem{Where: "role", What: "one of " + values(incident.Roles())})
	}
	switch {
	case in.To == "":
		problems = append(problems, incident.Problem{Where: "to", What: "say whom you hand over to"})
	case in.To == p.ID:
		problems = append(problems, incident.Problem{Where: "to", What: "somebody else than you"})
	}
	switch n := utf8.RuneCountInString(in.Note); {
	case n == 0:
		problems = append(problems, incident.Problem{Where: "note", What: "say what stands and what comes next"})
	case n > mostHandoff:
		problems = append(problems, incident.Problem{Where: "note", What: "keep it under 4,000 characters"})
	}
	known := map[string]bool{}
	for _, c := range HandoffChecklist() {
		known[c.Value] = true
		if !slices.Contains(in.Checked, c.Value) {
			problems = append(problems, incident.Problem{Where: "checked", What: "not gone through yet: " + c.Label + " (" + c.Value + ")"})
		}
	}
	for _, c := range in.Checked {
		if !known[c] {
			problems = append(problems, incident.Problem{Where: "checked", What: "not on the list: " + clip(c, 40)})
		}
	}
	return invalid("The handoff is not complete.", problems)
}

func (in Handoff) labels() (out []string) {
	for _, c := range HandoffChecklist() {
		out = append(out, c.Label)
	}
	return out
}
