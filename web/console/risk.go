package console

import (
	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/notify/outbox"
	"tocsin/notify/statute"
	"tocsin/web/view"
)

type riskPage struct {
	URL      string
	Badge    view.Badge
	Proposed bool
	Proposal view.Badge
	Because  []string
	Steps    []riskStep
	Could    []couldRow
	Severity severityPanel
	Compared []assessmentPanel // HIPAA, Canada
	History  []conclusionRow
	Form     *view.Form
}

// riskStep is one step of the reasoning as a row.
type riskStep struct {
	statute.Step
	Badge view.Badge
	Lacks []view.Link
}

// couldRow is what one unknown fact could still make of the proposal.
type couldRow struct {
	Fact   view.Link
	Values []couldValue
}

type couldValue struct {
	Value string
	Badge view.Badge
}

type severityPanel struct {
	statute.Severity
	Badge view.Badge
	Rows  []riskStep
}

// assessmentPanel is an assessment of its own beside the risk.
type assessmentPanel struct {
	Title, Lead, Citation string
	Badge                 view.Badge
	Proposed              bool
	Proposal              string
	Because               []string
	Rows                  []riskStep
	Form                  *view.Form
}

type conclusionRow struct {
	outbox.ConclusionView
	Title, Who, Said, Suggested string
}

// RiskPage shows the risk to people: the steps, what could still change it, and
// what was concluded.
func (c *Console) RiskPage(r *Request) error { return c.showRisk(r, nil) }

func (c *Console) showRisk(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	file, err := c.Outbox.Review(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	risk := file.Risk
	d := riskPage{
		URL: o.URL("/risk"), Badge: riskBadge(risk.Level), Proposed: risk.Proposed, Proposal: riskBadge(risk.Proposal), Because: risk.Because,
		Steps: o.steps(risk.Steps), Could: o.couldRows(risk.Could), History: conclusionRows(o, file.Conclusions),
		Severity: severityPanel{Severity: risk.Severity, Badge: bandBadge(risk.Severity.Band), Rows: o.steps(risk.Severity.Parts)},
	}
	hipaa := assessmentPanel{
		Title: "HIPAA: the four factors", Citation: risk.HIPAA.Citation, Badge: lowBadge(risk.HIPAA.LowProbability), Proposed: risk.HIPAA.Proposed, Proposal: risk.HIPAA.Proposal,
		Because: risk.HIPAA.Because, Rows: o.steps(risk.HIPAA.Factors),
		Lead: "A breach is presumed unless an assessment that is written down demonstrates a low probability that protected health information was compromised.",
	}
	canada := assessmentPanel{
		Title: "Canada: real risk of significant harm", Citation: risk.RROSH.Citation, Badge: harmBadge(risk.RROSH.RealRisk), Proposed: risk.RROSH.Proposed, Proposal: risk.RROSH.Proposal,
		Because: risk.RROSH.Because, Rows: o.steps(risk.RROSH.Factors),
		Lead: "Sensitivity of the information, and the probability that it is misused.",
	}
	forms := []*view.Form{}
	if o.may(incident.WorkIncident) {
		d.Form = concludeForm(o, outbox.RiskQuestion, "risk", risk.Level)
		hipaa.Form = concludeForm(o, outbox.HIPAAQuestion, "hipaa", risk.HIPAA.LowProbability)
		canada.Form = concludeForm(o, outbox.RROSHQuestion, "rrosh", risk.RROSH.RealRisk)
		forms = []*view.Form{d.Form, hipaa.Form, canada.Form}
	}
	d.Compared = []assessmentPanel{hipaa, canada}
	p := o.page(r, "Risk to people", d)
	p.Lead = "A proposal from the facts, step by step, in the way data-protection authorities reason. A person concludes."
	if wrong == nil {
		return r.Show("risk", p)
	}
	for _, f := range forms {
		if f.Hidden["question"] == r.Form("question") {
			for n := range f.Fields {
				f.Fields[n].Value = r.Form(f.Fields[n].Name)
			}
			return r.Wrong(renamed(wrong, map[string]string{"answer": f.Fields[0].Name, "reason": f.Fields[1].Name}), f, "risk", p)
		}
	}
	return wrong
}

// renamed puts the names a page gives its fields in the place of an act's own.
func renamed(err error, names map[string]string) error {
	problems := incident.ProblemsOf(err)
	if len(problems) == 0 {
		return err
	}
	out := &incident.Error{Kind: incident.KindOf(err), Message: incident.Sentence(err)}
	for _, p := range problems {
		if n, ok := names[p.Where]; ok {
			p.Where = n
		}
		out.Problems = append(out.Problems, p)
	}
	return out
}

// Conclude records a person's written conclusion on one of the questions.
func (c *Console) Conclude(r *Request) error {
	q := outbox.Question(r.Form("question"))
	prefix := map[outbox.Question]string{outbox.RiskQuestion: "risk", outbox.HIPAAQuestion: "hipaa", outbox.RROSHQuestion: "rrosh"}[q]
	answer := r.Form(prefix + "-answer")
	if answer == "withdraw" {
		answer = ""
	} else if answer == "" {
		answer = "?"
	}
	fact, err := outbox.Conclude(q, answer, r.Form(prefix+"-reason"))
	if err == nil {
		err = c.Desk.SetFacts(r.Ctx(), r.By, r.Param("incident"), []casework.NewFact{fact})
	}
	if err != nil {
		return c.showRisk(r, err)
	}
	return r.Done("/incidents/"+r.Param("incident")+"/risk", "The conclusion is on record.")
}

func concludeForm(o *openCase, q outbox.Question, prefix, now string) *view.Form {
	options := []view.Option{}
	if now == "" || now == "unknown" { // nothing is concluded by a slip
		now, options = "", append(options, view.Option{Value: "", Text: "Choose"})
	}
	for _, a := range q.Answers() {
		options = append(options, view.Option{Value: a, Text: answerWords(q, a)})
	}
	options = append(options, view.Option{Value: "withdraw", Text: "Withdraw the conclusion: the proposal stands again"})
	return &view.Form{Action: o.URL("/risk/conclude"), Submit: "Record the conclusion", Hidden: map[string]string{"question": string(q)}, Fields: []view.Field{
		{Name: prefix + "-answer", Label: "Conclusion", Type: "select", Required: true, Value: now, Options: options},
		{Name: prefix + "-reason", Label: "Reasons", Type: "textarea", Required: true, Help: "Kept with your name, the instant, the proposal and the facts as they are now."},
	}}
}

func answerWords(q outbox.Question, answer string) string {
	switch string(q) + " " + answer {
	case "incident.risk unlikely":
		return "A risk is unlikely"
	case "incident.risk risk":
		return "A risk"
	case "incident.risk high":
		return "A high risk"
	case "incident.hipaa_low_probability yes":
		return "Low probability of compromise, demonstrated"
	case "incident.hipaa_low_probability no":
		return "Not demonstrated: it is a breach"
	case "incident.rrosh yes":
		return "A real risk of significant harm"
	case "incident.rrosh no":
		return "No real risk of significant harm"
	}
	return "Not known"
}

func questionTitle(q outbox.Question) string {
	switch q {
	case outbox.HIPAAQuestion:
		return "HIPAA, four factors"
	case outbox.RROSHQuestion:
		return "Canada, real risk"
	}
	return "Risk to people"
}

func conclusionRows(o *openCase, list []outbox.ConclusionView) []conclusionRow {
	var out []conclusionRow
	for n := len(list) - 1; n >= 0; n-- { // newest first
		v := list[n]
		row := conclusionRow{ConclusionView: v, Title: questionTitle(v.Question), Who: o.who(v.By), Said: answerWords(v.Question, v.Answer), Suggested: answerWords(v.Question, v.Proposed)}
		if v.Answer == "" {
			row.Said = "Withdrawn"
		}
		out = append(out, row)
	}
	return out
}

func (o *openCase) steps(list []statute.Step) []riskStep {
	out := make([]riskStep, len(list))
	for n, s := range list {
		out[n] = riskStep{Step: s, Badge: stepBadge(s)}
		for _, fact := range s.Unknown {
			out[n].Lacks = append(out[n].Lacks, view.Link{Text: fact, URL: o.answerURL(fact)})
		}
	}
	return out
}

func stepBadge(s statute.Step) view.Badge {
	tone := map[string]view.Tone{"raises": view.Soon, "lowers": view.Done, "neutral": view.NotOwed}[s.Effect]
	if tone == "" {
		tone = view.Unknown
	}
	return view.Badge{Text: sentenceCase(words(s.Outcome)), Tone: tone}
}

func (o *openCase) couldRows(list []statute.Could) []couldRow {
	tells := map[string]bool{} // facts of which some value settles the level
	for _, x := range list {
		if x.Level != "unknown" {
			tells[x.Fact] = true
		}
	}
	var out []couldRow
	for _, x := range list {
		if !tells[x.Fact] {
			continue
		}
		if len(out) == 0 || out[len(out)-1].Fact.Text != x.Fact {
			out = append(out, couldRow{Fact: view.Link{Text: x.Fact, URL: o.answerURL(x.Fact)}})
		}
		row := &out[len(out)-1]
		badge := riskBadge(x.Level)
		if x.Level == "at least a risk" {
			badge = view.Badge{Text: "At least a risk", Tone: view.Soon}
		}
		row.Values = append(row.Values, couldValue{words(x.Value), badge})
	}
	return out
}

func bandBadge(band string) view.Badge {
	tone := map[string]view.Tone{"low": view.Done, "medium": view.Running, "high": view.Soon, "very_high": view.Overdue}[band]
	if tone == "" {
		return view.Badge{Text: "Not settled", Tone: view.Unknown}
	}
	return view.Badge{Text: sentenceCase(words(band)), Tone: tone}
}

func lowBadge(answer string) view.Badge {
	switch answer {
	case "yes":
		return view.Badge{Text: "Low probability", Tone: view.Done}
	case "no":
		return view.Badge{Text: "A breach is presumed", Tone: view.Soon}
	}
	return view.Badge{Text: "Not demonstrated yet", Tone: view.Unknown}
}

func harmBadge(answer string) view.Badge {
	switch answer {
	case "yes":
		return view.Badge{Text: "Real risk", Tone: view.Soon}
	case "no":
		return view.Badge{Text: "No real risk", Tone: view.Done}
	}
	return view.Badge{Text: "Not known", Tone: view.Unknown}
}
