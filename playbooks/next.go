package playbooks

import (
	"slices"
	"time"

	"tocsin/incident/condition"
)

// Ending is how a step ended; NotEnded while it has not.
type Ending string

const (
	NotEnded Ending = ""
	Done     Ending = "done"
	Skipped  Ending = "skipped"
)

// StepState is what is recorded of a step. That a step does not apply is never
// recorded as its ending: it is worked out anew, and may change back.
type StepState struct {
	Ending Ending
	At     time.Time // when it ended
	Choice string    // of a decision that is done: the option's key
}

// Progress is what Next looks at.
type Progress struct {
	Steps   map[string]StepState // by step key; absent means not ended
	Facts   condition.Facts      // nil: nothing is known
	Anchors map[Anchor]time.Time // instants that are known; those of ended steps need not be in it
}

// Standing is where a step stands.
type Standing string

const (
	Ready         Standing = "ready"          // can be worked now
	Waiting       Standing = "waiting"        // see Position.WaitsFor
	NotApplicable Standing = "not_applicable" // see Position.Because
	Ended         Standing = "ended"          // done or skipped
)

// Position is where one step stands and when it is due.
type Position struct {
	Key      string
	Standing Standing
	Needs    []string   // steps it still waits for, in the order of the playbook
	Missing  []string   // facts that would decide whether it applies
	WaitsFor []string   // Needs and Missing in words that fit after "waiting for"
	Because  []string   // why it does not apply
	Due      *time.Time // nil where there is none, or its anchor is unknown
	Clock    string     // what the due time waits for; "" where Due is known or there is none
}

// Next says where every step of p stands, in the order of p. It is a function
// of its arguments alone.
//
// A need is met when the needed step has ended or does not apply. A condition
// that is unknown holds a step back and names the facts that would decide it;
// one that is no makes the step not applicable, whatever it needs. A step tied
// to a choice waits for the decision, and does not apply where the decision
// was skipped, does not apply, or went another way. No due time is made up: an
// unknown anchor gives words instead.
func Next(p *Playbook, now Progress) []Position {
	if now.Facts == nil {
		now.Facts = condition.Map{}
	}
	w := &walk{p: p, now: now, positions: make(map[string]Position, len(p.Steps))}
	out := make([]Position, len(p.Steps))
	for i := range p.Steps {
		out[i] = w.position(&p.Steps[i])
	}
	return out
}

// walk works positions out, each once: a need is placed before what needs it.
type walk struct {
	p         *Playbook
	now       Progress
	positions map[string]Position
}

func (w *walk) position(s *Step) Position {
	if pos, ok := w.positions[s.Key]; ok {
		return pos
	}
	pos := w.stand(s)
	pos.Key = s.Key
	if s.Due != nil && pos.Standing != Ended && pos.Standing != NotApplicable {
		pos.Due, pos.Clock = w.due(*s.Due)
	}
	w.positions[s.Key] = pos
	return pos
}

func (w *walk) stand(s *Step) Position {
	if w.now.Steps[s.Key].Ending != NotEnded {
		return Position{Standing: Ended}
	}
	if s.Chosen != nil {
		if why := w.notChosen(s.Chosen); why != "" {
			return Position{Standing: NotApplicable, Because: []string{why}}
		}
	}
	var pos Position
	if s.When != nil {
		r := s.When.Evaluate(w.now.Facts)
		switch r.Truth {
		case condition.No:
			pos = Position{Standing: NotApplicable}
			for _, f := range r.BecauseNot {
				pos.Because = append(pos.Because, f.String())
			}
			return pos
		case condition.Unknown:
			pos.Missing = r.Missing
		}
	}
	for i := range w.p.Steps {
		need := &w.p.Steps[i]
		if slices.Contains(s.Needs, need.Key) || s.Chosen != nil && s.Chosen.Step == need.Key {
			if st := w.position(need).Standing; st != Ended && st != NotApplicable {
				pos.Needs = append(pos.Needs, need.Key)
			}
		}
	}
	for _, key := range pos.Needs {
		need, _ := w.p.Step(key)
		pos.WaitsFor = append(pos.WaitsFor, "“"+need.Title+"”")
	}
	for _, f := range pos.Missing {
		pos.WaitsFor = append(pos.WaitsFor, FactKnown(f).Waiting())
	}
	pos.Standing = Ready
	if len(pos.WaitsFor) > 0 {
		pos.Standing = Waiting
	}
	return pos
}

// notChosen says why the decision c rules the step out; "" where it does not,
// or has not been taken yet.
func (w *walk) notChosen(c *Chosen) string {
	d, ok := w.p.Step(c.Step)
	if !ok {
		return "there is no decision " + c.Step
	}
	state := w.now.Steps[c.Step]
	switch {
	case state.Ending == Skipped:
		return "the decision “" + d.Title + "” was skipped"
	case state.Ending == Done && !slices.Contains(c.Options, state.Choice):
		title := state.Choice
		if o, ok := d.Option(state.Choice); ok {
			title = o.Title
		}
		return "“" + d.Title + "” was decided: " + title
	case state.Ending == NotEnded && w.position(d).Standing == NotApplicable:
		return "the decision “" + d.Title + "” does not apply"
	}
	return ""
}

func (w *walk) due(d Due) (*time.Time, string) {
	at, ok := w.now.Anchors[d.After]
	if m, isMilestone := d.After.Milestone(); isMilestone && !ok {
		at, ok = w.now.Anchors[MilestoneSet(m)]
	}
	if key, isStep := d.After.Step(); isStep && !ok {
		state := w.now.Steps[key]
		at, ok = state.At, state.Ending != NotEnded && !state.At.IsZero()
	}
	if !ok || at.IsZero() {
		if key, isStep := d.After.Step(); isStep {
			if s, ok := w.p.Step(key); ok {
				return nil, "“" + s.Title + "” to be done"
			}
		}
		return nil, d.After.Waiting()
	}
	due := at.Add(d.Within)
	return &due, ""
}
