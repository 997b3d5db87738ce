package statute

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"tocsin/incident/condition"
)

// Assess gives every duty that could follow from the facts: those of each
// jurisdiction where people are affected or the organisation is established,
// and of each regime the organisation is in, whether they apply or not. at
// decides which version of a rule is asked where no milestone does. The answer
// is a pure function of the library, the facts and at.
func (l *Library) Assess(f Facts, at time.Time) Assessment {
	a := l.begin(&f, at)
	risk, _ := assessRisk(a.general)
	out := Assessment{At: at.Truncate(time.Second), Edition: l.edition, Risk: risk, Obligations: []Obligation{}, Notices: []string{}, Questions: []Question{}}
	for _, id := range l.ids {
		if !a.listed(id) {
			continue
		}
		r := a.version(id)
		out.Notices = add(out.Notices, a.dormant(id)...)
		if r == nil {
			continue
		}
		out.Obligations = append(out.Obligations, a.obligations(r)...)
		out.Notices = add(out.Notices, a.remarksOf(r)...)
	}
	out.Notices = add(out.Notices, a.remarks()...)
	sort.SliceStable(out.Obligations, func(i, j int) bool { return sooner(&out.Obligations[i], &out.Obligations[j]) })
	out.Questions = a.questions(out.Obligations)
	return out
}

// begin makes ready what every rule of one assessment asks.
func (l *Library) begin(f *Facts, at time.Time) *assessor {
	a := &assessor{
		library: l, facts: f, at: at, general: newGeneral(f),
		rules: map[string]*answer{}, looked: map[string]concern{}, calendars: map[string]*calendar{},
	}
	g := a.general
	g.values["incident.risk_concluded"] = concluded(f)
	g.values["incident.hipaa_low_probability_concluded"] = orNone(f.Incident.HIPAALowProbability)
	g.values["incident.rrosh_concluded"] = orNone(f.Incident.RROSH)
	// Proposals take longer than most rules, and most rules do not ask for them.
	g.later["incident.risk"] = func() condition.Value { return riskValue(g) }
	g.later["incident.hipaa_low_probability"] = func() condition.Value { c := assessCompromise(g); return c.value() }
	g.later["incident.rrosh"] = func() condition.Value { r := assessRROSH(g); return r.value() }
	return a
}

// assessor holds what one assessment has worked out so far.
type assessor struct {
	library   *Library
	facts     *Facts
	at        time.Time
	general   *general
	rules     map[string]*answer // by id
	looked    map[string]concern // by id
	calendars map[string]*calendar
}

// answer is whether a rule applies, by the version that is in force.
type answer struct {
	rule   *Rule
	result condition.Result
	view   *view
}

// concern is why a rule is looked at.
type concern int

const (
	notAtAll concern = iota
	nobody           // only because the facts name its place, with no people there: shown, and answered no
	somebody
)

// listed reports whether a rule is one the organisation has to look at.
func (a *assessor) listed(id string) bool { return a.concernOf(id) != notAtAll }

func (a *assessor) concernOf(id string) concern {
	known, ok := a.looked[id]
	if ok {
		return known
	}
	for _, r := range a.library.byID[id] {
		if r.Audience == "contract" || a.inRegime(r) { // a partner is told wherever people live
			known = somebody
		}
		known = max(known, a.affects(r.Jurisdiction))
	}
	a.looked[id] = known
	return known
}

// affects reports whether somebody is affected in a jurisdiction, or the
// organisation is established there. A group of people is affected where it
// lives also while their number is not known; where it is known to be zero,
// nobody is.
func (a *assessor) affects(area string) concern {
	found := notAtAll
	for i := range a.facts.Affected {
		g := &a.facts.Affected[i]
		if world().Within(g.Residence, area) != condition.Yes {
			continue
		}
		if g.People == nil || *g.People > 0 {
			return somebody
		}
		found = nobody
	}
	o := &a.facts.Organisation
	for _, p := range append([]string{o.MainEstablishment}, o.EstablishedIn...) {
		if world().Within(p, area) == condition.Yes {
			return somebody
		}
	}
	return found
}

// inRegime reports whether the organisation is of a kind the rule names, and
// licensed in its jurisdiction where the regime is one of licences. A rule based on
// another that names none itself is of that one's regime.
func (a *assessor) inRegime(r *Rule) bool {
	o := &a.facts.Organisation
	if len(r.Who.RegulatedAs) == 0 && r.BasedOn != "" {
		return slices.ContainsFunc(a.library.byID[r.BasedOn], a.inRegime)
	}
	kind := slices.ContainsFunc(r.Who.RegulatedAs, func(k string) bool { return slices.Contains(o.RegulatedAs, k) })
	if !kind || !r.Who.LicensedHere {
		return kind
	}
	return slices.ContainsFunc(o.LicensedIn, func(p string) bool { return world().Within(p, r.Jurisdiction) == condition.Yes })
}

// answerOf is the answer of a rule; nil where no version of it is in force.
func (a *assessor) answerOf(id string) *answer {
	if known, ok := a.rules[id]; ok {
		return known
	}
	a.rules[id] = nil // while it is being worked out: the library has no circles, owed.regulator could make one
	r := a.version(id)
	if r == nil {
		return nil
	}
	ans := a.evaluate(r)
	a.rules[id] = ans
	return ans
}

// evaluate joins everything a rule asks: whose duty it is, whom it covers, the
// rule it is based on, its condition, and that no exemption holds.
func (a *assessor) evaluate(r *Rule) *answer {
	v := &view{general: a.general, rule: r, here: map[string]condition.Value{}, combos: r.combo}
	v.owed = func(name string) condition.Value { return a.owed(r, name) }
	ans := &answer{rule: r, view: v}
	var parts []condition.Result
	ask := func(c condition.Condition) { parts = append(parts, c.Evaluate(v)) }
	if a.concernOf(r.ID) == nobody {
		ask(condition.Condition{Fact: "here.people", MoreThan: 0})
	}
	if len(r.Who.Roles) > 0 {
		ask(condition.Condition{Fact: "organisation.role", Is: r.Who.Roles})
	}
	if len(r.Who.RegulatedAs) > 0 {
		ask(condition.Condition{Fact: "organisation.regulated_as", HasAny: r.Who.RegulatedAs})
	}
	if len(r.Who.NotRegulatedAs) > 0 {
		ask(condition.Condition{Not: &condition.Condition{Fact: "organisation.regulated_as", HasAny: r.Who.NotRegulatedAs}})
	}
	if r.Who.LicensedHere {
		ask(condition.Condition{Fact: "here.licensed", Is: []string{"yes"}})
	}
	if r.BasedOn != "" {
		base := a.answerOf(r.BasedOn)
		if base == nil {
			parts = append(parts, notInForce(r.BasedOn))
		} else {
			parts = append(parts, base.result)
			if r.Covered.isZero() {
				v.combos = base.view.combos
			}
		}
	}
	if !r.Covered.isZero() && !r.Covered.Optional {
		ask(condition.Condition{Fact: "covered.people", MoreThan: 0})
	}
	if !r.When.IsZero() {
		ask(r.When)
	}
	for _, x := range r.Exempt {
		when := x.When
		ask(condition.Condition{Not: &when})
	}
	ans.result = condition.All(parts...)
	return ans
}

func notInForce(id string) condition.Result {
	return condition.Result{Truth: condition.No, BecauseNot: []condition.Finding{{Fact: "owed." + id, Value: "no, the rule is not in force"}}}
}

// owed answers for owed.<name> as rule r asks it.
func (a *assessor) owed(r *Rule, name string) condition.Value {
	if name != "regulator" && name != "individuals" {
		if ans := a.answerOf(name); ans != nil {
			return asValue(ans.result, name)
		}
		return condition.Word("no").Shown("no, the rule is not in force")
	}
	var by, missing []string
	for _, id := range a.library.ids {
		if id == r.ID || a.library.byID[id][0].Audience != name || a.library.asksOwed[id] || !a.listed(id) {
			continue
		}
		ans := a.answerOf(id)
		if ans == nil {
			continue
		}
		if ans.result.Truth == condition.Yes {
			by = append(by, id)
		}
		missing = add(missing, ans.result.Missing...)
	}
	switch {
	case len(by) > 0:
		return condition.Word("yes").Shown("yes (" + someOf(by, 4) + ")")
	case len(missing) > 0:
		return condition.Unset().Behind(missing...)
	}
	if open := a.unlisted(name); len(open) > 0 {
		return condition.Unset().Behind(open...)
	}
	return condition.Word("no")
}

// unlisted names the facts that could still bring in rules for an audience that
// are not looked at now: while one is not known, a no of those that are is no
// answer for all.
func (a *assessor) unlisted(audience string) []string {
	o := &a.facts.Organisation
	out := a.unplaced()
	if o.RegulatedAs == nil {
		out = append(out, "organisation.regulated_as")
	}
	licensed := func(r *Rule) bool {
		return r.Audience == audience && r.Who.LicensedHere && slices.ContainsFunc(r.Who.RegulatedAs, func(k string) bool { return slices.Contains(o.RegulatedAs, k) })
	}
	if o.LicensedIn == nil && slices.ContainsFunc(a.library.rules, licensed) {
		out = append(out, "organisation.licensed_in")
	}
	return out
}

func asValue(r condition.Result, by string) condition.Value {
	switch r.Truth {
	case condition.Yes:
		return condition.Word("yes").Shown("yes (" + by + ")")
	case condition.No:
		return condition.Word("no")
	}
	return condition.Unset().Behind(r.Missing...)
}

// obligations makes one obligation per recipient of a rule.
func (a *assessor) obligations(r *Rule) []Obligation {
	ans := a.answerOf(r.ID)
	var out []Obligation
	for _, to := range a.route(r) {
		o := Obligation{
			Rule: r.ID, Version: r.Version, Jurisdiction: to.place, Regime: r.Regime, Audience: r.Audience,
			Recipient: to.name, Channel: to.channel, Applies: ans.result.Truth,
			Because: []string{}, BecauseNot: []string{}, Missing: []string{}, Stages: []StageOut{},
			Citation: r.Citation, Sources: r.Sources, Reviewed: r.Reviewed.String(), Confidence: r.Confidence,
			AuthorityID: to.authority, Languages: to.languages, Title: r.Title, Content: r.Content, Record: r.Record, Order: r.Order,
		}
		switch o.Applies {
		case condition.No:
			o.BecauseNot = texts(ans.result.BecauseNot)
		case condition.Yes:
			o.Because = texts(ans.result.Because)
		default:
			o.Because = texts(ans.result.Because)
			o.Missing = add(o.Missing, ans.result.Missing...)
		}
		for i := range r.Stages {
			s, asks := a.stage(ans, &r.Stages[i], to)
			o.Stages = append(o.Stages, s)
			o.asks = append(o.asks, asks...)
		}
		out = append(out, o)
	}
	return out
}

// remarksOf are the notices of a rule that may apply, unless their condition
// is a firm no.
func (a *assessor) remarksOf(r *Rule) []string {
	ans := a.answerOf(r.ID)
	if ans.result.Truth == condition.No {
		return nil
	}
	var out []string
	for _, n := range r.Notices {
		if n.When.IsZero() || ans.truth(n.When).Truth != condition.No {
			out = append(out, r.ID+": "+n.Text)
		}
	}
	return out
}

// remarks are things to know that belong to no single rule.
func (a *assessor) remarks() []string {
	var out []string
	for _, b := range a.library.broken {
		out = append(out, b.String())
	}
	for _, m := range sortedKeys(a.facts.Milestones) {
		rule, stage, ok := cutFiling(m)
		if !ok {
			continue
		}
		versions := a.library.byID[rule]
		if versions == nil {
			out = append(out, fmt.Sprintf("milestones.%s: there is no rule %s", m, rule))
		} else if !slices.ContainsFunc(versions, func(r *Rule) bool { _, ok := r.stage(stage); return ok }) {
			out = append(out, fmt.Sprintf("milestones.%s: rule %s has no stage %s", m, rule, stage))
		}
	}
	unplaced, unknown := 0, false
	for i := range a.facts.Affected {
		g := &a.facts.Affected[i]
		if g.Residence == "" || g.Residence == "US" {
			if g.People == nil {
				unknown = true
			} else {
				unplaced += *g.People
			}
		}
	}
	switch {
	case unknown:
		out = append(out, "the state of residence of some people is not known: rules of single states are listed only where somebody is known to live")
	case unplaced > 0:
		out = append(out, fmt.Sprintf("the state of residence of %d people is not known: rules of single states are listed only where somebody is known to live", unplaced))
	}
	return out
}

// sooner orders obligations: what is owed or may be before what is not, then
// by deadline, then by place and rule.
func sooner(x, y *Obligation) bool {
	if (x.Applies == condition.No) != (y.Applies == condition.No) {
		return y.Applies == condition.No
	}
	dx, okx := x.Due()
	dy, oky := y.Due()
	if okx != oky {
		return okx
	}
	if !dx.Equal(dy) {
		return dx.Before(dy)
	}
	if x.Jurisdiction != y.Jurisdiction {
		return x.Jurisdiction < y.Jurisdiction
	}
	if x.Rule != y.Rule {
		return x.Rule < y.Rule
	}
	return x.Recipient < y.Recipient
}
