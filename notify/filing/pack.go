package filing

import (
	"slices"
	"strings"
	"time"
)

// Unknown is the answer to what the case does not hold.
const Unknown = "Not yet known"

// NotAsked begins the answer to a field that does not apply.
const NotAsked = "Not applicable: "

// Pack is a form with its answers.
type Pack struct {
	Form         Form     `json:"form"`
	Rule         string   `json:"rule,omitempty"`
	Recipient    string   `json:"recipient,omitempty"`
	Reference    string   `json:"reference"`
	Jurisdiction string   `json:"jurisdiction"`
	Stage        string   `json:"stage,omitempty"` // the rule's
	StageTitle   string   `json:"stage_title,omitempty"`
	Phase        string   `json:"phase"` // initial, follow_up, complete
	Late         bool     `json:"late,omitempty"`
	Drill        bool     `json:"drill,omitempty"`
	Fields       []Answer `json:"fields"`
	SampleNotice string   `json:"sample_notice,omitempty"` // its own file in the zip
}

// Answer is one field and what to enter in it.
type Answer struct {
	ID       string   `json:"id"`
	Number   string   `json:"number,omitempty"` // the form's own
	Section  string   `json:"section"`
	Label    string   `json:"label"`
	Help     string   `json:"help,omitempty"`
	Kind     string   `json:"kind"`
	Cite     string   `json:"cite,omitempty"`
	Options  []string `json:"options,omitempty"`
	Max      int      `json:"max,omitempty"` // characters the form takes
	Required bool     `json:"required"`
	Answer   string   `json:"answer"`
	Values   []string `json:"values,omitempty"` // of lists and choices; none where nothing is known
	Source   string   `json:"source"`           // what of the case it is from; "a person" for an own answer; "not asked"
	Place    Place    `json:"place"`            // where to answer or correct it
	CaseSays string   `json:"case_says,omitempty"`
	Own      bool     `json:"own,omitempty"`     // answered for this authority apart
	Missing  bool     `json:"missing,omitempty"` // the answer is Unknown
	Asked    bool     `json:"asked"`
}

// Build answers every field of a form. Nothing is left blank: a field that is
// not asked in this case says why, and one that cannot be answered says
// Unknown. What the rule asks and no field of the form answers is asked at the
// end. NotFound: no such form.
func (l *Library) Build(formID string, c Case) (Pack, error) {
	form, err := l.Form(formID)
	if err != nil {
		return Pack{}, err
	}
	if c.Elements != nil && l.words != nil {
		c.elementWords = l.words.Words("en", c.Elements)
	}
	if c.LateReasons == "" {
		c.LateReasons = strings.Join(c.Answers["late_reasons"], "\n")
	}
	p := Pack{
		Form: form, Reference: c.Reference, Jurisdiction: c.Jurisdiction, Stage: c.Stage, StageTitle: form.Stage(c.Stage).Title,
		Phase: c.Submission, Late: c.Late(), Drill: c.Drill, SampleNotice: c.SampleNotice, Recipient: c.Recipient.Name,
	}
	if p.Phase == "" {
		p.Phase = "initial"
	}
	sections := fitted(form, c.Content)
	given := map[string][]string{}
	labels := map[string]string{}
	for _, s := range sections {
		for k := range s.Fields {
			f := &s.Fields[k]
			a := answer(f, c)
			if form.UTC && f.Kind == Instant {
				a.Values = inUTC(a.Values)
			}
			given[f.ID], labels[f.ID] = a.Values, f.Label
			a.Section = s.Title
			p.Fields = append(p.Fields, a)
		}
	}
	n := 0
	stage := form.Stage(c.Stage).Name
	for _, s := range sections {
		for k := range s.Fields {
			settle(form, &s.Fields[k], &p.Fields[n], c, stage, given, labels)
			n++
		}
	}
	return p, nil
}

// inUTC writes instants as a form in UTC does; a day stays a day.
func inUTC(values []string) []string {
	out := slices.Clone(values)
	for n, v := range out {
		if t, err := time.Parse(time.RFC3339, v); err == nil {
			out[n] = t.UTC().Format(time.RFC3339)
		}
	}
	return out
}

// ContentPrefix begins the id of a field that stands for a content id of a rule.
const ContentPrefix = "content."

// ContentField is the field for what a rule asks and no field of the form answers.
func ContentField(content string) Field {
	return Field{ID: ContentPrefix + content, Label: humanise(content), Kind: Long, Required: true, Serves: []string{content}}
}

// fitted is the sections of a form for a rule: of the generic one those fields
// that are always asked or that the rule's content asks, and of any form what
// the rule asks beyond it.
func fitted(form Form, content []string) []Section {
	var out []Section
	for _, s := range form.Sections {
		fields := s.Fields
		if form.Generic {
			fields = nil
			for _, f := range s.Fields {
				asked := slices.ContainsFunc(f.Serves, func(id string) bool { return slices.Contains(content, id) })
				if f.Required = f.Required || asked; f.Required {
					fields = append(fields, f)
				}
			}
		}
		if len(fields) > 0 {
			s.Fields = fields
			out = append(out, s)
		}
	}
	var more []Field
	for _, id := range content {
		if !form.Serves(id) {
			more = append(more, ContentField(id))
		}
	}
	if len(more) > 0 {
		out = append(out, Section{Title: "Also asked by the rule", Fields: more})
	}
	return out
}

// answer is what a person said, or else the case.
func answer(f *Field, c Case) Answer {
	a := Answer{
		ID: f.ID, Number: f.Number, Label: f.Label, Help: f.Help, Kind: f.Kind, Cite: f.Cite, Options: f.Options, Max: f.Max, Own: f.Own,
		Source: f.Source, Place: Place{Kind: "answer"}, Asked: true,
	}
	from, ok := sourceOf(f.Source)
	var said []string
	if ok && f.Source != "" {
		a.Place = from.place
		said = from.values(f, c)
	}
	a.Values = said
	if own, what := parse(*f, c.Answers[f.ID]); what == "" && len(own) > 0 {
		if len(said) > 0 && !slices.Equal(own, said) {
			a.CaseSays = strings.Join(said, "\n")
		}
		a.Values, a.Source = own, "a person"
	}
	return a
}

// values is what a case says to a field, in the field's own options and form.
// What does not fit, such as a word that is none of its options, is not known.
func (s source) values(f *Field, c Case) []string {
	if s.at != nil {
		t := s.at(c)
		switch {
		case t.IsZero():
			return nil
		case f.Kind == Instant && (s.day == nil || !s.day(c)):
			return []string{t.Format(time.RFC3339)}
		}
		return []string{t.Format(time.DateOnly)}
	}
	var out []string
	for _, v := range s.get(c) {
		if len(f.Options) > 0 {
			if to, ok := f.Map[v]; ok {
				v = to
			}
			if !slices.Contains(f.Options, v) || slices.Contains(out, v) {
				continue
			}
		} else if f.Source != "" && v == "unknown" {
			continue
		} else if strings.HasPrefix(f.Source, "fact:incident.") || plainly(f.Source) {
			v = plain(v)
		}
		out = append(out, v)
	}
	if len(out) < 2 || f.Kind == List || f.Kind == Choices {
		return out
	}
	if f.Kind == Choice {
		return nil // several answers to one question: a person decides
	}
	return []string{strings.Join(out, "\n")}
}

// plainly says of which sources the words are the contract's, not a person's.
func plainly(source string) bool {
	return slices.Contains([]string{"kind", "organisation.role", "nature", "people.groups", "regulated_as", "cross_border", "in_eea", "police.delayed", "fact:notice.police"}, source)
}

// settle decides whether a field is asked, and words its answer.
func settle(form Form, f *Field, a *Answer, c Case, stage string, given map[string][]string, labels map[string]string) {
	asked, required := form.asks(f, stage)
	whyNot := "not asked at this stage"
	if condition, ok := conditions[f.When]; ok && asked && !condition.holds(c) {
		asked, whyNot = false, condition.whyNot
	}
	if f.OnlyIf != nil && asked {
		hangs, known := f.OnlyIf.hangs(given[f.OnlyIf.Field])
		if !hangs {
			asked, whyNot = false, f.OnlyIf.whyNot(labels[f.OnlyIf.Field])
		}
		required = required && known
	}
	if form.Generic || strings.HasPrefix(f.ID, ContentPrefix) {
		required = f.Required
	}
	switch {
	case len(a.Values) > 0 && (asked || a.Source == "a person"):
		a.Answer, a.Required = strings.Join(a.Values, "\n"), asked && required
	case !asked:
		a.Answer, a.Source, a.Values, a.Asked = NotAsked+whyNot, "not asked", nil, false
	default:
		a.Answer, a.Missing, a.Required = Unknown, true, required
	}
	if a.Kind != List && a.Kind != Choices && a.Kind != Choice {
		a.Values = nil
	}
}

// Missing lists the required fields that have no answer. Where the form may
// be filed in phases this does not stop a filing.
func (p Pack) Missing() []Answer {
	var out []Answer
	for _, a := range p.Fields {
		if a.Missing && a.Required {
			out = append(out, a)
		}
	}
	return out
}

// Answered counts the fields that are asked, and those of them with an answer.
func (p Pack) Answered() (answered, asked int) {
	for _, a := range p.Fields {
		if a.Asked {
			asked++
			if !a.Missing {
				answered++
			}
		}
	}
	return answered, asked
}

// Fileable says whether the pack may be filed as it stands: complete, or the
// form's law takes information in phases. Reasons for being late cannot follow later.
func (p Pack) Fileable() bool {
	missing := p.Missing()
	if slices.ContainsFunc(missing, func(a Answer) bool { return a.ID == "late_reasons" }) {
		return false
	}
	return len(missing) == 0 || p.Form.Phased != ""
}
