package outbox

import (
	"slices"
	"strconv"
	"time"

	"tocsin/incident"
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

// caseFrom gathers what letters and filings of an incident may say to one
// jurisdiction's people or authority. What is not known stays empty, and the
// letter says what it lacks.
func (s *Service) caseFrom(i *incident.Incident, o *Obligation, covers []string, now time.Time, b *caseBasis) filing.Case {
	facts, set, roster := b.facts, b.set, b.roster
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
			Reference: i.Number, LetterDate: now, Organisation: h.Organisation, DPO: h.DPO, CallCentre: h.CallCentre,
			Signatory: h.Signatory, Monitoring: h.Monitoring, Recipient: b.recipient(o),
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
	c.AuthorityTold = b.authorityTold(o)
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
	return c
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
