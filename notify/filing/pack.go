package filing

import "strings"

// Unknown is the answer to what the case does not hold.
const Unknown = "Not yet known"

// Pack is a form with its answers.
type Pack struct {
	Form         Form     `json:"form"`
	Reference    string   `json:"reference"`
	Jurisdiction string   `json:"jurisdiction"`
	Phase        string   `json:"phase"` // initial, follow_up, complete
	Drill        bool     `json:"drill,omitempty"`
	Fields       []Answer `json:"fields"`
	SampleNotice string   `json:"-"` // its own file in the zip
}

// Answer is one field and what to enter in it.
type Answer struct {
	ID       string   `json:"id"`
	Section  string   `json:"section"`
	Label    string   `json:"label"`
	Help     string   `json:"help,omitempty"`
	Kind     string   `json:"kind"`
	Cite     string   `json:"cite,omitempty"`
	Options  []string `json:"options,omitempty"`
	Required bool     `json:"required"`
	Answer   string   `json:"answer"`
	Source   string   `json:"source"`            // the case's fact; "a person" for an own answer; "not asked"
	Missing  bool     `json:"missing,omitempty"` // the answer is Unknown
}

// Build answers every field of a form. Nothing is left blank: a field that is
// not asked in this case says why, and one that cannot be answered says
// Unknown. NotFound: no such form.
func (l *Library) Build(formID string, c Case) (Pack, error) {
	form, err := l.Form(formID)
	if err != nil {
		return Pack{}, err
	}
	if c.Elements != nil {
		c.elementWords = l.words.Words("en", c.Elements)
	}
	p := Pack{Form: form, Reference: c.Reference, Jurisdiction: c.Jurisdiction, Phase: c.Submission, Drill: c.Drill, SampleNotice: c.SampleNotice}
	for _, f := range form.Fields {
		a := Answer{ID: f.ID, Section: f.Section, Label: f.Label, Help: f.Help, Kind: f.Kind, Cite: f.Cite, Options: f.Options, Required: f.Required, Source: f.Source}
		own := strings.TrimSpace(c.Answers[f.ID])
		condition, asked := conditions[f.When], true
		if f.When != "" {
			asked = condition.holds(c)
		}
		switch {
		case own != "":
			a.Answer, a.Source = own, "a person"
		case !asked:
			a.Answer, a.Source, a.Required = "Not applicable: "+condition.whyNot, "not asked", false
		case f.Source != "":
			a.Answer = strings.TrimSpace(sources[f.Source](c))
		}
		if a.Answer == "" {
			a.Answer, a.Missing = Unknown, true
		}
		p.Fields = append(p.Fields, a)
	}
	if p.Phase == "" {
		p.Phase = "initial"
	}
	return p, nil
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

// Fileable says whether the pack may be filed as it stands: complete, or the
// form's law takes information in phases.
func (p Pack) Fileable() bool { return len(p.Missing()) == 0 || p.Form.Phased != "" }
