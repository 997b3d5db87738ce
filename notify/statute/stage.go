package statute

import (
	"fmt"
	"strings"
	"time"

	"tocsin/incident/condition"
)

// ticking is one clock of a stage as it stands.
type ticking struct {
	from    string
	state   State
	end     end
	hasDue  bool
	waiting string // what for
}

// stage gives a stage of an obligation towards one recipient, and the facts
// that could still move its deadline.
func (a *assessor) stage(ans *answer, s *Stage, to recipient) (StageOut, []pending) {
	out := StageOut{Stage: s.Name, State: Stopped, Binding: s.binding(), Zone: to.zone, Note: s.Note}
	var asks []pending
	var best *ticking
	var waits []string
	for _, c := range s.clocks() {
		if out.From == "" {
			out.From = a.names(c)
		}
		if !c.When.IsZero() {
			r := ans.truth(c.When)
			if r.Truth == condition.No {
				continue
			}
			for _, m := range r.Missing {
				asks = append(asks, pending{m})
			}
		}
		t := a.clock(ans, c, to)
		if t == nil {
			continue
		}
		if t.state == Waiting {
			waits = add(waits, t.waiting)
			if best == nil {
				best = t
			}
			continue
		}
		if best == nil || best.state == Waiting || t.hasDue && (!best.hasDue || t.end.due.Before(best.end.due)) {
			best = t
		}
	}
	if ans.result.Truth == condition.No {
		out.Counted = "not owed"
		return out, nil
	}
	if best == nil {
		out.Counted = "does not arise on these facts"
		return out, asks
	}
	out.From, out.State, out.Counted = best.from, best.state, best.end.counted
	if best.state == Waiting {
		out.Counted = "not started: waiting for " + strings.Join(waits, " or ")
		return out, asks
	}
	if best.hasDue {
		due := best.end.due
		date := dayOf(due).String()
		out.Due, out.Date, out.Latest = &due, &date, best.end.latest
		a.hold(ans.rule, &out, to)
	}
	if own := a.milestone("filed:" + ans.rule.ID + ":" + s.Name); !own.IsZero() {
		out.Counted += "; filed " + own.String()
	}
	return out, asks
}

// names is the milestone a clock names first, for a stage that does not run; of
// a copied deadline, the one that is counted from there.
func (a *assessor) names(c Clock) string {
	for range maxCopies {
		if len(c.From) > 0 {
			return c.From[0]
		}
		id, name, _ := strings.Cut(c.SameAs, ":")
		versions := a.library.byID[id]
		if len(versions) == 0 {
			return ""
		}
		s, ok := versions[len(versions)-1].stage(name)
		if !ok {
			return ""
		}
		c = s.Clock
	}
	return ""
}

// maxCopies bounds how many rules a deadline is copied through.
const maxCopies = 8

// clock gives where a clock ends; nil where it does not run at all.
func (a *assessor) clock(ans *answer, c Clock, to recipient) *ticking {
	switch {
	case c.WaitsFor != "":
		return &ticking{from: a.names(c), state: Waiting, waiting: c.WaitsFor}
	case c.SameAs != "":
		return a.sameAs(c)
	}
	from, m := a.start(c)
	if m.IsZero() {
		var words []string
		for _, f := range c.From {
			words = append(words, milestoneWords(f))
		}
		return &ticking{from: c.From[0], state: Waiting, waiting: strings.Join(words, " or ")}
	}
	t := &ticking{from: from, state: Running}
	switch {
	case c.Within != "":
		length := a.facts.Contract.NoticeWithin
		if length == nil {
			t.end.counted = "no length of time is known of the contract"
			return t
		}
		start := m.In(to.zone)
		t.hasDue = true
		t.end = end{due: start.Add(*length).In(to.zone), counted: fmt.Sprintf("%s after %s, as the contract says", condition.Length(*length), start.Format(time.RFC3339))}
	case c.Unit == "none":
		t.end.counted = fmt.Sprintf("without undue delay after %s, no number in the law", m)
	default:
		p := period{amount: *c.Amount, unit: c.Unit, policy: c.Policy, calendar: a.calendar(a.calendarID(c, to))}
		t.hasDue, t.end = true, p.count(m, to.zone)
		if after := a.milestone(c.UnlessAfter); !after.IsZero() && after.In(to.zone).After(t.end.due) {
			return nil
		}
	}
	return t
}

// start is the first milestone of a clock that is set. Where a clock lists two,
// the order is the order of the file: nothing else is ever fallen back to.
func (a *assessor) start(c Clock) (string, Moment) {
	for _, name := range c.From {
		if m := a.milestone(name); !m.IsZero() {
			return name, m
		}
	}
	return "", Moment{}
}

func (a *assessor) calendarID(c Clock, to recipient) string {
	if c.Calendar != "" {
		return c.Calendar
	}
	return to.place
}

// sameAs is the deadline of another rule's stage, towards its first recipient.
func (a *assessor) sameAs(c Clock) *ticking {
	id, name, _ := strings.Cut(c.SameAs, ":")
	other := a.answerOf(id)
	if other == nil {
		return nil
	}
	s, ok := other.rule.stage(name)
	if !ok {
		return nil
	}
	// The other rule's own deadline, also where its answer is no: what is
	// copied is the limit, not the duty.
	copied := *other
	copied.result.Truth = condition.Unknown
	out, _ := a.stage(&copied, s, a.route(other.rule)[0])
	t := &ticking{from: out.From, state: out.State, end: end{latest: out.Latest, counted: "as " + id + ": " + out.Counted}}
	switch {
	case out.State == Stopped:
		return nil
	case out.State == Waiting:
		t.waiting = strings.TrimPrefix(out.Counted, "not started: waiting for ")
	case out.Due != nil:
		t.hasDue, t.end.due = true, *out.Due
	}
	return t
}
