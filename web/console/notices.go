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
	if err := c.Outbox.EditDraft(r.Ctx(), r.By, r.Param("incident"), r.Param("draft"), r.Form("subject"), r.Secret("source"), r.Form("why")); err != nil {
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
