package outbox

import (
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/notify/filing"
	"tocsin/notify/statute"
)

// filingBasis is what every form of an incident is answered from, read once.
type filingBasis struct {
	*caseBasis
	said       map[string][]string // facts, as the forms read them
	milestones map[string]time.Time
	dayOnly    map[string]bool
	handed     []Filing
	drafts     []Draft
	answers    []FilingAnswer // of every form, oldest first
}

func filingBasisOf(tx *ledger.Tx, i *incident.Incident) (*filingBasis, error) {
	b := &filingBasis{milestones: map[string]time.Time{}, dayOnly: map[string]bool{}}
	var err error
	if b.caseBasis, err = caseBasisOf(tx, i); err != nil {
		return nil, err
	}
	b.said = filingFacts(b.facts)
	for name, m := range b.set {
		at := m.At
		if loc, err := time.LoadLocation(m.Zone); err == nil {
			at = at.In(loc)
		}
		b.milestones[string(name)], b.dayOnly[string(name)] = at, m.Precision == incident.ToTheDay
	}
	if b.handed, err = filingsOf(tx, i.ID); err != nil {
		return nil, err
	}
	if b.drafts, err = draftsOf(tx, i.ID); err != nil {
		return nil, err
	}
	b.answers, err = filingAnswersOf(tx, i.ID)
	return b, err
}

// filingCase gathers what the form of an obligation may say at a stage, if it
// were filed at an instant.
func (s *Service) filingCase(i *incident.Incident, o *Obligation, stage string, at time.Time, b *filingBasis) filing.Case {
	c := s.caseFrom(i, o, []string{o.Jurisdiction}, at, b.caseBasis)
	c.Stage, c.Content = stage, o.Required
	org := s.cfg.Organisation
	c.RegulatedAs, c.Established, c.MainOffice = org.RegulatedAs, org.EstablishedIn, org.MainEstablishment
	c.Facts, c.Milestones, c.DayOnly = b.said, b.milestones, b.dayOnly
	if due := limitOf(o.stage(stage), o, b.handed); due != nil {
		c.Due = *due
	}
	c.Submission = "initial"
	for _, f := range b.handed {
		if f.Obligation == o.ID {
			c.Submission = "follow_up"
			if f.Reference != "" {
				c.Previous = f.Reference
			}
		}
	}
	c.Filed = b.filedElsewhere(o)
	c.SampleNotice = sampleNotice(b.drafts, o.Jurisdiction)
	c.Answers = inForce(b.answers, o.ID)
	return c
}

// filingFacts gives what is known or suspected, by name. A suspicion of one of the
// rule library's facts is the value suspected.
func filingFacts(facts map[string]incident.Fact) map[string][]string {
	out := map[string][]string{}
	for name, f := range facts {
		switch f.Certainty {
		case incident.Known:
			if len(f.Values) > 0 && f.Value() != "" {
				out[name] = f.Values
			}
		case incident.SuspectedTrue:
			if word, ok := statuteValue(f).(string); ok {
				out[name] = []string{word}
			}
		}
	}
	return out
}

// filedElsewhere lists the other authorities that were told, once each, with the
// latest number they gave.
func (b *filingBasis) filedElsewhere(o *Obligation) []filing.Elsewhere {
	var out []filing.Elsewhere
	for _, f := range b.handed {
		other := b.byID[f.Obligation]
		if f.Obligation == o.ID || other == nil || other.Audience != "regulator" && other.Audience != "csirt" {
			continue
		}
		k := slices.IndexFunc(out, func(e filing.Elsewhere) bool { return e.Recipient == other.Recipient })
		if k < 0 {
			k, out = len(out), append(out, filing.Elsewhere{Recipient: other.Recipient})
		}
		if f.Reference != "" {
			out[k].Reference = f.Reference
		}
	}
	return out
}

// sampleNotice is the text of the letter to people of a jurisdiction that was
// released, or else approved; of several, the newest. A draft that nobody has
// approved goes to no authority.
func sampleNotice(all []Draft, jurisdiction string) string {
	var best *Draft
	for n := range all {
		d := &all[n]
		if d.Audience != "individuals" || d.Approval == nil || !slices.ContainsFunc(d.Covers, func(area string) bool {
			return statute.Within(jurisdiction, area) || statute.Within(area, jurisdiction)
		}) {
			continue
		}
		if best == nil || best.Released == nil || d.Released != nil {
			best = d
		}
	}
	if best == nil {
		return ""
	}
	return best.Current().Letter.Text
}
