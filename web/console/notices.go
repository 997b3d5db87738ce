package console

import (
	"html/template"
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
	"tocsin/web/view"
)

type noticesPage struct {
	URL      string
	Drafts   []draftRow
	Mailings []mailingRow
	Empty    view.Empty
	Write    bool
	Release  bool
}

type draftRow struct {
	Title, URL string // of the law whose notice it is
	To         string
	Language   string
	Rule       string
	State      view.Badge
	People     int
	Version    int
	Digest     string
	Errors     int
	Open       int
}

type mailingRow struct {
	outbox.Mailing
	URL      string
	State    view.Badge
	Bar      view.Progress
	Reasons  []view.Bar
	Released string
	Sum      string
}

// Notices lists letters and mailings.
func (c *Console) Notices(r *Request) error { return c.showNotices(r, nil) }

func (c *Console) showNotices(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	drafts, err := c.Outbox.Drafts(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	mailings, err := c.Outbox.Mailings(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	d := noticesPage{URL: o.URL("/notices"), Write: o.may(incident.WriteNotice), Release: o.may(incident.ReleaseNotice), Empty: view.Empty{
		Title: "No letters yet", Text: "Each obligation that is owed gets a letter here, written from the facts and checked against the law of its recipients.",
		Action: &view.Link{Text: "See the obligations", URL: o.URL("/obligations")},
	}}
	for n := range drafts {
		d.Drafts = append(d.Drafts, draftRowOf(o, &drafts[n]))
	}
	for n := range mailings {
		d.Mailings = append(d.Mailings, o.mailingRow(&mailings[n]))
	}
	slices.Reverse(d.Mailings)
	p := o.page(r, "Notices", d)
	if wrong != nil {
		return r.Wrong(wrong, &view.Form{}, "notices", p)
	}
	return r.Show("notices", p)
}

func draftTitle(d *outbox.DraftView) string { return d.Rule + ", " + languageName(d.Language) }

func languageName(tag string) string {
	switch tag {
	case "en":
		return "English"
	case "de":
		return "German"
	}
	return tag
}

func draftRowOf(o *openCase, d *outbox.DraftView) draftRow {
	row := draftRow{Title: d.Rule, To: words(d.Audience), Language: languageName(d.Language), Rule: d.Rule, URL: o.URL("/notices/" + d.ID), People: d.People, Version: d.Current().N, Digest: d.Current().Digest, Open: len(d.Current().Letter.Open), State: draftBadge(d)}
	if ob, ok := o.desk.byID[d.Obligation]; ok {
		row.Title, row.To = ob.Regime, ob.Recipient
	}
	for _, f := range d.Findings {
		if f.Severity == letter.Error {
			row.Errors++
		}
	}
	return row
}

func draftBadge(d *outbox.DraftView) view.Badge {
	switch {
	case d.Released != nil:
		return view.Badge{Text: "Released", Tone: view.Done}
	case d.Valid:
		return view.Badge{Text: "Approved", Tone: view.Done}
	case d.Approval != nil:
		return view.Badge{Text: "Approval void", Tone: view.Overdue}
	case !d.Ready():
		return view.Badge{Text: "Incomplete", Tone: view.Unknown}
	}
	return view.Badge{Text: "To be approved", Tone: view.Soon}
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

type draftPage struct {
	draftRow
	URL, List string
	Subject   string
	Source    string
	Digest    string
	Findings  []letter.Finding
	Missing   []letter.Missing
	Previews  []preview
	Versions  []versionRow
	Approval  *outbox.Approval
	Approver  string
	Edit      *view.Form
	CanEdit   bool
	CanPass   bool
	Why       string // why this person cannot approve
}

type preview struct {
	Variant, Subject string
	Text             template.HTML
}

type versionRow struct {
	N      int
	By     string
	At     time.Time
	Digest string
}

// Draft shows one letter with what the law finds in it.
func (c *Console) Draft(r *Request) error { return c.showDraft(r, nil) }

func (c *Console) showDraft(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	v, err := c.Outbox.Draft(r.Ctx(), r.By, o.Incident.ID, r.Param("draft"))
	if err != nil {
		return err
	}
	text := v.Current().Letter
	d := draftPage{
		draftRow: draftRowOf(o, &v), URL: o.URL("/notices/" + v.ID), List: o.URL("/notices"), Subject: text.Subject, Source: text.Source, Digest: v.Current().Digest,
		Findings: v.Findings, Missing: text.Open, CanEdit: o.may(incident.WriteNotice) && v.Released == nil, Approval: v.Approval,
	}
	for _, variant := range text.Variants {
		m, err := c.Outbox.Preview(r.Ctx(), r.By, o.Incident.ID, v.ID, variant)
		if err == nil {
			d.Previews = append(d.Previews, preview{Variant: sentenceCase(string(variant)), Subject: m.Subject, Text: c.text.Letter(m.HTML)})
		}
	}
	for n := len(v.Versions) - 1; n >= 0; n-- {
		k := v.Versions[n]
		d.Versions = append(d.Versions, versionRow{N: k.N, By: o.who(k.By), At: k.At, Digest: k.Digest})
	}
	if v.Approval != nil {
		d.Approver = o.who(v.Approval.By)
	}
	d.CanPass = o.may(incident.ApproveNotice) && v.Released == nil && !v.Valid && v.Ready()
	for _, k := range v.Versions {
		if k.By == r.By.ID && d.CanPass {
			d.CanPass, d.Why = false, "You wrote version "+itoa(k.N)+" of it. Somebody else must approve it."
		}
	}
	if d.CanEdit {
		d.Edit = &view.Form{Action: d.URL + "/edit", Submit: "Save as a new version", Fields: []view.Field{
			{Name: "subject", Label: "Subject", Required: true, Value: text.Subject},
			{Name: "source", Label: "Text", Type: "textarea", Rows: 24, Required: true, Mono: true, Value: text.Source, Help: "Lines that begin with %% mark what a block tells; {{…}} stands for what a person's row holds."},
		}}
		if wrong != nil && r.Form("source") != "" {
			d.Edit.Fields[0].Value, d.Edit.Fields[1].Value = r.Form("subject"), r.Secret("source")
		}
	}
	p := o.page(r, d.Title+": "+d.To, d)
	p.Lead = d.Rule + ", " + d.Language
	p.Crumbs = []view.Link{{Text: "Notices", URL: d.List}}
	if wrong != nil {
		form := d.Edit
		if form == nil {
			form = &view.Form{}
		}
		return r.Wrong(wrong, form, "draft", p)
	}
	return r.Show("draft", p)
}

func (c *Console) noticeURL(r *Request, rest string) string {
	return "/incidents/" + r.Param("incident") + "/notices" + rest
}

// EditDraft saves a person's words as a new version.
func (c *Console) EditDraft(r *Request) error {
	if err := c.Outbox.EditDraft(r.Ctx(), r.By, r.Param("incident"), r.Param("draft"), r.Form("subject"), r.Secret("source")); err != nil {
		return c.showDraft(r, err)
	}
	return r.Done(c.noticeURL(r, "/"+r.Param("draft")), "Saved as a new version. An approval of the old one is void.")
}

// RefreshDraft writes the letter anew from the facts.
func (c *Console) RefreshDraft(r *Request) error {
	if err := c.Outbox.RefreshDraft(r.Ctx(), r.By, r.Param("incident"), r.Param("draft")); err != nil {
		return c.showDraft(r, err)
	}
	return r.Done(c.noticeURL(r, "/"+r.Param("draft")), "Written anew from what is known now.")
}

// ApproveDraft is counsel's word on the text that was shown.
func (c *Console) ApproveDraft(r *Request) error {
	if err := c.Outbox.Approve(r.Ctx(), r.By, r.Param("incident"), r.Param("draft"), r.Form("digest")); err != nil {
		return c.showDraft(r, err)
	}
	return r.Done(c.noticeURL(r, ""), "Approved. It holds for this text and this list of people.")
}

// ReleasePage restates the numbers before letters go out.
func (c *Console) ReleasePage(r *Request) error { return c.showRelease(r, nil) }

func (c *Console) showRelease(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	plan, err := c.Outbox.PlanRelease(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	reached := plan.Reach
	confirm := view.Confirm{
		Question: "Send the approved letters now?",
		Facts: []view.Fact{
			{Name: "People on the list", Value: view.Thousands(plan.People)}, {Name: "Jurisdictions", Value: view.Thousands(plan.Jurisdictions)},
			{Name: "Letters approved", Value: view.Thousands(len(plan.Letters))}, {Name: "Letters not approved", Value: view.Thousands(len(plan.Unapproved))},
			{Name: "People an approved letter covers", Value: view.Thousands(reached)}, {Name: "List", Value: view.Shorten(plan.Roster)},
		},
		Warning: "A letter that was handed over cannot be taken back. The first few go alone; if many are not taken, the mailing waits.",
		Form:    view.Form{Action: o.URL("/release"), Submit: "Send to " + view.Thousands(reached) + " people", Danger: true, Cancel: o.URL("/notices"), Hidden: map[string]string{"roster": plan.Roster}},
	}
	if n := len(plan.Further); n > 0 {
		confirm.Facts = append(confirm.Facts, view.Fact{Name: "Letters for a mailing after this one", Value: view.Thousands(n)})
	}
	if o.Incident.Drill {
		confirm.Warning = "This is a drill: nothing will leave. What would have been sent is counted."
	}
	if plan.Blocked != "" {
		confirm.Question, confirm.Warning = "Nothing can be sent yet", plan.Blocked
		confirm.Form = view.Form{Cancel: o.URL("/notices")}
	}
	p := o.page(r, "Release the letters", confirm)
	p.Crumbs = []view.Link{{Text: "Notices", URL: o.URL("/notices")}}
	if wrong != nil {
		return r.Wrong(wrong, &confirm.Form, "ask", p)
	}
	return r.Show("ask", p)
}

// Release sends them.
func (c *Console) Release(r *Request) error {
	m, err := c.Outbox.Release(r.Ctx(), r.By, r.Param("incident"), r.Form("roster"))
	if err != nil {
		return c.showRelease(r, err)
	}
	return r.Done("/incidents/"+r.Param("incident")+"/mailings/"+m.ID, "Released.")
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
