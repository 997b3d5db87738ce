package console

import (
	"bytes"
	"time"

	"tocsin/incident"
	"tocsin/notify/outbox"
	"tocsin/web/view"
)

type substitutePage struct {
	outbox.SubstituteView
	Letters []draftRow
	Rows    []publicNoticeRow
	Write   *view.Form
	Publish []publishPanel
	Empty   view.Empty
}

// publishPanel is an approved notice that can go up, or why this person cannot put it up.
type publishPanel struct {
	draftRow
	Approver string
	Why      string
	Form     *view.Form
}

type publicNoticeRow struct {
	outbox.PublicNotice
	Address   string // where everybody reads it
	File      string
	DraftURL  string
	State     view.Badge
	Publisher string
	Approver  string
	Taker     string
	Least     time.Time // zero where no law says
	Withdraw  *view.Form
}

// SubstitutePage shows notices to all: which duties have them, the drafts, what is up.
func (c *Console) SubstitutePage(r *Request) error { return c.showSubstitute(r, nil) }

func (c *Console) showSubstitute(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	v, err := c.Outbox.Substitutes(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	d := substitutePage{SubstituteView: v, Empty: view.Empty{Title: "No duty has a substitute notice",
		Text: "Where a law lets a notice on a web page take the place of letters to people without a usable address, its duty is listed here once it is owed."}}
	base := o.URL("/substitute")
	for n := range v.Drafts {
		x := &v.Drafts[n]
		row := draftRowOf(o, x)
		row.Title = x.Current().Letter.Subject
		d.Letters = append(d.Letters, row)
		if x.Valid && x.Released == nil && v.Blocked == "" && o.may(incident.ReleaseNotice) {
			d.Publish = append(d.Publish, o.publishPanel(r, x, row, v.Duties, base))
		}
	}
	for n := range v.Notices {
		d.Rows = append(d.Rows, o.publicNoticeRow(r, &v.Notices[n], base))
	}
	if len(v.Duties) > 0 && o.may(incident.WriteNotice) {
		d.Write = &view.Form{Action: base, Submit: "Write the notice", Fields: []view.Field{{Name: "obligations", Label: "Duties it is for", Type: "checkboxes", Required: true}}}
		for _, x := range v.Duties {
			d.Write.Fields[0].Options = append(d.Write.Fields[0].Options, view.Option{Value: x.Obligation, Text: x.Title, Help: x.Citation})
		}
	}
	p := o.page(r, "Substitute notice", d)
	p.Crumbs = []view.Link{{Text: "Notices", URL: o.URL("/notices")}}
	p.Lead = "A page that everybody can read takes the place of letters to people without a usable address, where the law has it."
	if wrong != nil {
		return r.Wrong(wrong, d.sent(r), "substitute", p)
	}
	return r.Show("substitute", p)
}

// sent is the form of the page that was sent, with what was typed.
func (d *substitutePage) sent(r *Request) *view.Form {
	forms := []*view.Form{d.Write}
	for n := range d.Publish {
		forms = append(forms, d.Publish[n].Form)
	}
	for n := range d.Rows {
		forms = append(forms, d.Rows[n].Withdraw)
	}
	for _, f := range forms {
		if f == nil || f.Action != r.HTTP().URL.Path || f.Hidden["draft"] != r.Form("draft") {
			continue
		}
		for n := range f.Fields {
			x := &f.Fields[n]
			if x.Value = r.Form(x.Name); x.Type == "checkboxes" {
				x.Values = r.FormAll(x.Name)
			}
		}
		return f
	}
	return &view.Form{}
}

func (o *openCase) publishPanel(r *Request, x *outbox.DraftView, row draftRow, duties []outbox.Substitute, base string) publishPanel {
	out := publishPanel{draftRow: row, Approver: o.who(x.Approval.By)}
	if x.Approval.By == o.by.ID {
		out.Why = "You approved it. Somebody else publishes it."
		return out
	}
	days, at := 0, ""
	for _, s := range duties {
		if x.Meets(s.Obligation) && s.Days > days {
			days, at = s.Days, s.DaysAt
		}
	}
	until, help := "", "The last day it is up. Empty: until it is withdrawn."
	now := r.Reader().Now.In(r.Account.Location())
	if days > 0 {
		until = now.AddDate(0, 0, days).Format(time.DateOnly)
		help = "The last day it is up; proposed from the " + itoa(days) + " days of " + at + ". Empty: until it is withdrawn."
	}
	out.Form = &view.Form{Action: base + "/publish", Submit: "Publish it", Danger: true,
		Hidden: map[string]string{"draft": x.ID, "digest": x.Current().Digest}, Fields: []view.Field{
			{Name: "slug", Label: "End of its address", MaxLength: 60, Mono: true, Help: "Small letters, digits and hyphens, and nobody's name. Empty: made from the incident's number. An address is never given to a second notice."},
			{Name: "language", Label: "Language of the text", MaxLength: 35, Value: x.Language, Help: "As in en, de or es: what screen readers and search engines are told."},
			{Name: "from", Label: "First day", Type: "date", Help: "Empty: at once."},
			{Name: "until", Label: "Last day", Type: "date", Value: until, Help: help},
			{Name: "why", Label: "Why for a shorter time than the law's", MaxLength: 500, Help: "Only where it is."},
		}}
	return out
}

func (o *openCase) publicNoticeRow(r *Request, n *outbox.PublicNotice, base string) publicNoticeRow {
	now := r.Reader().Now
	row := publicNoticeRow{PublicNotice: *n, Address: r.URL("/notices/" + n.Slug), File: base + "/" + n.ID + "/page", DraftURL: o.URL("/notices/" + n.Draft),
		Publisher: o.who(n.By), Approver: o.who(n.ApprovedBy), Least: n.Least()}
	switch {
	case n.Withdrawn != nil:
		row.State, row.Taker = view.Badge{Text: "Withdrawn", Tone: view.NotOwed}, o.who(n.Withdrawn.By)
	case n.Over(now):
		row.State = view.Badge{Text: "Over", Tone: view.NotOwed}
	case n.Up(now):
		row.State = view.Badge{Text: "Up", Tone: view.Done}
	default:
		row.State = view.Badge{Text: "Not up yet", Tone: view.Waiting}
	}
	if n.Over(now) || !o.may(incident.ReleaseNotice) {
		return row
	}
	row.Withdraw = &view.Form{Action: base + "/" + n.ID + "/withdraw", Submit: "Take it down", Danger: true, Fields: []view.Field{{Name: "reason", Label: "Why it is taken down", Required: true, MaxLength: 500}}}
	if now.Before(row.Least) {
		row.Withdraw.Fields = append(row.Withdraw.Fields, view.Field{Name: "early", Label: "Before its time", Type: "checkboxes", Options: []view.Option{
			{Value: "yes", Text: "Take it down early", Help: "The law wants it up for " + itoa(n.Days) + " days (" + n.At + "), until " + row.Least.In(r.Account.Location()).Format(time.DateOnly) + "."}}})
	}
	return row
}

func (c *Console) substituteURL(r *Request) string {
	return "/incidents/" + r.Param("incident") + "/substitute"
}

// WriteSubstitute writes a draft, which is then edited and approved like any letter.
func (c *Console) WriteSubstitute(r *Request) error {
	d, err := c.Outbox.WriteSubstitute(r.Ctx(), r.By, r.Param("incident"), r.FormAll("obligations"), "")
	if err != nil {
		return c.showSubstitute(r, err)
	}
	return r.Done(c.noticeURL(r, "/"+d.ID), "Written. Somebody else approves the text, and a third act publishes it.")
}

// PublishNotice puts an approved notice up. Days are whole, where the person is.
func (c *Console) PublishNotice(r *Request) error {
	in := outbox.Publication{Draft: r.Form("draft"), Digest: r.Form("digest"), Slug: r.Form("slug"), Language: r.Form("language"), Why: r.Form("why")}
	for name, at := range map[string]*time.Time{"from": &in.From, "until": &in.Until} {
		if r.Form(name) == "" {
			continue
		}
		day, err := time.ParseInLocation(time.DateOnly, r.Form(name), r.Account.Location())
		if err != nil {
			return c.showSubstitute(r, oneProblem(name, "Give a date."))
		}
		if *at = day; name == "until" {
			*at = day.AddDate(0, 0, 1)
		}
	}
	if _, err := c.Outbox.PublishNotice(r.Ctx(), r.By, r.Param("incident"), in); err != nil {
		return c.showSubstitute(r, err)
	}
	return r.Done(c.substituteURL(r), "Published.")
}

// WithdrawNotice takes it down.
func (c *Console) WithdrawNotice(r *Request) error {
	if err := c.Outbox.WithdrawNotice(r.Ctx(), r.By, r.Param("incident"), r.Param("notice"), r.Form("reason"), r.Form("early") == "yes"); err != nil {
		return c.showSubstitute(r, err)
	}
	return r.Done(c.substituteURL(r), "Taken down. Copies in caches are gone within five minutes.")
}

// NoticeFile gives the page as it was published, also when it is no longer up.
func (c *Console) NoticeFile(r *Request) error {
	n, err := c.Outbox.PublicNotice(r.Ctx(), r.By, r.Param("incident"), r.Param("notice"))
	if err != nil {
		return err
	}
	return r.send(bytes.NewReader(n.Page), n.Slug+".html", "text/html; charset=utf-8", int64(len(n.Page)))
}
