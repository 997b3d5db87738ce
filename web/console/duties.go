package console

import (
	"tocsin/incident"
	"tocsin/notify/outbox"
)

// dutiesOf reads what the rules say about an incident.
func (c *Console) dutiesOf(r *Request, i *incident.Incident) (duties, error) {
	var d duties
	if c.Outbox == nil {
		return d, nil
	}
	all, err := c.Outbox.Obligations(r.Ctx(), r.By, i.ID)
	if err != nil {
		return d, err
	}
	standing, err := c.Outbox.Standing(r.Ctx(), r.By, i.ID)
	if err != nil {
		return d, err
	}
	d.questions = standing.Questions
	d.byID = make(map[string]*outbox.Obligation, len(all))
	for n := range all {
		o := &all[n]
		d.byID[o.ID] = o
		if o.Owed() && o.Next() != nil {
			d.owed++
		}
		if o.Applies == "no" || o.Decision.Settled() {
			continue
		}
		for _, st := range o.Stages {
			if st.Met == nil && st.State == "running" && st.Due != nil && st.Binding {
				d.clocks = append(d.clocks, clock{title: o.Regime + ", " + o.Recipient, url: caseURL(i, "/obligations#"+anchor(o.ID)), due: *st.Due, duty: true})
			}
		}
	}
	drafts, err := c.Outbox.Drafts(r.Ctx(), r.By, i.ID)
	if err != nil {
		return d, err
	}
	for n := range drafts {
		if drafts[n].Released == nil && !drafts[n].Valid {
			d.drafts++
		}
	}
	return d, nil
}

// anchor makes an obligation's id fit for the address of a place on a page.
func anchor(id string) string {
	out := []byte(id)
	for n, c := range out {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-') {
			out[n] = '-'
		}
	}
	return "o-" + string(out)
}
