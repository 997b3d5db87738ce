package runner

import (
	"maps"
	"slices"
	"sort"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/condition"
	"tocsin/incident/ledger"
	"tocsin/playbooks"
)

// caseFacts answers from what is recorded on the case, and from the
// organisation for what the case does not say.
type caseFacts struct {
	known        condition.Map
	organisation condition.Facts
}

func (c caseFacts) Fact(name string) condition.Value {
	if v, ok := c.known[name]; ok {
		return v
	}
	return c.organisation.Fact(name)
}

// situation is what a run's next steps depend on beside the run itself.
type situation struct {
	facts   condition.Facts
	anchors map[playbooks.Anchor]time.Time
}

// look reads the situation of an incident, once per advance.
func (r *Runner) look(tx *ledger.Tx, i *incident.Incident) (situation, error) {
	inForce, err := casework.Facts(tx, i.ID)
	if err != nil {
		return situation{}, err
	}
	roster, err := casework.CurrentRoster(tx, i.ID)
	if err != nil {
		return situation{}, err
	}
	known := readRoster(roster)
	maps.Copy(known, readFacts(inForce)) // what a person recorded stands above what was counted
	s := situation{
		facts:   caseFacts{known, r.cfg.Organisation},
		anchors: map[playbooks.Anchor]time.Time{playbooks.IncidentOpened: i.OpenedAt},
	}
	for name, f := range inForce {
		if f.Certainty == incident.Known {
			s.anchors[playbooks.FactKnown(name)] = f.SetAt
		}
	}
	if at, err := declared.Get(tx, ledger.K(i.ID)); err == nil {
		s.anchors[playbooks.IncidentDeclared] = at
	} else if incident.KindOf(err) != incident.NotFound {
		return situation{}, err
	}
	set, err := casework.MilestonesInForce(tx, i.ID)
	if err != nil {
		return situation{}, err
	}
	for m, setting := range set {
		s.anchors[playbooks.MilestoneSet(m)] = setting.At
	}
	return s, r.deadlines(tx, i, s.anchors)
}

// deadlines adds when duties are due: by rule and stage, by rule (its nearest
// stage not yet met), and the nearest of all.
func (r *Runner) deadlines(tx *ledger.Tx, i *incident.Incident, anchors map[playbooks.Anchor]time.Time) error {
	if r.cfg.Deadlines == nil {
		return nil
	}
	all, err := r.cfg.Deadlines(tx, i)
	if err != nil {
		return err
	}
	all = slices.Clone(all) // it is its owner's
	sort.SliceStable(all, func(a, b int) bool { return all[a].Due.Before(all[b].Due) })
	first := func(a playbooks.Anchor, at time.Time) {
		if _, ok := anchors[a]; !ok {
			anchors[a] = at
		}
	}
	for _, d := range all {
		anchors[playbooks.ObligationDue(d.Rule+":"+d.Stage)] = d.Due
		if !d.Met {
			first(playbooks.ObligationDue(d.Rule), d.Due)
			first(playbooks.EarliestDuty, d.Due)
		}
	}
	return nil
}

// readFacts turns recorded facts into what conditions ask. A suspected word is
// the word "suspected" where the fact has it, and otherwise not settled; a
// suspected set is one that may hold more. A value the vocabulary does not
// know is unknown: the case keeps what people say, and a playbook must not
// trip over it.
func readFacts(inForce map[string]incident.Fact) condition.Map {
	vocabulary := condition.Base()
	out := condition.Map{}
	for name, f := range inForce {
		def, ok := vocabulary[name]
		if !ok || f.Certainty == incident.UnknownCertain {
			continue
		}
		text := strings.Join(f.Values, ",")
		if text == "" && (def.Kind == condition.SetKind || def.Kind == condition.PlacesKind) {
			text = "none"
		}
		v, err := vocabulary.Parse(name, text)
		if err != nil {
			continue
		}
		if f.Certainty == incident.SuspectedTrue {
			v = suspected(def, f)
		}
		out[name] = v
	}
	return out
}

func suspected(def condition.Fact, f incident.Fact) condition.Value {
	switch def.Kind {
	case condition.SetKind, condition.PlacesKind:
		return condition.OpenSet(f.Values...)
	case condition.WordKind:
		for _, w := range def.Words {
			if w == "suspected" && f.Value() != "no" && f.Value() != "intact" && f.Value() != "ruled_out" {
				return condition.Word("suspected")
			}
		}
		return condition.Unset()
	}
	return condition.Unset()
}

// readRoster gives the facts that a settled list of affected people shows. It
// holds no person.
func readRoster(r *incident.Roster) condition.Map {
	out := condition.Map{}
	if r == nil {
		return out
	}
	out["affected.people"] = condition.Number(r.People)
	out["affected.elements"] = condition.Set(slices.Sorted(maps.Keys(r.ByElement))...)
	places := slices.Sorted(maps.Keys(r.ByJurisdiction))
	if n := slices.Index(places, "unknown"); n >= 0 {
		out["affected.residence"] = condition.OpenSet(slices.Delete(places, n, n+1)...)
	} else {
		out["affected.residence"] = condition.Set(places...)
	}
	return out
}
