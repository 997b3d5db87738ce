package console

import (
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/condition"
	"tocsin/notify/statute"
	"tocsin/web/view"
)

type factsPage struct {
	URL       string
	Work      bool
	Questions []questionRow
	More      int    // open questions beyond those asked
	Interview string // where they are asked one at a time
	WhatIf    string
	Wording   string // how much of the public wording is there
	Known     []factRow
	Missing   []factRow
}

// questionRow is an open question: what hangs on it, and how it is answered.
type questionRow struct {
	Fact, Ask, Why string
	Decides        []decidedRule
	More           int // further rules
	Soonest        *time.Time
	URL            string // where it is answered, if not in the interview
	Fields         []view.Field
}

type factRow struct {
	Name, Ask, Value, Source, By, URL string
	State                             view.Badge
	SetAt                             time.Time
	Count                             int
}

// interviewQuestions is how many questions the page of facts asks at a time.
const interviewQuestions = 8

// askedRules is how many of the rules that hang on a question are named.
const askedRules = 6

// Facts shows what is known, and asks what is not.
func (c *Console) Facts(r *Request) error { return c.showFacts(r, nil) }

func (c *Console) showFacts(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	d := factsPage{URL: o.URL("/facts"), Interview: o.URL("/interview"), WhatIf: o.URL("/what-if"), Work: o.may(incident.WorkIncident)}
	most := interviewQuestions
	if wrong != nil || r.Query("questions") == "all" {
		most = len(o.desk.questions)
	}
	vocabulary := condition.Base()
	asked := map[string]bool{}
	for _, q := range o.desk.questions {
		if len(d.Questions) == most {
			d.More = len(o.desk.questions) - most
			break
		}
		asked[q.Fact] = true
		row := o.questionRow(q)
		if f, ok := vocabulary[q.Fact]; ok && recordable(q.Fact) {
			row.Fields = labelled(factFields(f, r.Form, r.FormAll), q.Options)
		}
		d.Questions = append(d.Questions, row)
	}
	counts := map[string]int{}
	for _, f := range o.History {
		counts[f.Name]++
	}
	for _, name := range vocabulary.Names() {
		if !recordable(name) {
			continue
		}
		row := factRow{Name: name, Ask: vocabulary[name].Ask, URL: d.URL + "/" + name, Count: counts[name]}
		f, known := o.Facts[name]
		switch {
		case known:
			row.fill(o, f)
			d.Known = append(d.Known, row)
		case !asked[name]:
			d.Missing = append(d.Missing, row)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o.Facts)) {
		if _, listed := vocabulary[name]; !listed && !isWording(name) { // a playbook's own
			row := factRow{Name: name, URL: d.URL + "/" + name, Count: counts[name]}
			row.fill(o, o.Facts[name])
			d.Known = append(d.Known, row)
		}
	}
	d.Wording = o.wordingWords()
	p := o.page(r, "Facts", d)
	p.Lead = "What is known about the breach, with its source. An unknown fact never counts as no."
	if wrong != nil {
		form := &view.Form{}
		for _, q := range d.Questions {
			form.Fields = append(form.Fields, q.Fields...)
		}
		p.Problems = form.Explain(wrong)
		for n := range d.Questions {
			for k := range d.Questions[n].Fields {
				d.Questions[n].Fields[k] = form.Field(d.Questions[n].Fields[k].Name)
			}
		}
		p.Data = d
		return r.Wrong(wrong, form, "facts", p)
	}
	return r.Show("facts", p)
}

func (row *factRow) fill(o *openCase, f incident.Fact) {
	row.Value, row.State = factWords(f)
	row.Source, row.By, row.SetAt = f.Source, o.who(f.SetBy), f.SetAt
}

// factWords says a value and how well it is known.
func factWords(f incident.Fact) (string, view.Badge) {
	value := words(strings.Join(f.Values, ", "))
	if value == "" {
		value = "none"
	}
	switch f.Certainty {
	case incident.SuspectedTrue:
		return value, view.Badge{Text: "Suspected", Tone: view.Soon}
	case incident.UnknownCertain:
		return "not known", view.Badge{Text: "Looked into, not known", Tone: view.Unknown}
	}
	return value, view.Badge{Text: "Known", Tone: view.Done}
}

// words is a name of the library as it is read: "nis2_essential" is "NIS2 essential".
func words(s string) string {
	parts := strings.Split(strings.ReplaceAll(s, "_", " "), " ")
	for i, p := range parts {
		switch strings.TrimRight(p, ",") {
		case "csirt", "hipaa", "glba", "nydfs", "sec", "dora", "nis2", "phr", "apra", "rrosh", "ssn", "ip", "id", "pin":
			parts[i] = strings.ToUpper(p)
		}
	}
	return strings.Join(parts, " ")
}

func (o *openCase) questionRow(q statute.Question) questionRow {
	row := questionRow{Fact: q.Fact, Ask: q.Ask, Why: q.Why, Soonest: q.Soonest}
	for _, id := range q.Decides {
		row.Decides = append(row.Decides, o.decidedRule(id))
	}
	if len(row.Decides) > askedRules {
		row.More, row.Decides = len(row.Decides)-askedRules, row.Decides[:askedRules]
	}
	if !recordable(q.Fact) {
		row.URL = o.answerURL(q.Fact)
	}
	return row
}

// decidedRule is a rule that hangs on a question, in the version that is asked.
type decidedRule struct {
	ID, URL, Reviewed string
	Verify            bool
}

func (o *openCase) decidedRule(id string) decidedRule {
	for n := range o.desk.all {
		if ob := &o.desk.all[n]; ob.Rule == id {
			return decidedRule{ID: id, URL: ruleURL(id, ob.Version), Reviewed: ob.Reviewed, Verify: ob.Confidence != "high"}
		}
	}
	return decidedRule{ID: id, URL: ruleURL(id, "")}
}

// recordable reports whether a fact is recorded on the case by a person. Who is
// affected is the roster's word, but for the groups people belong to, which no
// export holds; what the organisation is, the configuration's.
func recordable(fact string) bool {
	return fact == "affected.groups" || !strings.HasPrefix(fact, "affected.") && !strings.HasPrefix(fact, "organisation.") && !strings.HasPrefix(fact, "milestones.")
}

// answerURL is where a fact is recorded; empty where no page of the case does it.
func (o *openCase) answerURL(fact string) string {
	kind, name, _ := strings.Cut(fact, ".")
	switch kind {
	case "milestones":
		return o.URL("/milestones/" + name)
	case "affected":
		if name == "groups" {
			return o.URL("/facts/" + fact)
		}
		return o.URL("/affected")
	case "incident", "contract":
		return o.URL("/facts/" + fact)
	}
	return ""
}

// factFields are the inputs that answer one question. Their names carry the
// fact's, so that several can be asked in one form.
func factFields(f condition.Fact, sent func(string) string, all func(string) []string) []view.Field {
	value := view.Field{Name: "value." + f.Name, Label: "Answer", Value: sent("value." + f.Name)}
	switch f.Kind {
	case condition.WordKind:
		value.Type = "select"
		value.Options = []view.Option{{Text: "Not answered"}}
		for _, w := range f.Words {
			value.Options = append(value.Options, view.Option{Value: w, Text: sentenceCase(words(w))})
		}
		value.Options = append(value.Options, view.Option{Value: "unknown", Text: "Looked into, and not known"})
	case condition.SetKind:
		value.Type, value.Values = "checkboxes", all(value.Name)
		for _, w := range f.Words {
			value.Options = append(value.Options, view.Option{Value: w, Text: sentenceCase(words(w))})
		}
		value.Options = append(value.Options, view.Option{Value: "none", Text: "None of these"}, view.Option{Value: "unknown", Text: "Looked into, and not known"})
	case condition.PlaceKind:
		value.Help = "An ISO 3166 code such as DE or US-CA; or unknown."
	case condition.PlacesKind:
		value.Help = "ISO 3166 codes with commas between, such as DE, US-CA; none; or unknown."
	case condition.NumberKind:
		value.Help, value.InputMode = "A whole number, or unknown.", "numeric"
	case condition.LengthKind:
		value.Help = "A length such as 30h or 45m, or unknown."
	}
	return []view.Field{value,
		{Name: "certainty." + f.Name, Label: "How sure", Type: "select", Value: sent("certainty." + f.Name), Required: true,
			Options: []view.Option{{Value: string(incident.Known), Text: "Known"}, {Value: string(incident.SuspectedTrue), Text: "Suspected"}}},
		{Name: "source." + f.Name, Label: "How we know", Help: "A log, a document, somebody's role.", Value: sent("source." + f.Name), MaxLength: 500}}
}

// readFact reads the answer to one question; ok is false where there is none.
func readFact(r *Request, f condition.Fact) (fact casework.NewFact, ok bool, problem *incident.Problem) {
	given := r.FormAll("value." + f.Name)
	text := strings.TrimSpace(strings.Join(given, ","))
	if text == "" {
		return fact, false, nil
	}
	fact = casework.NewFact{Name: f.Name, Certainty: incident.Certainty(r.Form("certainty." + f.Name)), Source: r.Form("source." + f.Name)}
	if text == "unknown" {
		fact.Certainty = incident.UnknownCertain
		return fact, true, nil
	}
	where := "value." + f.Name
	if f.Kind == condition.SetKind && len(given) > 1 {
		for _, v := range given {
			if v == "none" || v == "unknown" {
				return fact, false, &incident.Problem{Where: where, What: "Choose either some of these, or none, or unknown."}
			}
		}
	}
	if _, err := condition.Base().Parse(f.Name, text); err != nil {
		return fact, false, &incident.Problem{Where: where, What: sentenceCase(err.Error()) + "."}
	}
	switch f.Kind {
	case condition.SetKind, condition.PlacesKind:
		fact.Values = []string{}
		if text != "none" {
			for _, v := range strings.Split(text, ",") {
				fact.Values = append(fact.Values, strings.TrimSpace(v))
			}
		}
	default:
		fact.Values = []string{text}
	}
	return fact, true, nil
}

// SetFacts records the answers of the interview, all in one act.
func (c *Console) SetFacts(r *Request) error {
	vocabulary := condition.Base()
	var facts []casework.NewFact
	var problems []incident.Problem
	for _, name := range vocabulary.Names() {
		if !recordable(name) {
			continue
		}
		f, ok, problem := readFact(r, vocabulary[name])
		if problem != nil {
			problems = append(problems, *problem)
		}
		if ok {
			facts = append(facts, f)
		}
	}
	var err error
	switch {
	case len(problems) > 0:
		err = &incident.Error{Kind: incident.Invalid, Message: "Not every answer can be recorded.", Problems: problems}
	case len(facts) == 0:
		err = incident.Errorf(incident.Invalid, "No question is answered yet.")
	default:
		err = c.Desk.SetFacts(r.Ctx(), r.By, r.Param("incident"), facts)
	}
	return c.did(r, err, "/facts", factsNote(len(facts)), c.showFacts)
}

func factsNote(n int) string {
	if n == 1 {
		return "One fact is recorded. Tasks and duties are worked out anew."
	}
	return itoa(n) + " facts are recorded. Tasks and duties are worked out anew."
}
