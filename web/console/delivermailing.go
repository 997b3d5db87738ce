package console

import (
	"slices"

	"tocsin/incident"
	"tocsin/notify/outbox"
	"tocsin/web/view"
)

type mailingRow struct {
	outbox.Mailing
	URL      string
	State    view.Badge
	Bar      view.Progress
	Reasons  []view.Bar
	Released string
	Sum      string
}

func (o *openCase) mailingRow(m *outbox.Mailing) mailingRow {
	row := mailingRow{Mailing: *m, URL: o.URL("/mailings/" + m.ID), Released: o.who(m.ReleasedBy)}
	switch m.State {
	case outbox.MailingCanary:
		row.State = view.Badge{Text: "First few", Tone: view.Running}
	case outbox.MailingSending:
		row.State = view.Badge{Text: "Sending", Tone: view.Running}
	case outbox.MailingPaused:
		row.State = view.Badge{Text: "Paused", Tone: view.Waiting}
	case outbox.MailingStopped:
		row.State = view.Badge{Text: "Stopped", Tone: view.NotOwed}
	default:
		row.State = view.Badge{Text: "Done", Tone: view.Done}
	}
	k := m.Counts
	row.Bar = view.Progress{ID: "mailing-" + m.ID, Label: "Mailing " + itoa(m.Seq), Total: m.People, Parts: []view.Part{
		{Text: "accepted", Count: k.Accepted, Tone: view.Done}, {Text: "rejected", Count: k.Rejected, Tone: view.Overdue},
		{Text: "put off", Count: k.Deferred, Tone: view.Waiting}, {Text: "uncertain", Count: k.Uncertain, Tone: view.Soon},
		{Text: "left out", Count: m.Left(), Tone: view.NotOwed},
	}}
	if k.Bounced > 0 {
		row.Bar.Parts = append(row.Bar.Parts, view.Part{Text: "came back", Count: k.Bounced, Tone: view.Overdue})
	}
	if k.Withheld > 0 || m.Drill {
		row.Bar.Parts = append(row.Bar.Parts, view.Part{Text: "would have been sent", Count: k.Withheld, Tone: view.Unknown})
	}
	if k.Earlier > 0 {
		row.Bar.Parts = append(row.Bar.Parts, view.Part{Text: "told before", Count: k.Earlier, Tone: view.Done})
	}
	for reason, n := range m.Excluded {
		row.Reasons = append(row.Reasons, view.Bar{Label: sentenceCase(reason), Value: n})
	}
	slices.SortFunc(row.Reasons, func(a, b view.Bar) int { return b.Value - a.Value })
	sent := k.Accepted + k.Rejected + k.Deferred + k.Uncertain + k.Attempting + k.Withheld + k.Earlier + k.Bounced
	row.Sum = view.Thousands(m.People) + " on the list = " + view.Thousands(sent) + " written to + " + view.Thousands(m.Left()) + " left out with a reason + " + view.Thousands(m.Pending()) + " still to do"
	return row
}

type mailingPage struct {
	mailingRow
	Path      string
	Uncertain []outbox.UncertainDelivery
	Unreached *outbox.Unreached // nil where mail reached all it was sent to
	Steer     bool
}

// Mailing shows how far a mailing is; it stays fresh by itself.
func (c *Console) Mailing(r *Request) error { return c.showMailing(r, nil) }

func (c *Console) showMailing(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	m, err := c.Outbox.Mailing(r.Ctx(), r.By, o.Incident.ID, r.Param("mailing"))
	if err != nil {
		return err
	}
	d := mailingPage{mailingRow: o.mailingRow(&m), Path: o.URL("/mailings/" + m.ID), Steer: o.may(incident.ReleaseNotice)}
	if m.Counts.Uncertain > 0 {
		if d.Uncertain, err = c.Outbox.Uncertains(r.Ctx(), r.By, o.Incident.ID, 50); err != nil {
			return err
		}
	}
	if m.Counts.Bounced+m.Counts.Rejected > 0 {
		all, err := c.Outbox.Unreached(r.Ctx(), r.By, o.Incident.ID, m.ID, 50)
		if err != nil {
			return err
		}
		d.Unreached = &all
	}
	p := o.page(r, "Mailing "+itoa(m.Seq), d)
	p.Crumbs = []view.Link{{Text: "Notices", URL: o.URL("/notices")}}
	if wrong != nil {
		return r.Wrong(wrong, &view.Form{}, "mailing", p)
	}
	return r.Show("mailing", p)
}

// SteerMailing pauses, resumes or stops it, or settles what is uncertain.
func (c *Console) SteerMailing(r *Request) error {
	ref, id := r.Param("incident"), r.Param("mailing")
	var err error
	note := ""
	switch r.Form("do") {
	case "pause":
		err, note = c.Outbox.Pause(r.Ctx(), r.By, ref, id, "paused by a person"), "Paused. What is on the wire is finished."
	case "resume":
		err, note = c.Outbox.Resume(r.Ctx(), r.By, ref, id), "It goes on."
	case "stop":
		err, note = c.Outbox.Stop(r.Ctx(), r.By, ref, id), "Stopped for good."
	case "arrived", "again":
		_, err = c.Outbox.SettleUncertain(r.Ctx(), r.By, ref, r.Form("key"), r.Form("do") == "arrived")
		note = "Settled."
	case "posted":
		_, err = c.Outbox.LettersPosted(r.Ctx(), r.By, ref, id, r.Form("how"))
		note = "Put down. The duties towards them count as met from now."
	default:
		err = incident.Errorf(incident.Invalid, "Say what to do with the mailing.")
	}
	if err != nil {
		return c.showMailing(r, err)
	}
	return r.Done("/incidents/"+ref+"/mailings/"+id, note)
}
