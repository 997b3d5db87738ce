package console

import (
	"errors"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

type rightPage struct {
	File           *casework.RightFile
	Row            rightRow
	Facts, Asker   []view.Fact
	Reasons        []string
	Cases          []rightCaseRow
	History        []rightActRow
	Note           string // of the law
	Sources        []string
	Search         *view.Form
	Identity       *view.Form
	Extend         *view.Form
	Decide, Answer *view.Form
	Copy, Withdraw bool
	CopySize       int // bytes
	Forget         bool
	URL            string
}

type rightCaseRow struct {
	Number, URL string
	Marks       []markRow
}

type markRow struct {
	casework.PersonMark
	Who   string
	Badge view.Badge
}

type rightActRow struct {
	incident.RightAct
	Who, What, In string
}

// rightForms are what can be done on a request, with the names of their fields
// apart, because they are on one page.
func (c *Console) rightForms(r *Request, d *rightPage) []*view.Form {
	q := &d.File.RightRequest
	if q.Ended() {
		return nil
	}
	now := r.Reader().Now.In(r.Account.Location()).Format("2006-01-02T15:04")
	zone := "In your time zone, " + r.Account.Location().String() + "."
	keep := func(name, otherwise string) string {
		if v := r.Form(name); v != "" {
			return v
		}
		return otherwise
	}
	d.Identity = &view.Form{Action: d.URL + "/identity", Submit: "Record", Fields: []view.Field{
		{Name: "identity-outcome", Label: "Is it the person?", Type: "select", Required: true, Value: r.Form("identity-outcome"), Options: options(incident.IdentityOutcomes(), "")},
		{Name: "identity-how", Label: "How it was checked", Type: "select", Required: true, Value: r.Form("identity-how"), Options: options(incident.IdentityWays(), ""), Help: "Keep no copy of a document."},
	}}
	d.Decide = &view.Form{Action: d.URL + "/decide", Submit: "Decide", Fields: []view.Field{
		{Name: "decide-outcome", Label: "Decision", Type: "select", Required: true, Value: r.Form("decide-outcome"), Options: options(incident.RightOutcomes(), "")},
		{Name: "decide-basis", Label: "Ground, where not everything is granted", Type: "select", Value: r.Form("decide-basis"), Options: options(incident.RefusalBases(), "None")},
		{Name: "decide-reason", Label: "Reason", Type: "textarea", Value: r.Form("decide-reason"), Help: "The person is told it, and that they can complain to an authority or go to court."},
	}}
	if q.Decision != nil {
		d.Answer = &view.Form{Action: d.URL + "/answer", Submit: "Record", Fields: []view.Field{{Name: "answer-told_at", Label: "The person was told at", Type: "datetime-local", Required: true, Value: keep("answer-told_at", now), Help: zone}}}
	}
	if regime, ok := incident.RegimeOf(q.Regime); ok && regime.Extend > 0 && q.Extension == nil {
		d.Extend = &view.Form{Action: d.URL + "/extend", Submit: "Extend", Fields: []view.Field{
			{Name: "extend-reason", Label: "Why more time is needed", Type: "textarea", Required: true, Value: r.Form("extend-reason"), Help: "The person is told of it " + regime.ToldWithin + "."},
			{Name: "extend-told_at", Label: "They were told at", Type: "datetime-local", Required: true, Value: keep("extend-told_at", now), Help: zone},
		}}
	}
	var forms []*view.Form
	for _, f := range []*view.Form{d.Identity, d.Decide, d.Answer, d.Extend} {
		if f != nil {
			forms = append(forms, f)
		}
	}
	return forms
}

// Right is one request with who asks. That it was opened is recorded.
func (c *Console) Right(r *Request) error { return c.showRight(r, nil) }

func (c *Console) showRight(r *Request, wrong error) error {
	if wrong != nil {
		switch incident.KindOf(wrong) {
		case incident.Invalid, incident.Conflict:
		default:
			return wrong
		}
	}
	f, err := c.Desk.RightFile(r.Ctx(), r.By, r.Param("right"))
	if err != nil {
		return err
	}
	names, err := c.Auth.Names(r.Ctx())
	if err != nil {
		return err
	}
	q, reader := &f.RightRequest, r.Reader()
	d := &rightPage{File: f, Row: rightRowOf(r, q, true), URL: "/rights/" + q.Number, Reasons: f.Asker.Reasons}
	regime, _ := incident.RegimeOf(q.Regime)
	d.Note, d.Sources = regime.Note, regime.Sources
	fact := func(list *[]view.Fact, name string, v any) {
		if s, text := v.(string); !text || s != "" {
			*list = append(*list, view.Fact{Name: name, Value: v})
		}
	}
	fact(&d.Facts, "Law", regime.Label+" ("+regime.Citation+")")
	fact(&d.Facts, "Article", regime.Rights[q.Right])
	fact(&d.Facts, "Received", reader.At(q.ReceivedAt))
	fact(&d.Facts, "How it came", incident.ChoiceLabel(incident.RightChannels(), q.Channel))
	fact(&d.Facts, "Answer due", reader.InZone(q.Due, q.Zone))
	if !q.Latest.Equal(q.Due) {
		fact(&d.Facts, "Lawful at the latest", reader.InZone(q.Latest, q.Zone))
	}
	if q.Identity != nil {
		fact(&d.Facts, "Identity", incident.ChoiceLabel(incident.IdentityOutcomes(), q.Identity.Outcome)+": "+incident.ChoiceLabel(incident.IdentityWays(), q.Identity.How)+", by "+who(names, q.Identity.By))
	}
	if q.Extension != nil {
		fact(&d.Facts, "Extended", "the person was told on "+q.Extension.ToldAt.In(r.Account.Location()).Format("2 Jan 2006"))
	}
	if q.Decision != nil {
		text := incident.ChoiceLabel(incident.RightOutcomes(), q.Decision.Outcome)
		if q.Decision.Basis != "" {
			text += ". Ground: " + incident.ChoiceLabel(incident.RefusalBases(), q.Decision.Basis)
		}
		fact(&d.Facts, "Decision", text+", by "+who(names, q.Decision.By))
	}
	if q.AnsweredAt != nil {
		fact(&d.Facts, "Person told", reader.At(*q.AnsweredAt))
	}
	a := &f.Asker
	fact(&d.Asker, "Name", a.Name)
	fact(&d.Asker, "Customer id", a.CustomerID)
	fact(&d.Asker, "E-mail address", a.Email)
	fact(&d.Asker, "Phone number", a.Phone)
	fact(&d.Asker, "Birth date", a.BirthDate)
	fact(&d.Asker, "In their words", a.Words)
	for _, s := range a.Subjects {
		row := rightCaseRow{Number: f.Numbers[s.Incident]}
		if row.Number != "" {
			row.URL = d.URL + "/in/" + row.Number
		}
		for _, m := range f.Marks {
			if m.Who.Incident == s.Incident {
				row.Marks = append(row.Marks, markRowOf(&m, names))
			}
		}
		d.Cases = append(d.Cases, row)
	}
	for n := len(q.Acts) - 1; n >= 0; n-- {
		x := q.Acts[n]
		d.History = append(d.History, rightActRow{RightAct: x, Who: who(names, x.By), What: rightActWord(x.Act), In: f.Numbers[x.Incident]})
	}
	sure := q.Identity != nil && q.Identity.Outcome == "confirmed"
	d.Copy, d.Withdraw, d.Forget = sure && len(a.Subjects) > 0 && f.Forgotten == nil, !q.Ended(), q.Ended() && f.Forgotten == nil
	if f.Copy != nil {
		d.CopySize = int(f.Copy.Size)
	}
	forms := c.rightForms(r, d)
	if !q.Ended() {
		d.Search = personSearchForm(casework.PersonQuery{CustomerID: a.CustomerID, Email: a.Email, Phone: a.Phone, Name: a.Name, BirthDate: a.BirthDate, Request: q.Number})
	}
	p := view.Page{Title: q.Number + ": " + q.Right.Label(), Crumbs: []view.Link{{Text: "People's rights", URL: "/rights"}}, Data: d}
	if wrong == nil {
		return r.Show("rights-request", p)
	}
	for _, form := range forms {
		if form.Action == r.HTTP().URL.Path {
			return r.Wrong(wrong, form, "rights-request", p)
		}
	}
	return r.Wrong(wrong, &view.Form{}, "rights-request", p)
}

func markRowOf(m *casework.PersonMark, names map[string]string) markRow {
	row := markRow{PersonMark: *m, Who: who(names, m.By)}
	switch {
	case m.Kind == casework.Correction:
		row.Badge = view.Badge{Text: "Corrected", Tone: view.Done}
	case m.LiftedAt != nil:
		row.Badge = view.Badge{Text: "Restriction lifted", Tone: view.NotOwed}
	case m.NoticeBy != "":
		row.Badge = view.Badge{Text: "Restricted; the notice goes out", Tone: view.Soon}
	default:
		row.Badge = view.Badge{Text: "Restricted", Tone: view.Waiting}
	}
	return row
}

func rightActWord(act string) string {
	switch act {
	case "rights.receive":
		return "taken in"
	case "rights.identity":
		return "identity checked"
	case "rights.extend":
		return "extended"
	case "rights.decide":
		return "decided"
	case "rights.answer":
		return "person told"
	case "rights.withdraw":
		return "withdrawn"
	case "rights.forget":
		return "who asked was erased"
	case "rights.link":
		return "linked to people found"
	case "rights.copy":
		return "copy made"
	case "rights.copy-taken":
		return "copy taken"
	case "rights.rectify":
		return "corrected"
	case "rights.restrict":
		return "restricted"
	case "rights.lift":
		return "restriction lifted"
	case "rights.notice":
		return "notice allowed all the same"
	case "rights.erase":
		return "erased"
	}
	return act
}

// within puts a prefix before the fields of err's problems, as the form has them.
func within(err error, prefix string) error {
	var e *incident.Error
	if !errors.As(err, &e) || len(e.Problems) == 0 {
		return err
	}
	out := *e
	out.Problems = nil
	for _, p := range e.Problems {
		if p.Where != "" {
			p.Where = prefix + p.Where
		}
		out.Problems = append(out.Problems, p)
	}
	return &out
}
