package view

import (
	"slices"

	"tocsin/incident"
)

// Error is one line of the summary above a form: what is wrong, with a link to
// the field it is about. Field may be empty.
type Error struct {
	Field string // the field's name, which is also its id
	Text  string
}

// Field is one labelled input. Type is that of the HTML input element, or
// "textarea", "select" or "checkboxes", the last two with Options.
type Field struct {
	Name, Label, Help string
	Type              string // "" means text
	Value             string
	Values            []string // of checkboxes
	Options           []Option
	Required          bool
	Error             string
	Autocomplete      string // the HTML autofill token: "username", "one-time-code"…
	InputMode         string // "numeric", "email"…
	Rows              int    // of a textarea; 0 means 4
	MaxLength         int    // 0 means none
	Focus             bool   // gets the focus when the page opens: at most one a page
	Accept            string // of a file input
	Mono              bool   // codes and digests
}

// Option is one choice of a select or of checkboxes.
type Option struct{ Value, Text, Help string }

// Chosen reports whether the option is the field's value or among its values.
func (f Field) Chosen(value string) bool {
	return f.Value == value || slices.Contains(f.Values, value)
}

// Describe lists the ids that describe the input, for aria-describedby.
func (f Field) Describe() string {
	s := ""
	if f.Help != "" {
		s = f.Name + "-help"
	}
	if f.Error != "" {
		if s != "" {
			s += " "
		}
		s += f.Name + "-error"
	}
	return s
}

// Form is a list of fields that is sent to one address.
type Form struct {
	Action string
	Submit string
	Danger bool // what it does cannot be undone
	Fields []Field
	Hidden map[string]string
	Cancel string // a link back; empty for none
	Upload bool   // multipart
}

// Explain puts err beside the fields it is about and returns the summary for
// Page.Problems. Problems whose Where is no field's name, and an error without
// problems, appear in the summary alone.
func (f *Form) Explain(err error) []Error {
	if err == nil {
		return nil
	}
	problems := incident.ProblemsOf(err)
	if len(problems) == 0 {
		return []Error{{Text: incident.Sentence(err)}}
	}
	out := make([]Error, 0, len(problems))
	for _, p := range problems {
		e := Error{Text: p.What}
		for i := range f.Fields {
			if f.Fields[i].Name != p.Where {
				continue
			}
			e.Field = p.Where
			if f.Fields[i].Error == "" {
				f.Fields[i].Error = p.What
			}
		}
		if e.Field == "" && p.Where != "" {
			e.Text = p.String()
		}
		out = append(out, e)
	}
	return out
}

// Field gives the named field, for pages that lay their form out themselves.
func (f Form) Field(name string) Field {
	for _, x := range f.Fields {
		if x.Name == name {
			return x
		}
	}
	return Field{Name: name, Label: name}
}
