package console

import (
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/incident/condition"
	"tocsin/notify/outbox"
	"tocsin/notify/statute"
	"tocsin/web/view"
)

type contractsPage struct {
	Rows   []contractRow
	Manage bool
	Empty  view.Empty
}

type contractRow struct {
	outbox.Contract
	outbox.ContractTerms
	URL, Within string
	State       view.Badge
}

type contractPage struct {
	Contract  *outbox.Contract // nil while it is new
	Row       contractRow
	Form      *view.Form
	Preview   *previewPanel
	End       *view.Form
	Attach    *view.Form
	Versions  []termsRow
	URL, Rule string
	Asked     string // which milestones and facts, in words
}

type previewPanel struct {
	outbox.ContractPreview
	Rows []caseRow
	OK   bool
}

type caseRow struct {
	statute.WorkedCase
	Badge view.Badge
}

type termsRow struct {
	outbox.ContractVersion
	Who, Ended, Within string
	State              view.Badge
}

// Contracts lists partners' notice clauses.
func (c *Console) Contracts(r *Request) error {
	all, err := c.Outbox.Contracts(r.Ctx(), r.By)
	if err != nil {
		return err
	}
	d := contractsPage{Manage: incident.Can(r.By, incident.ManageContracts, nil), Empty: view.Empty{
		Title: "No contract is kept", Text: "Customers and partners often ask for notice within a day or two. Keep such a clause here, and it is a duty of every breach it is about, with its own clock."}}
	if d.Manage {
		d.Empty.Action = &view.Link{Text: "Add a contract", URL: "/contracts/new", Icon: "plus"}
	}
	for _, k := range all {
		d.Rows = append(d.Rows, c.contractRow(&k))
	}
	return r.Show("contracts", view.Page{Title: "Contracts", Lead: "Partners' notice clauses. Each is a rule of your own, counted like any law.", Data: d})
}

func (c *Console) contractRow(k *outbox.Contract) contractRow {
	t := k.Current().Terms
	row := contractRow{Contract: *k, ContractTerms: t, URL: "/contracts/" + k.ID, Within: withinWords(&t), State: view.Badge{Text: "In force", Tone: view.Running}}
	switch {
	case k.Ended(c.Clock()):
		row.State = view.Badge{Text: "Ended", Tone: view.NotOwed}
	case k.Versions[0].Terms.ValidFrom > c.Clock().UTC().Format("2006-01-02"):
		row.State = view.Badge{Text: "Not yet in force", Tone: view.Waiting}
	}
	return row
}

func withinWords(t *outbox.ContractTerms) string {
	unit := words(t.Unit)
	if t.Amount == 1 {
		unit = strings.TrimSuffix(unit, "s")
	}
	return itoa(t.Amount) + " " + unit + " from " + words(t.From)
}

// Contract shows one with its rule, its cases and its versions.
func (c *Console) Contract(r *Request) error { return c.showContract(r, nil, nil) }

func (c *Console) showContract(r *Request, wrong error, sent *view.Form) error {
	k, show, err := c.Outbox.Contract(r.Ctx(), r.By, r.Param("contract"))
	if err != nil && k.ID == "" {
		return err
	}
	names, errNames := c.Auth.Names(r.Ctx())
	if errNames != nil {
		return errNames
	}
	d := contractPage{Contract: &k, Row: c.contractRow(&k), URL: "/contracts/" + k.ID, Rule: k.Rule, Preview: panelOf(show)}
	for n := len(k.Versions) - 1; n >= 0; n-- {
		v := k.Versions[n]
		row := termsRow{ContractVersion: v, Who: who(names, v.By), Within: withinWords(&v.Terms)}
		if v.EndedBy != "" {
			row.Ended = who(names, v.EndedBy) + ": " + v.EndedWhy
		}
		if v.Corrected {
			row.State = view.Badge{Text: "Corrected", Tone: view.NotOwed}
		}
		d.Versions = append(d.Versions, row)
	}
	if incident.Can(r.By, incident.ManageContracts, nil) {
		d.End = &view.Form{Action: d.URL + "/end", Submit: "End the contract", Danger: true, Fields: []view.Field{
			{Name: "valid_until", Label: "Last day", Type: "date", Required: true, Value: k.Current().Terms.ValidUntil},
			{Name: "why", Label: "Why it ends", Required: true},
		}}
		d.Attach = &view.Form{Action: d.URL + "/document", Submit: "Attach", Upload: true, Fields: []view.Field{
			{Name: "file", Label: "The agreement, or the page with the clause", Type: "file", Required: true, Help: "Up to 2 MiB. It takes the place of the one before."},
		}}
	}
	p := view.Page{Title: k.Current().Terms.Partner, Crumbs: []view.Link{{Text: "Contracts", URL: "/contracts"}}, Data: d}
	if wrong == nil {
		return r.Show("contract", p)
	}
	for _, f := range []*view.Form{d.End, d.Attach} {
		if f != nil && f.Action == r.HTTP().URL.Path {
			for n := range f.Fields {
				if f.Fields[n].Type != "file" {
					f.Fields[n].Value = r.Form(f.Fields[n].Name)
				}
			}
			return r.Wrong(wrong, f, "contract", p)
		}
	}
	return wrong
}

func panelOf(show outbox.ContractPreview) *previewPanel {
	p := &previewPanel{ContractPreview: show, OK: show.Passed()}
	for _, k := range show.Played.Cases {
		row := caseRow{WorkedCase: k, Badge: view.Badge{Text: "As expected", Tone: view.Done}}
		if len(k.Failed) > 0 {
			row.Badge = view.Badge{Text: "Otherwise", Tone: view.Overdue}
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

// EndContract sets its last day.
func (c *Console) EndContract(r *Request) error {
	if err := c.Outbox.EndContract(r.Ctx(), r.By, r.Param("contract"), r.Form("valid_until"), r.Form("why")); err != nil {
		return c.showContract(r, err, nil)
	}
	return r.Done("/contracts/"+r.Param("contract"), "The contract has a last day. Breaches from before it keep their duty.")
}

func choicesOf(list []string, word func(string) string) []view.Option {
	out := make([]view.Option, len(list))
	for n, w := range list {
		out[n] = view.Option{Value: w, Text: word(w)}
	}
	return out
}

// contractForm asks for the terms. The jurisdiction stays once it is set.
func (c *Console) contractForm(action string, t outbox.ContractTerms, edit bool) *view.Form {
	plain := func(w string) string { return sentenceCase(words(w)) }
	amount, people := "", ""
	if t.Amount != 0 {
		amount = itoa(t.Amount)
	}
	if t.AtLeast != 0 {
		people = itoa(t.AtLeast)
	}
	f := &view.Form{Action: action, Fields: []view.Field{
		{Name: "partner", Label: "Partner", Value: t.Partner, Required: true, MaxLength: 200},
		{Name: "contact", Label: "Contact", Value: t.Contact, Required: true, MaxLength: 200, Help: "A person or a desk. Shown on this page alone: no rule, message or log names them."},
		{Name: "email", Label: "E-mail of the contact", Type: "email", Value: t.Email, Required: true},
		{Name: "jurisdiction", Label: "Where the partner sits", Value: t.Jurisdiction, Required: true, Mono: true, MaxLength: 6, Help: "ISO 3166: DE, FR, US-CA. Its time zone and holidays count. It stays the same through all versions."},
		{Name: "clause", Label: "Clause", Value: t.Clause, Required: true, MaxLength: 300, Help: "The agreement and where it says so."},
		{Name: "amount", Label: "Within", Value: amount, Required: true, InputMode: "numeric"},
		{Name: "unit", Label: "Counted in", Type: "select", Value: t.Unit, Required: true, Options: choicesOf(outbox.ContractUnits(), plain)},
		{Name: "from", Label: "From", Type: "select", Value: t.From, Required: true, Options: choicesOf(outbox.ContractMilestones(), plain), Help: "The milestone whose instant starts the clock."},
		{Name: "kinds", Label: "Only these kinds of incident", Type: "checkboxes", Values: t.Kinds, Options: choicesOf(condition.IncidentKinds(), plain), Help: "None ticked: any kind."},
		{Name: "elements", Label: "Only where one of these data is exposed", Type: "checkboxes", Values: t.Elements, Options: choicesOf(condition.Elements(), c.elementWord), Help: "None ticked: any data."},
		{Name: "groups", Label: "Only where some of these people are affected", Type: "checkboxes", Values: t.Groups, Options: choicesOf(condition.Groups(), plain), Help: "None ticked: anybody."},
		{Name: "at_least", Label: "Only from this many people", Value: people, InputMode: "numeric"},
		{Name: "valid_from", Label: "First day", Type: "date", Value: t.ValidFrom, Required: true},
		{Name: "valid_until", Label: "Last day", Type: "date", Value: t.ValidUntil},
		{Name: "notes", Label: "Notes", Type: "textarea", Value: t.Notes, Rows: 3, Help: "For the reader of the library: no personal data."},
	}}
	if edit {
		for n := range f.Fields {
			if f.Fields[n].Name == "valid_from" {
				f.Fields[n].Help = "From this day the new version counts. On the same day as the one before, it corrects it."
			}
		}
	}
	return f
}

func termsOf(r *Request) (outbox.ContractTerms, error) {
	t := outbox.ContractTerms{
		Partner: r.Form("partner"), Contact: r.Form("contact"), Email: r.Form("email"), Jurisdiction: r.Form("jurisdiction"), Clause: r.Form("clause"),
		Unit: r.Form("unit"), From: r.Form("from"), Kinds: r.FormAll("kinds"), Elements: r.FormAll("elements"), Groups: r.FormAll("groups"),
		ValidFrom: r.Form("valid_from"), ValidUntil: r.Form("valid_until"), Notes: r.Form("notes"),
	}
	var bad []string
	number := func(name string, into *int) {
		if text := r.Form(name); text != "" {
			n, ok := wholeNumber(text)
			if !ok {
				bad = append(bad, name)
			}
			*into = n
		}
	}
	number("amount", &t.Amount)
	number("at_least", &t.AtLeast)
	if slices.Contains(bad, "amount") || slices.Contains(bad, "at_least") {
		return t, oneProblem(bad[0], "It is not a whole number.")
	}
	return t, nil
}
