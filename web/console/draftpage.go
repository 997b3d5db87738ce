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

type draftPage struct {
	draftRow
	URL, List string
	Digest    string
	Meets     []metDuty
	Apart     string
	Stale     []string
	Recipient letter.Contact
	Missing   []letter.Missing
	Whole     []letter.Finding // of the letter as a whole: what is not in it at all
	Pick      []view.Field     // of the preview
	Preview   preview
	Passages  []passageRow
	Notes     []commentRow // on the draft as a whole, or on words that are gone
	History   []historyRow
	Compare   *view.Form
	Approval  *outbox.Approval
	Approver  string
	Returned  *outbox.DraftReview
	Returner  string
	Released  string
	Edit      *view.Form
	Comment   *view.Form // on the draft as a whole
	SendBack  *view.Form
	Told      *view.Form // a letter that is not to people was handed over
	TellWhy   string     // why this person cannot record it
	Discuss   bool       // may comment
	Counsel   bool       // may mark and resolve
	CanEdit   bool
	CanPass   bool
	Why       string // why this person cannot approve
}

// metDuty is a duty that the letter is for.
type metDuty struct {
	Regime, Citation, Rule, RuleURL, URL string
	State                                view.Badge
}

type preview struct {
	Variant, Form, Query string
	Subject              string
	HTML                 template.HTML // where it is read as HTML
	Text                 string        // where it is read as plain text
	Page                 bool          // where it is printed
}

// passageRow is a block of the letter with what the law and people say of it.
type passageRow struct {
	letter.Passage
	ID       string
	Tells    []string
	Findings []letter.Finding
	Notes    []commentRow
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
	notes, err := c.Outbox.DraftComments(r.Ctx(), r.By, o.Incident.ID, v.ID)
	if err != nil {
		return err
	}
	text := v.Current().Letter
	d := draftPage{
		draftRow: draftRowOf(o, &v), URL: o.URL("/notices/" + v.ID), List: o.URL("/notices"), Digest: v.Current().Digest, Apart: v.Apart, Stale: v.Stale,
		Recipient: v.Recipient, Missing: text.Open, Approval: v.Approval, Returned: v.Returned(), CanEdit: o.may(incident.WriteNotice) && v.Released == nil,
		Counsel: o.may(incident.ApproveNotice), Discuss: o.may(incident.WriteNotice) || o.may(incident.ApproveNotice),
	}
	d.Meets = o.meets(&v)
	d.Pick, d.Preview = c.preview(r, o, &v)
	d.lay(&v, o.commentRows(d.URL, notes))
	d.History = o.draftHistory(&v, d.URL)
	d.Compare = versionsForm(d.URL, &v, max(v.Current().N-1, outbox.TemplateVersion), v.Current().N)
	if v.Approval != nil {
		d.Approver = o.who(v.Approval.By)
	}
	if d.Returned != nil {
		d.Returner = o.who(d.Returned.By)
	}
	d.mayPass(o, &v)
	d.forms(r, o, &v, wrong)
	p := o.page(r, d.Title+": "+d.To, d)
	p.Lead = d.Rule + ", " + d.Language
	p.Crumbs = []view.Link{{Text: "Notices", URL: d.List}}
	if wrong != nil {
		return r.Wrong(wrong, d.sent(r), "draft", p)
	}
	return r.Show("draft", p)
}

// mayPass says whether this person may approve the text, and if not, why.
func (d *draftPage) mayPass(o *openCase, v *outbox.DraftView) {
	d.CanPass = o.may(incident.ApproveNotice) && v.Released == nil && !v.Valid && v.Ready()
	if !d.CanPass {
		return
	}
	for _, k := range v.Versions {
		if k.By == o.by.ID {
			d.CanPass, d.Why = false, "You wrote version "+itoa(k.N)+" of it. Somebody else must approve it."
			return
		}
	}
	if b := v.Returned(); b != nil && b.By != o.by.ID {
		d.CanPass, d.Why = false, "It was sent back. It needs a new version, or the word of whoever sent it back."
	}
}

// meets lists the duties that a letter is for.
func (o *openCase) meets(v *outbox.DraftView) []metDuty {
	ids := v.Obligations
	if !slices.Contains(ids, v.Obligation) {
		ids = append([]string{v.Obligation}, ids...)
	}
	var out []metDuty
	for _, id := range ids {
		ob := o.desk.byID[id]
		if ob == nil {
			out = append(out, metDuty{Regime: "no longer among the duties", Rule: id})
			continue
		}
		m := metDuty{Regime: ob.Regime, Citation: ob.Citation, Rule: ob.Rule, RuleURL: ruleURL(ob.Rule, ob.Version), URL: o.URL("/obligations#" + anchor(ob.ID))}
		switch {
		case !ob.Owed():
			m.State = view.Badge{Text: "Not owed", Tone: view.NotOwed}
		case ob.Next() == nil:
			m.State = view.Badge{Text: "Met", Tone: view.Done}
		default:
			m.State = view.Badge{Text: "Owed", Tone: view.Running}
		}
		out = append(out, m)
	}
	return out
}

// variantWords says who reads a variant.
func variantWords(v letter.Variant) string {
	switch v {
	case letter.Minor:
		return "A parent or guardian"
	case letter.Deceased:
		return "The next of kin"
	}
	return "The person"
}

// preview is the letter as the one asked for reads it.
func (c *Console) preview(r *Request, o *openCase, v *outbox.DraftView) ([]view.Field, preview) {
	text := v.Current().Letter
	out := preview{Variant: r.Query("variant"), Form: r.Query("as")}
	if !slices.Contains(text.Variants, letter.Variant(out.Variant)) {
		out.Variant = string(letter.Adult)
	}
	if out.Form != "text" && out.Form != "letter" {
		out.Form = "html"
	}
	out.Query = "variant=" + out.Variant
	var pick []view.Field
	if len(text.Variants) > 1 {
		who := view.Field{Name: "variant", Label: "Who reads it", Type: "select", Required: true, Value: out.Variant}
		for _, x := range text.Variants {
			who.Options = append(who.Options, view.Option{Value: string(x), Text: variantWords(x)})
		}
		pick = append(pick, who)
	}
	pick = append(pick, view.Field{Name: "as", Label: "How it reaches them", Type: "select", Required: true, Value: out.Form, Options: []view.Option{
		{Value: "html", Text: "E-mail, HTML"}, {Value: "text", Text: "E-mail, plain text"}, {Value: "letter", Text: "Letter on paper"}}})
	m, err := c.Outbox.Preview(r.Ctx(), r.By, o.Incident.ID, v.ID, letter.Variant(out.Variant))
	if err != nil {
		return pick, preview{Form: "text", Text: incident.Sentence(err)}
	}
	out.Subject = m.Subject
	switch out.Form {
	case "text":
		out.Text = m.Text
	default:
		out.HTML, out.Page = c.text.Letter(m.HTML), out.Form == "letter"
	}
	return pick, out
}

// lay puts findings and comments beside the passages they are about.
func (d *draftPage) lay(v *outbox.DraftView, notes []commentRow) {
	for _, p := range v.Current().Letter.Passages() {
		row := passageRow{Passage: p, ID: "passage-" + p.Key}
		for _, id := range p.Contents {
			row.Tells = append(row.Tells, words(id))
		}
		for _, f := range v.Findings {
			if f.Line >= p.From && f.Line <= p.To {
				row.Findings = append(row.Findings, f)
			}
		}
		for _, n := range notes {
			if n.Line >= p.From && n.Line <= p.To {
				row.Notes = append(row.Notes, n)
			}
		}
		d.Passages = append(d.Passages, row)
	}
	for _, f := range v.Findings {
		if f.Line == 0 || len(d.Passages) == 0 {
			d.Whole = append(d.Whole, f)
		}
	}
	for _, n := range notes {
		if n.Line == 0 || len(d.Passages) == 0 {
			d.Notes = append(d.Notes, n)
		}
	}
}

// historyRow is a version, or what was decided on one.
type historyRow struct {
	N       int
	Who     string
	At      time.Time
	What    view.Badge
	Why     string
	Digest  string
	Compare string // what changed since the version before
}

func (o *openCase) draftHistory(v *outbox.DraftView, base string) []historyRow {
	var out []historyRow
	for n := range v.Versions {
		k := &v.Versions[n]
		row := historyRow{N: k.N, Who: o.who(k.By), At: k.At, Why: k.Why, Digest: k.Digest, What: view.Badge{Text: "Written", Tone: view.Running}}
		if said := map[string]string{"edited": "Edited", "refreshed": "Written anew from the facts", "widened": "Written anew for further duties"}[k.Act]; said != "" {
			row.What.Text = said
		}
		if k.N > 1 {
			row.Compare = base + "/compare?from=" + itoa(k.N-1) + "&to=" + itoa(k.N)
		}
		out = append(out, row)
	}
	for _, x := range v.Reviews {
		row := historyRow{N: x.Version, Who: o.who(x.By), At: x.At, Why: x.Reason, Digest: x.Digest}
		switch x.Act {
		case "approved":
			row.What = view.Badge{Text: "Approved", Tone: view.Done}
		case "returned":
			row.What = view.Badge{Text: "Sent back", Tone: view.Overdue}
		default:
			row.What = view.Badge{Text: "Approval void", Tone: view.Soon}
		}
		out = append(out, row)
	}
	if v.Released != nil {
		out = append(out, historyRow{N: v.Current().N, Who: o.who(v.Released.By), At: v.Released.At, Digest: v.Current().Digest, What: view.Badge{Text: "Released", Tone: view.Done}})
	}
	slices.SortStableFunc(out, func(a, b historyRow) int { return b.At.Compare(a.At) })
	return out
}
