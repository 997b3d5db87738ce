package outbox

import (
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
	"tocsin/notify/letter"
	"tocsin/notify/statute"
)

// caseBasis is what every letter and form of an incident is written from, read
// once for all of them: a page shows a hundred.
type caseBasis struct {
	facts  map[string]incident.Fact
	set    map[incident.Milestone]incident.MilestoneSetting
	roster *incident.Roster
	duties []Obligation // all of them, as ObligationsOf orders them
	byID   map[string]*Obligation

	partners map[string]letter.Contact // by rule, of the contracts among the duties
}

func caseBasisOf(tx *ledger.Tx, i *incident.Incident) (*caseBasis, error) {
	b := &caseBasis{byID: map[string]*Obligation{}}
	var err error
	if b.facts, err = casework.Facts(tx, i.ID); err != nil {
		return nil, err
	}
	if b.set, err = casework.MilestonesInForce(tx, i.ID); err != nil {
		return nil, err
	}
	if b.roster, err = casework.CurrentRoster(tx, i.ID); err != nil {
		return nil, err
	}
	if b.duties, err = ObligationsOf(tx, i.ID); err != nil {
		return nil, err
	}
	contract := false
	for n := range b.duties {
		o := &b.duties[n]
		b.byID[o.ID] = o
		contract = contract || o.Audience == "contract"
	}
	if contract {
		b.partners, err = partnersOf(tx)
	}
	return b, err
}

// partnersOf is whom the contracts name to be told, by the rule of each.
func partnersOf(tx *ledger.Tx) (map[string]letter.Contact, error) {
	all, err := contractsOf(tx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]letter.Contact, len(all))
	for n := range all {
		t := &all[n].Current().Terms
		out[all[n].Rule] = letter.Contact{Name: t.Partner, Role: t.Contact, Email: t.Email, Address: []string{t.Contact, t.Email}}
	}
	return out, nil
}

// recipient is whom the notice of a duty is addressed to.
func (b *caseBasis) recipient(o *Obligation) letter.Contact {
	if c, ok := b.partners[o.Rule]; ok {
		return c
	}
	return letter.Contact{Name: o.Recipient}
}

// authorityTold is when the authority that a duty's own law names was told: the
// first filing with a regulator under the same law, towards the same place. A
// financial supervisor that knows is not the data protection authority.
func (b *caseBasis) authorityTold(o *Obligation) time.Time {
	var out time.Time
	for n := range b.duties {
		other := &b.duties[n]
		if other.Audience != "regulator" || other.Regime != o.Regime ||
			!statute.Within(other.Jurisdiction, o.Jurisdiction) && !statute.Within(o.Jurisdiction, other.Jurisdiction) {
			continue
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
	}
	return out
}
