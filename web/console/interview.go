package console

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/condition"
	"tocsin/notify/statute"
	"tocsin/web/view"
)

type interviewPage struct {
	Case     string         // the incident's address
	Asked    *askedQuestion // nil: nothing more to ask
	Left     int            // further questions after this one
	Later    []laterRow     // put off
	Unknown  []laterRow     // looked into, and not known
	Progress view.Progress  // of the duties that are decided
	Decided  bool           // every one of them is
	Owed     int
	Work     bool
}

// askedQuestion is the question of the page, with what hangs on it.
type askedQuestion struct {
	Fact, Ask, Why string
	Duties         []hangingDuty
	More           int
	Soonest        *time.Time
	Form           *view.Form // nil where the case does not record it
	Elsewhere      view.Link  // where it is answered then; no URL: in the configuration
	Skip, WhatIf   string
}

// hangingDuty is a duty that the answer decides, or whose deadline it moves.
type hangingDuty struct {
	Title, Where, URL string
	Mark              ruleMark
	Due               *time.Time
	Owed              bool
}

type laterRow struct{ Ask, URL string }

// Interview asks what the duties hang on, one question at a time, in the order of
// what each decides and how soon.
func (c *Console) Interview(r *Request) error { return c.showInterview(r, nil) }

func (c *Console) showInterview(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	d := interviewPage{Case: o.URL(""), Work: o.may(incident.WorkIncident)}
	want, later := r.Query("fact"), laterOf(r)
	if wrong != nil {
		want = r.Form("fact")
	}
	var next *statute.Question
	for n := range o.desk.questions {
		q := &o.desk.questions[n]
		put := slices.Contains(later, q.Fact)
		f, answered := o.Facts[q.Fact]
		switch {
		case q.Fact == want:
			next = q
		case answered && f.Certainty == incident.UnknownCertain:
			d.Unknown = append(d.Unknown, laterRow{q.Ask, interviewURL(o, q.Fact, later)})
		case put:
			d.Later = append(d.Later, laterRow{q.Ask, interviewURL(o, q.Fact, later)})
		default:
			d.Left++
			if next == nil && want == "" {
				next = q
				d.Left--
			}
		}
	}
	if next == nil && want != "" && wrong == nil { // that one is answered by now: go on
		return r.Go(interviewURL(o, "", later))
	}
	d.progress(o)
	var form *view.Form
	if next != nil {
		d.Asked = o.askedQuestion(r, next, later)
		form = d.Asked.Form
	}
	p := o.page(r, "Interview", d)
	p.Lead = "One question at a time, first what decides most and soonest. What is not known never counts as no."
	p.Crumbs = []view.Link{{Text: "Facts", URL: o.URL("/facts")}}
	if wrong != nil && form != nil {
		return r.Wrong(wrong, form, "interview", p)
	}
	if wrong != nil {
		return wrong
	}
	return r.Show("interview", p)
}

// progress counts how many of the duties are decided.
func (d *interviewPage) progress(o *openCase) {
	no := 0
	for _, ob := range o.desk.byID {
		switch ob.Applies {
		case "yes":
			d.Owed++
		case "no":
			no++
		}
	}
	d.Progress = view.Progress{ID: "interview-progress", Label: "Duties decided", Total: len(o.desk.byID), Parts: []view.Part{{Text: "owed", Count: d.Owed, Tone: view.Running}, {Text: "not owed", Count: no, Tone: view.NotOwed}}}
	d.Decided = d.Owed+no == len(o.desk.byID)
}

func (o *openCase) askedQuestion(r *Request, q *statute.Question, later []string) *askedQuestion {
	a := &askedQuestion{Fact: q.Fact, Ask: q.Ask, Why: q.Why, Soonest: q.Soonest, Skip: interviewURL(o, "", append(slices.Clone(later), q.Fact)), Elsewhere: view.Link{Text: "Answer it there", URL: o.answerURL(q.Fact)}}
	marks := map[string]ruleMark{}
	versions := map[string]string{}
	for _, ob := range o.desk.all {
		marks[ob.Rule], versions[ob.Rule] = markOf(ob.Reviewed, ob.Confidence), ob.Version
	}
	for _, x := range q.Duties {
		a.Duties = append(a.Duties, hangingDuty{Title: x.Title, Where: placeName(x.Jurisdiction) + ": " + x.Recipient, URL: ruleURL(x.Rule, versions[x.Rule]), Mark: marks[x.Rule], Due: x.Due, Owed: x.Owed})
	}
	if len(a.Duties) > askedRules {
		a.More, a.Duties = len(a.Duties)-askedRules, a.Duties[:askedRules]
	}
	hidden := map[string]string{"fact": q.Fact, "later": strings.Join(later, ",")}
	milestone, isMilestone := strings.CutPrefix(q.Fact, "milestones.")
	f, known := condition.Base()[q.Fact]
	switch {
	case isMilestone && o.may(incident.SetMilestones) && incident.Milestone(milestone).Known():
		a.Form = o.milestoneForm(r, incident.Milestone(milestone))
	case known && recordable(q.Fact) && o.may(incident.WorkIncident):
		a.Form = &view.Form{Fields: labelled(factFields(f, r.Form, r.FormAll), q.Options)}
		a.WhatIf = o.URL("/what-if") + "?fact=" + url.QueryEscape(q.Fact)
	}
	if a.Form != nil {
		a.Form.Action, a.Form.Submit, a.Form.Hidden, a.Form.Cancel = o.URL("/interview"), "Record and go on", hidden, ""
	}
	return a
}

// labelled words the answers to pick from as the question does, and lays the
// answers of a word out at once instead of behind a menu.
func labelled(fields []view.Field, options []statute.Option) []view.Field {
	value := &fields[0]
	for n := range value.Options {
		for _, x := range options {
			if x.Value == value.Options[n].Value {
				value.Options[n].Text = sentenceCase(x.Label)
			}
		}
	}
	if value.Type == "select" {
		value.Type, value.Options = "radios", value.Options[1:] // without the empty one
	}
	return fields
}

// laterOf are the questions put off in this sitting. Names of facts are no
// personal data, so the address may hold them.
func laterOf(r *Request) []string {
	text := r.Query("later")
	if r.HTTP().Method != "GET" {
		text = r.Form("later")
	}
	var out []string
	for _, fact := range strings.Split(text, ",") {
		if fact != "" && len(out) < 100 && !slices.Contains(out, fact) {
			out = append(out, fact)
		}
	}
	return out
}

func interviewURL(o *openCase, fact string, later []string) string {
	q := url.Values{}
	if fact != "" {
		q.Set("fact", fact)
	}
	if len(later) > 0 {
		q.Set("later", strings.Join(later, ","))
	}
	if len(q) == 0 {
		return o.URL("/interview")
	}
	return o.URL("/interview") + "?" + q.Encode()
}

// AnswerQuestion records the answer to one question and goes on to the next.
func (c *Console) AnswerQuestion(r *Request) error {
	fact := r.Form("fact")
	note := "Recorded. The duties are worked out anew."
	var err error
	if m, ok := strings.CutPrefix(fact, "milestones."); ok {
		if err = c.setMilestone(r, incident.Milestone(m)); err != nil {
			err = placed(err, m, "at")
		}
	} else {
		err = c.answer(r, fact)
	}
	if err != nil {
		return c.showInterview(r, err)
	}
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	return r.Done(interviewURL(o, "", slices.DeleteFunc(laterOf(r), func(f string) bool { return f == fact })), note)
}

func (c *Console) answer(r *Request, name string) error {
	f, known := condition.Base()[name]
	if !known || !recordable(name) {
		return incident.Errorf(incident.NotFound, "There is no such question.")
	}
	fact, ok, problem := readFact(r, f)
	switch {
	case problem != nil:
		return oneProblem(problem.Where, problem.What)
	case !ok:
		return oneProblem("value."+name, "Pick an answer, say that it is not known, or come back later.")
	}
	return c.Desk.SetFacts(r.Ctx(), r.By, r.Param("incident"), []casework.NewFact{fact})
}
