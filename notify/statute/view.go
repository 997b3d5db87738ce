package statute

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/incident/condition"
)

// general answers for the facts that are the same for every rule.
type general struct {
	facts  *Facts
	values map[string]condition.Value
	later  map[string]func() condition.Value // worked out when first asked for
}

func newGeneral(f *Facts) *general {
	g := &general{facts: f, values: map[string]condition.Value{}, later: map[string]func() condition.Value{}}
	o, i := &f.Organisation, &f.Incident
	g.values["organisation.role"] = condition.Word(o.Role)
	g.values["organisation.established_in"] = setOf(o.EstablishedIn)
	g.values["organisation.main_establishment"] = condition.Word(o.MainEstablishment)
	g.values["organisation.regulated_as"] = setOf(o.RegulatedAs)
	g.values["organisation.licensed_in"] = setOf(o.LicensedIn)
	for name, word := range i.words() {
		g.values["incident."+name] = condition.Word(*word)
	}
	if i.UnavailableFor != nil {
		g.values["incident.unavailable_for"] = condition.Length(*i.UnavailableFor)
	}
	if f.Contract.NoticeWithin != nil {
		g.values["contract.notice_within"] = condition.Length(*f.Contract.NoticeWithin)
	}
	for name := range f.Milestones {
		if isMilestone(name) {
			g.values["milestones."+name] = condition.Word("set").Shown("set, " + f.Milestones[name].String())
		}
	}
	g.values["affected.residence"] = g.residences()
	all := g.count(func(*Affected) (condition.Truth, string) { return condition.Yes, "" })
	g.values["affected.people"] = all.value("")
	g.values["affected.elements"] = g.members("", "affected.elements", func(a *Affected) []string { return a.Elements })
	g.values["affected.groups"] = g.members("", "affected.groups", func(a *Affected) []string { return a.Groups })
	return g
}

// Fact implements condition.Facts.
func (g *general) Fact(name string) condition.Value {
	if work, ok := g.later[name]; ok {
		delete(g.later, name) // a proposal does not ask for itself
		g.values[name] = work()
	}
	return g.values[name]
}

func setOf(members []string) condition.Value {
	if members == nil {
		return condition.Unset()
	}
	return condition.Set(members...)
}

func (g *general) residences() condition.Value {
	if g.facts.Affected == nil {
		return condition.Unset()
	}
	var known []string
	open := false
	for i := range g.facts.Affected {
		a := &g.facts.Affected[i]
		switch {
		case a.Residence == "":
			open = true
		case a.People != nil && *a.People == 0:
		case !slices.Contains(known, a.Residence):
			known = append(known, a.Residence)
		}
	}
	if open {
		return condition.OpenSet(known...)
	}
	return condition.Set(known...)
}

// members is what the people in area (everywhere where it is empty) have of
// one kind: the union over their groups, open where a group's is not known or
// where it is not known who is affected.
func (g *general) members(area, fact string, of func(*Affected) []string) condition.Value {
	if g.facts.Affected == nil {
		return condition.Unset().Behind(fact)
	}
	var missing []string
	lists := func(yield func([]string) bool) {
		for i := range g.facts.Affected {
			a := &g.facts.Affected[i]
			in := condition.Yes
			if area != "" {
				in = world().Within(a.Residence, area)
			}
			if in == condition.No || a.People != nil && *a.People == 0 {
				continue
			}
			list := of(a)
			switch {
			case list == nil:
				missing = add(missing, fact)
			case in == condition.Unknown && len(list) > 0:
				missing = add(missing, "affected.residence")
				list = nil
			case a.People == nil && len(list) > 0:
				missing = add(missing, "affected.people")
				list = nil
			}
			if !yield(list) {
				return
			}
		}
	}
	known, open := union(lists)
	if open {
		return condition.OpenSet(known...).Behind(missing...)
	}
	return condition.Set(known...)
}

func add(list []string, more ...string) []string {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// tally is a number of people between two bounds; max is negative where there is none.
type tally struct {
	min, max int
	missing  []string // the facts that would close it
	by       []string // why people were counted: the combinations of elements
}

func (t *tally) add(a *Affected, in condition.Truth, missing ...string) {
	if in == condition.No {
		return
	}
	lo, hi := a.bounds()
	if hi == 0 {
		return
	}
	if in == condition.Yes {
		t.min += lo
	}
	if hi < 0 || t.max < 0 {
		t.max = -1
	} else {
		t.max += hi
	}
	if in == condition.Unknown {
		t.missing = add(t.missing, missing...)
	}
	if hi < 0 {
		t.missing = add(t.missing, "affected.people")
	}
}

func (t tally) value(where string) condition.Value {
	v := condition.Between(t.min, t.max)
	text := v.String()
	if where != "" {
		text += " in " + where
	}
	if len(t.by) > 0 && t.min > 0 {
		by := t.by
		if len(by) > 3 {
			by = append(slices.Clone(by[:3]), "…")
		}
		text += " with " + strings.Join(by, ", ")
	}
	return v.Shown(text).Behind(t.missing...)
}

// count adds up the people for whom in answers yes, and as an upper bound
// those for whom it is not known; in also names the fact that is missing.
func (g *general) count(in func(*Affected) (condition.Truth, string)) tally {
	if g.facts.Affected == nil {
		return tally{max: -1, missing: []string{"affected.people"}}
	}
	var t tally
	for i := range g.facts.Affected {
		a := &g.facts.Affected[i]
		truth, missing := in(a)
		t.add(a, truth, missing)
	}
	return t
}

// view answers for the facts as one rule sees them: the general ones, those of
// its place, those of the people it covers, and what other rules answered.
type view struct {
	*general
	rule *Rule
	owed func(name string) condition.Value
	here map[string]condition.Value
	combos
}

func (v *view) Fact(name string) condition.Value {
	if known, ok := v.here[name]; ok {
		return known
	}
	var value condition.Value
	switch scope, rest, _ := strings.Cut(name, "."); scope {
	case "here":
		value = v.place(rest)
	case "covered":
		value = v.covered(rest)
	case "owed":
		value = v.owed(rest)
	default:
		return v.general.Fact(name)
	}
	v.here[name] = value
	return value
}

// place answers for here.<rest>.
func (v *view) place(rest string) condition.Value {
	area := v.rule.Jurisdiction
	switch rest {
	case "people":
		return v.count(func(a *Affected) (condition.Truth, string) {
			return world().Within(a.Residence, area), "affected.residence"
		}).value(area)
	case "elements":
		return v.members(area, "affected.elements", func(a *Affected) []string { return a.Elements })
	case "groups":
		return v.members(area, "affected.groups", func(a *Affected) []string { return a.Groups })
	case "established":
		return within(v.facts.Organisation.EstablishedIn, area, "organisation.established_in")
	case "licensed":
		return within(v.facts.Organisation.LicensedIn, area, "organisation.licensed_in")
	}
	return condition.Unset()
}

// within answers yes where one of places lies in area.
func within(places []string, area, fact string) condition.Value {
	if places == nil {
		return condition.Unset().Behind(fact)
	}
	t, by := condition.No, ""
	for _, p := range places {
		if in := world().Within(p, area); t == condition.No || in == condition.Yes {
			if t = in; in == condition.Yes {
				by = p
				break
			}
		}
	}
	switch t {
	case condition.Yes:
		return condition.Word("yes").Shown(fmt.Sprintf("yes, %s", by))
	case condition.No:
		return condition.Word("no").Shown(fmt.Sprintf("no, %s has %s", fact, condition.Set(places...)))
	}
	return condition.Unset().Behind(fact)
}

// covered answers for covered.<rest>.
func (v *view) covered(rest string) condition.Value {
	area := v.rule.Jurisdiction
	switch rest {
	case "people":
		return v.coveredIn(area).value(area)
	case "people_anywhere":
		return v.coveredIn("").value("all places")
	case "people_in_one_subdivision":
		return v.largestSubdivision(area)
	}
	return condition.Unset()
}

// coveredIn counts the covered people of an area; of all places where it is empty.
func (v *view) coveredIn(area string) tally {
	var by []string
	t := v.count(func(a *Affected) (condition.Truth, string) {
		in := condition.Yes
		if area != "" {
			in = world().Within(a.Residence, area)
		}
		if in == condition.No {
			return in, ""
		}
		match, combo := v.match(a.Elements, a.Groups)
		both := in.And(match)
		switch {
		case both == condition.Yes && combo != "" && (a.People == nil || *a.People > 0):
			by = add(by, combo)
		case both == condition.Unknown && in == condition.Unknown:
			return both, "affected.residence"
		case both == condition.Unknown && a.Elements == nil && len(v.any) > 0:
			return both, "affected.elements"
		case both == condition.Unknown:
			return both, "affected.groups"
		}
		return both, ""
	})
	t.by = by
	return t
}

// largestSubdivision is the largest number of covered people in one state or
// province of a country.
func (v *view) largestSubdivision(area string) condition.Value {
	var places []string
	whole := false // somebody is affected of whom only the country, or nothing, is known
	for i := range v.facts.Affected {
		r := v.facts.Affected[i].Residence
		switch {
		case r == "" || world().Canonical(r) == area || world().Within(r, area) == condition.Unknown:
			whole = true
		case world().Within(r, area) == condition.Yes:
			places = add(places, r)
		}
	}
	if v.facts.Affected == nil || whole {
		t := v.coveredIn(area)
		low := 0
		for _, p := range places {
			low = max(low, v.coveredIn(p).min)
		}
		t.min = low
		t.missing = add(t.missing, "affected.residence")
		return t.value("one state or province")
	}
	best, where := tally{}, "one state or province"
	for _, p := range places {
		t := v.coveredIn(p)
		if t.min > best.min {
			where, best.by = p, t.by
		}
		best.min = max(best.min, t.min)
		if best.max >= 0 && (t.max < 0 || t.max > best.max) {
			best.max = t.max
		}
		best.missing = add(best.missing, t.missing...)
	}
	return best.value(where)
}
