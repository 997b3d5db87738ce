package console

import (
	"tocsin/incident"
	"tocsin/notify/outbox"
	"tocsin/web/view"
)

type mailingPage struct {
	mailingRow
	Path      string
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

// SteerMailing pauses, resumes or stops it, or says that letters were posted.
func (c *Console) SteerMailing(r *Request) error {
	ref, id := r.Param("incident"), r.Param("mailing")
	var err error
	note := ""
	switch r.Form("do") {
	case "pause":
		reason := r.Form("reason")
		if reason == "" {
			reason = "paused by a person"
		}
		err, note = c.Outbox.Pause(r.Ctx(), r.By, ref, id, reason), "Paused. What is on the wire is finished."
	case "resume":
		err, note = c.Outbox.Resume(r.Ctx(), r.By, ref, id), "It goes on."
	case "stop":
		err, note = c.Outbox.Stop(r.Ctx(), r.By, ref, id), "Stopped for good."
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

// StopMailingPage restates the numbers before a mailing is ended for good.
func (c *Console) StopMailingPage(r *Request) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	m, err := c.Outbox.Mailing(r.Ctx(), r.By, o.Incident.ID, r.Param("mailing"))
	if err != nil {
		return err
	}
	if !o.may(incident.ReleaseNotice) {
		return incident.Errorf(incident.Forbidden, "Whoever may release letters may stop a mailing.")
	}
	at := o.URL("/mailings/" + m.ID)
	if m.EndedAt != nil {
		return incident.Errorf(incident.Conflict, "The mailing is over.")
	}
	left := m.Pending() + m.Counts.Deferred
	confirm := view.Confirm{
		Question: "Stop mailing " + itoa(m.Seq) + " for good?",
		Warning:  "A stopped mailing never goes on; to wait a while, pause it. Whoever was not written to is still owed the notice, and the duties towards them stay open.",
		Facts: []view.Fact{
			{Name: "People on the list", Value: view.Thousands(m.People)}, {Name: "Letters taken by the mail server", Value: view.Thousands(m.Counts.Accepted)},
			{Name: "Not written to yet", Value: view.Thousands(m.Pending())}, {Name: "Put off, and not tried again", Value: view.Thousands(m.Counts.Deferred)},
			{Name: "Uncertain", Value: view.Thousands(m.Counts.Uncertain)},
		},
		Form: view.Form{Action: at + "/steer", Submit: "Stop it; " + view.Thousands(left) + " stay untold", Danger: true, Cancel: at, Hidden: map[string]string{"do": "stop"}},
	}
	p := o.page(r, "Stop mailing "+itoa(m.Seq), confirm)
	p.Crumbs = []view.Link{{Text: "Notices", URL: o.URL("/notices")}, {Text: "Mailing " + itoa(m.Seq), URL: at}}
	return r.Show("ask", p)
}
