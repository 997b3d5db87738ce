package playbooks

import (
	"slices"
	"strconv"
	"time"

	"tocsin/incident"
)

func readDue(r *reader) *Due {
	d, ok := r.sub("due")
	if !ok {
		return nil
	}
	defer d.done()
	due := &Due{After: Anchor(d.required("after"))}
	if due.After != "" {
		if why := due.After.problem(); why != "" {
			d.bad("after", "%s", why)
			due.After = ""
		}
	}
	within := d.required("within")
	if within == "" {
		return due
	}
	length, err := time.ParseDuration(within)
	if err != nil {
		d.bad("within", "%s is not a duration such as 4h or 90m", quote(within))
		return due
	}
	due.Within = length
	_, duty := due.After.Obligation()
	switch {
	case length < 0 && !duty && due.After != "":
		d.bad("within", "only a deadline (obligation:<rule>.due) can be counted back from; %s cannot be known beforehand", due.After)
	case length > 0 && duty:
		d.found.warn(d.line("within"), d.key("within"), "this is after the legal deadline; write -%s for a time before it", within)
	case length > 10*365*24*time.Hour || length < -10*365*24*time.Hour:
		d.bad("within", "more than ten years")
	}
	return due
}

func readChosen(r *reader) *Chosen {
	c, ok := r.sub("chosen")
	if !ok {
		return nil
	}
	defer c.done()
	out := &Chosen{Step: c.required("step"), Options: c.set("option", func(string) string { return "" })}
	if !c.has("option") {
		c.missing("option", ": which choice leads here")
	} else if len(out.Options) == 0 && c.table.entries["option"].shape == isArray {
		c.bad("option", "an empty list can never be chosen")
	}
	return out
}

func readEvidence(r *reader) []Evidence {
	var out []Evidence
	for _, e := range r.each("evidence") {
		ev := Evidence{Kind: e.choice("kind", incident.EvidenceKinds()), Min: e.count("min", 1), Note: e.word("note")}
		e.done()
		if ev.Kind != "" && slices.ContainsFunc(out, func(o Evidence) bool { return o.Kind == ev.Kind && o.Note == ev.Note }) {
			e.bad("kind", "the same evidence is asked for twice: use min")
			continue
		}
		out = append(out, ev)
	}
	return out
}

func readApproval(r *reader) *Approval {
	a, ok := r.sub("approval")
	if !ok {
		return nil
	}
	defer a.done()
	out := &Approval{N: a.count("n", 1)}
	for _, role := range a.set("roles", func(s string) string {
		if !incident.Role(s).Valid() {
			return quote(s) + " is no role" + nearest(s, valuesOf(incident.Roles()))
		}
		return ""
	}) {
		out.Roles = append(out.Roles, incident.Role(role))
	}
	if len(out.Roles) == 0 {
		if a.has("roles") {
			a.bad("roles", "names nobody who could approve")
		} else {
			a.missing("roles", ": who may approve")
		}
	}
	return out
}

func readSkip(r *reader, mandatory bool) *Skip {
	s, ok := r.sub("skip")
	if !ok {
		return nil
	}
	defer s.done()
	out := &Skip{Allowed: s.flag("allowed"), ReasonRequired: true}
	if s.has("reason_required") {
		out.ReasonRequired = s.flag("reason_required")
	}
	if !out.Allowed {
		out.ReasonRequired = false // of nothing
	}
	if mandatory && out.Allowed {
		s.bad("allowed", "a mandatory step cannot be skipped")
	}
	return out
}

func readOptions(r *reader) []Option {
	var out []Option
	seen := map[string]int{}
	for _, o := range r.each("options") {
		opt := Option{Key: o.required("key"), Title: o.required("title"), Note: o.text("note")}
		o.done()
		if opt.Key == "" {
			continue
		}
		if !slugName.MatchString(opt.Key) {
			o.bad("key", "must be lower-case words joined by hyphens, not %s", quote(opt.Key))
		}
		if first, ok := seen[opt.Key]; ok {
			o.bad("key", "option %s is given twice: first on line %d", quote(opt.Key), first)
			continue
		}
		seen[opt.Key] = o.line("key")
		out = append(out, opt)
	}
	if v, ok := r.table.entries["options"]; ok && v.shape == isArray && len(v.list) < 2 {
		r.bad("options", "a decision needs at least two options, not %s", strconv.Itoa(len(v.list)))
	}
	return out
}
