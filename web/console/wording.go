package console

import (
	"strings"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/notify/outbox"
	"tocsin/web/view"
)

// wording are the facts that hold what letters say in the organisation's words.
var wording = []struct {
	fact, label, help string
	list              bool
	kind              string // of the input: textarea if empty
}{
	{outbox.FactWhatHappened, "What happened", "A few plain sentences. Where a law forbids telling it, the letter leaves it out.", false, ""},
	{outbox.FactMeasures, "What was done and will be done", "One sentence a line.", true, ""},
	{outbox.FactConsequences, "What it may mean for people", "One sentence a line.", true, ""},
	{outbox.FactAdvice, "What people can do", "Beyond what their exposed data calls for. One sentence a line.", true, ""},
	{outbox.FactAcquirer, "Who has the data", "Empty where it is not known.", false, ""},
	{outbox.FactProtection, "What protected the data", "Technical and security measures, for laws that ask for them. One sentence a line.", true, ""},
	{outbox.FactPlace, "Where it happened", "The system, the office or the place.", false, ""},
	{outbox.FactPlanned, "When people are told", "The day letters go out, or went out.", false, "date"},
	{outbox.FactPolice, "Do the police know?", "", false, "yesno"},
	{outbox.FactPoliceDelay, "Did the police ask to wait with the notice?", "", false, "yesno"},
	{outbox.FactRecords, "Number of records", "Records are not people: one person may have many.", false, "number"},
	{outbox.FactLateReasons, "Why a filing is late", "Only where it is.", false, ""},
}

func isWording(fact string) bool {
	for _, w := range wording {
		if w.fact == fact {
			return true
		}
	}
	return false
}

// wordingWords says how much of the wording is there.
func (o *openCase) wordingWords() string {
	n := 0
	for _, w := range wording {
		if len(o.Facts[w.fact].Values) > 0 {
			n++
		}
	}
	return itoa(n) + " of " + itoa(len(wording)) + " parts are written."
}

// WordingPage asks for the public wording.
func (c *Console) WordingPage(r *Request) error { return c.showWording(r, nil) }

func (c *Console) showWording(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	form := &view.Form{Action: o.URL("/facts/wording"), Submit: "Record the wording", Cancel: o.URL("/facts")}
	for _, w := range wording {
		value := strings.Join(o.Facts[w.fact].Values, "\n")
		if wrong != nil {
			value = r.Form(w.fact)
		}
		rows := 3
		if w.list {
			rows = 5
		}
		field := view.Field{Name: w.fact, Label: w.label, Help: w.help, Type: "textarea", Rows: rows, Value: value}
		switch w.kind {
		case "yesno":
			field.Type, field.Options = "select", []view.Option{{Text: "Not known"}, {Value: "yes", Text: "Yes"}, {Value: "no", Text: "No"}}
		case "date", "number":
			field.Type = w.kind
		}
		form.Fields = append(form.Fields, field)
	}
	p := o.page(r, "Wording for the public", form)
	p.Lead = "Letters and filings are written from this. It is kept as facts of the case, with author and history."
	p.Crumbs = []view.Link{{Text: "Facts", URL: o.URL("/facts")}}
	if wrong != nil {
		return r.Wrong(wrong, form, "form", p)
	}
	return r.Show("form", p)
}

// SetWording records what changed of it.
func (c *Console) SetWording(r *Request) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	var facts []casework.NewFact
	for _, w := range wording {
		text := strings.TrimSpace(strings.ReplaceAll(r.Form(w.fact), "\r\n", "\n"))
		values := []string{text}
		if w.list {
			values = nil
			for _, line := range strings.Split(text, "\n") {
				if line = strings.TrimSpace(line); line != "" {
					values = append(values, line)
				}
			}
		}
		if strings.Join(values, "\n") == strings.Join(o.Facts[w.fact].Values, "\n") {
			continue
		}
		if text == "" {
			values = []string{}
		}
		facts = append(facts, casework.NewFact{Name: w.fact, Values: values, Certainty: incident.Known, Source: "wording for the public"})
	}
	if len(facts) == 0 {
		return r.Done(o.URL("/facts"), "Nothing changed.")
	}
	if err := c.Desk.SetFacts(r.Ctx(), r.By, o.Incident.ID, facts); err != nil {
		return c.showWording(r, err)
	}
	return r.Done(o.URL("/facts"), "The wording is recorded.")
}
