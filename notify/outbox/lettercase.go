package outbox

import (
	"slices"
	"strconv"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/filing"
	"tocsin/notify/letter"
	"tocsin/notify/statute"
)

// The facts that hold a case's public wording. They are facts like any other:
// with author, source and history; the rules do not read them.
const (
	FactWhatHappened = "notice.what_happened"
	FactMeasures     = "notice.measures"
	FactAdvice       = "notice.advice"
	FactConsequences = "notice.consequences"
	FactAcquirer     = "notice.acquirer"
	FactLateReasons  = "notice.late_reasons"
	FactRecords      = "notice.records"
	FactProtection   = "notice.protection"   // measures that protected the data
	FactPlace        = "notice.place"        // the system or place where it happened
	FactPlanned      = "notice.planned"      // YYYY-MM-DD: when people will be told
	FactPolice       = "notice.police"       // yes, no: whether the police know
	FactPoliceDelay  = "notice.police_delay" // yes, no: whether they asked to wait
)

// caseOf gathers what letters and filings of an incident may say to one
// jurisdiction's people or authority. What is not known stays empty, and the
// letter says what it lacks.
func (s *Service) caseOf(tx *ledger.Tx, i *incident.Incident, o *Obligation, covers []string) (filing.Case, error) {
	facts, err := casework.Facts(tx, i.ID)
	if err != nil {
		return filing.Case{}, err
	}
	set, err := casework.MilestonesInForce(tx, i.ID)
	if err != nil {
		return filing.Case{}, err
	}
	roster, err := casework.CurrentRoster(tx, i.ID)
	if err != nil {
		return filing.Case{}, err
	}
	known := func(name string) string {
		if f, ok := facts[name]; ok && f.Certainty != incident.UnknownCertain {
			return f.Value()
		}
		return ""
	}
	list := func(name string) []string {
		if f, ok := facts[name]; ok && f.Certainty != incident.UnknownCertain {
			return f.Values
		}
		return nil
	}
	at := func(m incident.Milestone) time.Time {
		v, ok := set[m]
		if !ok {
			return time.Time{}
		}
		if loc, err := time.LoadLocation(v.Zone); err == nil {
			return v.At.In(loc)
		}
		return v.At
	}
	h := s.cfg.Letterhead
	c := filing.Case{
		Case: letter.Case{
			Reference: i.Number, LetterDate: tx.Now(), Organisation: h.Organisation, DPO: h.DPO, CallCentre: h.CallCentre,
			Signatory: h.Signatory, Monitoring: h.Monitoring, Recipient: letter.Contact{Name: o.Recipient},
			WhatHappened: known(FactWhatHappened), Measures: list(FactMeasures), Advice: list(FactAdvice),
			Consequences: list(FactConsequences), Acquirer: known(FactAcquirer), LateReasons: known(FactLateReasons),
			OccurredFrom: at(incident.OccurredFrom), OccurredUntil: at(incident.OccurredUntil),
			Discovered: at(incident.Discovered), Aware: at(incident.Aware), NoticeSent: at(incident.IndividualsNotified),
			Protection: list(FactProtection), Place: known(FactPlace), CheckPage: h.CheckPage,
			Groups: []string{"customers"},
		},
		Drill: i.Drill, Kind: string(i.Kind), Jurisdiction: o.Jurisdiction, Reporter: h.Signatory,
	}
	c.Organisation.Role = s.cfg.Organisation.Role
	if c.AuthorityTold, err = authorityTold(tx, i.ID, o); err != nil {
		return c, err
	}
	if groups := list("affected.groups"); groups != nil {
		c.Groups = groups
	}
	c.LawEnforcement = letter.LawEnforcement{Reported: known(FactPolice) == "yes", Delayed: known(FactPoliceDelay)}
	if c.NoticeSent.IsZero() {
		if day, err := time.Parse(time.DateOnly, known(FactPlanned)); err == nil {
			c.NoticeSent = day
		}
	}
	if n, err := strconv.Atoi(known(FactRecords)); err == nil {
		c.Records = n
	}
	if roster != nil {
		elements := map[string]bool{}
		for _, g := range roster.Groups {
			c.People = addCount(c.People, g.Jurisdiction, g.People)
			// Letters to people speak of what the people they go to lost; an
			// authority is told of all of it.
			if o.Audience != "individuals" || covered(covers, g.Jurisdiction) {
				for _, e := range g.Elements {
					elements[e] = true
				}
			}
		}
		for _, name := range letter.Elements() {
			if elements[name] {
				c.Elements = append(c.Elements, name)
			}
		}
	}
	switch {
	case !at(incident.IndividualsNotified).IsZero():
		c.PeopleTold = "yes"
	case !c.NoticeSent.IsZero():
		c.PeopleTold = "planned"
	}
	return c, nil
}

// authorityTold is when the authority that a duty's own law names was told: the
// first filing with a regulator under the same law, towards the same place. A
// financial supervisor that knows is not the data protection authority.
func authorityTold(tx *ledger.Tx, id string, o *Obligation) (time.Time, error) {
	var out time.Time
	err := obligations.Scan(tx, ledger.K(id), func(_ ledger.Key, other Obligation) error {
		if other.Audience != "regulator" || other.Regime != o.Regime ||
			!statute.Within(other.Jurisdiction, o.Jurisdiction) && !statute.Within(o.Jurisdiction, other.Jurisdiction) {
			return nil
		}
		for _, st := range other.Stages {
			if st.Met == nil || !out.IsZero() && !st.Met.Before(out) {
				continue
			}
			out = *st.Met
			if zone, err := time.LoadLocation(st.Zone); err == nil && st.Zone != "" {
				out = out.In(zone)
			}
		}
		return nil
	})
	return out, err
}

func addCount(list []letter.Count, jurisdiction string, n int) []letter.Count {
	for k := range list {
		if list[k].Jurisdiction == jurisdiction {
			list[k].People += n
			return list
		}
	}
	return append(list, letter.Count{Jurisdiction: jurisdiction, People: n})
}

func covered(covers []string, jurisdiction string) bool {
	return slices.ContainsFunc(covers, func(area string) bool { return statute.Within(jurisdiction, area) })
}
