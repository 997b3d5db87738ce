package console

import (
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

type exclusionsPage struct {
	Form  *view.Form
	Sum   []view.Fact
	Rows  []exclusionLine
	Empty view.Empty
	// Uncounted are those whom no duty would have told if only they were affected. They
	// are written to with the others unless two people decide otherwise.
	Uncounted view.Chart
}

type exclusionLine struct {
	Seq      int
	Kind     string
	Why      string
	Whom     string
	People   int
	State    view.Badge
	By       string
	At       time.Time
	Approved string
	Ended    string
	Approve  string // where it is approved, if this person may
	End      string
	EndText  string
}

// Exclusions shows who gets no letter, and why.
func (c *Console) Exclusions(r *Request) error { return c.showExclusions(r, nil) }

func (c *Console) showExclusions(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	all, err := c.Desk.Exclusions(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	uncounted, err := c.Outbox.NotCounted(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	url := o.URL("/affected/exclusions")
	d := exclusionsPage{Form: exclusionForm(url, r), Empty: view.Empty{Title: "Nobody is left out", Text: "Test accounts and known duplicates can be left out of the letters, with a reason that a second person approves. They stay counted as affected."}}
	for n := range all {
		d.Rows = append(d.Rows, o.exclusionLine(url, &all[n]))
	}
	if len(uncounted) > 0 {
		d.Uncounted = view.Chart{Title: "People of whom nothing exposed is data that a law of their place counts", Label: "Jurisdiction", Unit: "People", Bars: bars(uncounted)}
	}
	if o.Roster != nil {
		if d.Sum, err = c.mailed(r, o); err != nil {
			return err
		}
	}
	p := o.page(r, "Who gets no letter", d)
	p.Lead = "Affected people who are left out of the mailings, with the reason. What the laws ask by numbers does not change."
	p.Crumbs = []view.Link{{Text: "Affected people", URL: o.URL("/affected")}}
	if wrong != nil {
		return r.Wrong(wrong, d.Form, "exclusions", p)
	}
	return r.Show("exclusions", p)
}

func exclusionForm(url string, r *Request) *view.Form {
	kinds := []view.Option{{Text: "choose"}}
	for _, k := range casework.ExclusionKinds() {
		kinds = append(kinds, view.Option{Value: k.Value, Text: k.Label})
	}
	return &view.Form{Action: url, Submit: "Propose", Fields: []view.Field{
		{Name: "kind", Label: "Why they are left out", Type: "select", Options: kinds, Required: true, Value: r.Form("kind")},
		{Name: "why", Label: "The reason in words", Type: "textarea", Rows: 2, Required: true, Value: r.Form("why"), Help: "Somebody else reads it and approves."},
		{Name: "customer_ids", Label: "Customer numbers", Type: "textarea", Rows: 3, Value: r.Form("customer_ids"), Help: "One a line, or separated by commas."},
		{Name: "emails", Label: "E-mail addresses", Type: "textarea", Rows: 3, Value: r.Form("emails")},
		{Name: "domains", Label: "Or everybody with an address at", Value: r.Form("domains"), Help: "The part behind the @, such as test.example."},
	}}
}

func (o *openCase) exclusionLine(url string, e *casework.Exclusion) exclusionLine {
	l := exclusionLine{Seq: e.Seq, Why: e.Why, People: e.People, By: o.who(e.ProposedBy), At: e.ProposedAt}
	for _, k := range casework.ExclusionKinds() {
		if k.Value == e.Kind {
			l.Kind = k.Label
		}
	}
	if e.Kind == casework.KindNotCounted {
		l.Whom = "by what was exposed of them"
	} else {
		l.Whom = whom(len(e.CustomerIDs), "number", "numbers", len(e.Emails), "address", "addresses", len(e.Domains), "domain", "domains")
	}
	l.End, l.EndText = url+"/"+itoa(e.Seq)+"/end", "Take it back"
	switch {
	case e.EndedAt != nil:
		l.State, l.Ended, l.End = view.Badge{Text: "Ended", Tone: view.NotOwed}, o.who(e.EndedBy)+": "+e.EndedWhy, ""
	case e.InForce():
		l.State, l.Approved = view.Badge{Text: "In force", Tone: view.Done}, o.who(e.ApprovedBy)
	default:
		l.State = view.Badge{Text: "To be approved", Tone: view.Soon}
		if l.EndText = "Decline"; e.ProposedBy != o.by.ID {
			l.Approve = url + "/" + itoa(e.Seq) + "/approve"
		}
	}
	return l
}

// whom counts what an exclusion names, without naming it.
func whom(parts ...any) string {
	out := ""
	for n := 0; n+2 < len(parts); n += 3 {
		count, _ := parts[n].(int)
		if count == 0 {
			continue
		}
		word, _ := parts[n+2].(string)
		if count == 1 {
			word, _ = parts[n+1].(string)
		}
		if out != "" {
			out += ", "
		}
		out += view.Thousands(count) + " " + word
	}
	return out
}

// ProposeExclusion keeps one for a second person.
func (c *Console) ProposeExclusion(r *Request) error {
	in := casework.Exclusion{Kind: r.Form("kind"), Why: r.Form("why"),
		CustomerIDs: []string{r.Form("customer_ids")}, Emails: []string{r.Form("emails")}, Domains: []string{r.Form("domains")}}
	if in.Kind == casework.KindNotCounted {
		byPlace, err := c.Outbox.NotCounted(r.Ctx(), r.By, r.Param("incident"))
		if err != nil {
			return err
		}
		for _, n := range byPlace {
			in.People += n
		}
	}
	e, err := c.Desk.ProposeExclusion(r.Ctx(), r.By, r.Param("incident"), in)
	if err != nil {
		return c.showExclusions(r, err)
	}
	return r.Done(exclusionsURL(r), "Proposed: "+view.Thousands(e.People)+" people of the list in force. A second person approves it.")
}

func exclusionsURL(r *Request) string {
	return "/incidents/" + r.Param("incident") + "/affected/exclusions"
}

// ApproveExclusion is the second person's word.
func (c *Console) ApproveExclusion(r *Request) error {
	if err := c.Desk.ApproveExclusion(r.Ctx(), r.By, r.Param("incident"), atoi(r.Param("exclusion"))); err != nil {
		return c.exclusionsOr(r, err)
	}
	return r.Done(exclusionsURL(r), "Approved. These people get no letter.")
}

// EndExclusion declines one or takes it back.
func (c *Console) EndExclusion(r *Request) error {
	if err := c.Desk.EndExclusion(r.Ctx(), r.By, r.Param("incident"), atoi(r.Param("exclusion")), r.Form("ended")); err != nil {
		return c.exclusionsOr(r, err)
	}
	return r.Done(exclusionsURL(r), "Ended.")
}

func (c *Console) exclusionsOr(r *Request, err error) error {
	if k := incident.KindOf(err); k != incident.Invalid && k != incident.Conflict {
		return err
	}
	return c.showExclusions(r, err)
}
