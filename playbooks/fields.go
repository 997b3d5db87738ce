package playbooks

import (
	"strconv"
	"time"

	"tocsin/incident/condition"
)

// head is the playbook without its steps.
func (p *Playbook) head() fields {
	var f, applies fields
	f.add("slug", p.Slug)
	f.add("title", p.Title)
	f.add("version", p.Version)
	f.add("summary", p.Summary)
	applies.add("kind", list(p.Kinds))
	f.add("applies", applies)
	return f
}

func (p *Playbook) fields() fields {
	f := p.head()
	var steps []any
	for i := range p.Steps {
		steps = append(steps, p.Steps[i].fields())
	}
	f.add("step", steps)
	return f
}

func (s *Step) fields() fields {
	var f fields
	f.add("key", s.Key)
	f.add("title", s.Title)
	f.add("phase", string(s.Phase))
	f.add("kind", string(s.Kind))
	f.add("role", string(s.Role))
	if s.Due != nil {
		f.add("due", fields{{"after", string(s.Due.After)}, {"within", duration(s.Due.Within)}})
	}
	f.add("needs", list(s.Needs))
	if s.When != nil {
		f.add("when", conditionFields(*s.When))
	}
	if c := s.Chosen; c != nil {
		f.add("chosen", fields{{"step", c.Step}, {"option", list(c.Options)}})
	}
	f.add("options", s.optionFields())
	if a := s.Approval; a != nil {
		f.add("approval", fields{{"roles", list(a.Roles)}, {"n", int64(a.N)}})
	}
	f.add("action", s.Action)
	f.add("playbook", s.Playbook)
	f.add("obligations", list(s.Obligations))
	f.add("attack", list(s.Attack))
	f.add("evidence", s.evidenceFields())
	f.add("mandatory", s.Mandatory)
	f.add("privileged", s.Privileged)
	// A skip that says what would hold without it leaves no trace.
	if k := s.Skip; k != nil && *k != (&Step{Mandatory: s.Mandatory}).Skipping() {
		f.add("skip", fields{{"allowed", k.Allowed}, {"reason_required", k.ReasonRequired}})
	}
	f.add("instructions", s.Instructions)
	return f
}

func (s *Step) optionFields() []any {
	var out []any
	for _, o := range s.Options {
		var f fields
		f.add("key", o.Key)
		f.add("title", o.Title)
		f.add("note", o.Note)
		out = append(out, f)
	}
	return out
}

func (s *Step) evidenceFields() []any {
	var out []any
	for _, e := range s.Evidence {
		f := fields{{"kind", e.Kind}, {"min", int64(e.Min)}}
		f.add("note", e.Note)
		out = append(out, f)
	}
	return out
}

func conditionFields(c condition.Condition) fields {
	var f fields
	group := func(name string, list []condition.Condition) {
		if list == nil {
			return
		}
		var out []any
		for _, sub := range list {
			out = append(out, conditionFields(sub))
		}
		f.add(name, out)
	}
	group("all", c.All)
	group("any", c.Any)
	if c.Not != nil {
		f.add("not", conditionFields(*c.Not))
	}
	f.add("fact", c.Fact)
	f.add("is", list(c.Is))
	f.add("has_any", list(c.HasAny))
	f.add("has_all", list(c.HasAll))
	for _, b := range []field{{"at_least", c.AtLeast}, {"more_than", c.MoreThan}, {"at_most", c.AtMost}, {"less_than", c.LessThan}} {
		if b.value != nil {
			f.add(b.name, b.value)
		}
	}
	return f
}

// duration writes d as people do: 4h, 90m, not 4h0m0s.
func duration(d time.Duration) string {
	switch {
	case d == 0:
		return "0s"
	case d%time.Hour == 0:
		return strconv.FormatInt(int64(d/time.Hour), 10) + "h"
	case d%time.Minute == 0:
		return strconv.FormatInt(int64(d/time.Minute), 10) + "m"
	}
	return d.String()
}
