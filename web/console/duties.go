package console

import (
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/notify/outbox"
)

// dutiesOf reads what the rules say about an incident.
func (c *Console) dutiesOf(r *Request, i *incident.Incident) (duties, error) {
	var d duties
	all, err := c.Outbox.Obligations(r.Ctx(), r.By, i.ID)
	if err != nil {
		return d, err
	}
	standing, err := c.Outbox.Standing(r.Ctx(), r.By, i.ID)
	if err != nil {
		return d, err
	}
	d.all, d.standing, d.questions = all, standing, standing.Questions
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
		k := clock{title: o.Regime + ", " + o.Recipient, url: caseURL(i, "/obligations#"+anchor(o.ID)), duty: true}
		if o.Applies == "unknown" {
			k.title = "May apply: " + k.title
		}
		for _, st := range o.Stages {
			switch {
			case st.Met != nil || !st.Binding:
			case st.State == "running" && st.Due != nil:
				k.due, k.note = *st.Due, ""
				d.clocks = append(d.clocks, k)
			case st.State == "waiting" && o.Applies == "yes":
				k.due, k.note = time.Time{}, "waiting for: "+startWords(st.From)
				d.clocks = append(d.clocks, k)
			}
		}
	}
	d.drafts, err = c.Outbox.ToApprove(r.Ctx(), r.By, i.ID)
	return d, err
}

// startWords names what a clock starts from.
func startWords(from string) string {
	if rule, ok := strings.CutPrefix(from, "filed:"); ok {
		return "the filing of " + rule
	}
	return strings.ToLower(incident.Milestone(from).Label())
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
