package playbooks

import (
	"fmt"
	"strings"
)

// Terms says in short lines for people what s asks for beside its
// instructions: when it is due, what it waits for, what it needs to be done.
func (s *Step) Terms() []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if s.Mandatory {
		say("mandatory")
	} else if !s.Skipping().Allowed {
		say("cannot be skipped")
	}
	if s.Privileged {
		say("legally privileged")
	}
	if d := s.Due; d != nil {
		switch {
		case d.Within < 0:
			say("due %s before %s", duration(-d.Within), d.After)
		case d.Within == 0:
			say("due at %s", d.After)
		default:
			say("due within %s of %s", duration(d.Within), d.After)
		}
	}
	if len(s.Needs) > 0 {
		say("after %s", strings.Join(s.Needs, ", "))
	}
	if s.Chosen != nil {
		say("if %s was decided: %s", s.Chosen.Step, strings.Join(s.Chosen.Options, " or "))
	}
	if s.When != nil {
		say("when %s", canonicalOf(conditionFields(*s.When)))
	}
	for _, o := range s.Options {
		line := o.Key + ": " + o.Title
		if o.Note != "" {
			line += ". " + o.Note
		}
		say("option %s", line)
	}
	if a := s.Approval; a != nil {
		say("approved by %d of %s", a.N, strings.Join(a.roleNames(), ", "))
	}
	for _, e := range s.Evidence {
		line := fmt.Sprintf("evidence: %d %s", e.Min, strings.ReplaceAll(e.Kind, "_", " "))
		if e.Note != "" {
			line += ", " + e.Note
		}
		say("%s", line)
	}
	if len(s.Obligations) > 0 {
		say("serves %s", strings.Join(s.Obligations, ", "))
	}
	if len(s.Attack) > 0 {
		say("ATT&CK %s", strings.Join(s.Attack, ", "))
	}
	return out
}

func (a *Approval) roleNames() []string {
	var out []string
	for _, r := range a.Roles {
		out = append(out, r.Label())
	}
	return out
}
