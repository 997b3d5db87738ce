package console

import (
	"strings"
	"time"

	"tocsin/notify/filing"
	"tocsin/web/view"
)

type filingSection struct {
	Key, Title string
	Lines      []filingLine
	Open       int // required and without an answer
	Form       *view.Form
}

// filingLine is one field: what is entered there, from where, and the input to
// answer it or to answer it otherwise.
type filingLine struct {
	filing.Answer
	Heading, Shown string
	Where          view.Link
	FromCase       bool
	Input          *view.Field // nil where it is not asked
	Own            bool
}

func sectionKey(n int) string { return "section-" + itoa(n+1) }

// filingSections lays a pack out. An input holds a person's own answer alone, so
// that a section sent as it is pins nothing the case says.
func (o *openCase) filingSections(r *Request, pack filing.Pack) []filingSection {
	var out []filingSection
	for n, s := range pack.Sections() {
		sec := filingSection{Key: sectionKey(n), Title: s.Name, Form: &view.Form{}}
		sent := r.HTTP().Method == "POST" && r.Form("section") == sec.Key
		for _, a := range s.Fields {
			line := filingLine{Answer: a, Heading: a.Heading(), Shown: shownAnswer(a, r.Reader().Zone), Where: o.placeLink(a.Place),
				FromCase: a.Source != "a person" && a.Source != "" && !a.Missing, Own: a.Source == "a person"}
			if a.Missing && a.Required {
				sec.Open++
			}
			if a.Asked {
				f := inputOf(a, r.Reader().Zone)
				if sent {
					f.Value, f.Values = r.Form(a.ID), r.FormAll(a.ID)
					if f.Type != "checkboxes" {
						f.Values = nil
					}
				}
				sec.Form.Fields = append(sec.Form.Fields, f)
			}
			sec.Lines = append(sec.Lines, line)
		}
		out = append(out, sec)
	}
	for n := range out { // the slices no longer grow: point into them
		k := 0
		for i := range out[n].Lines {
			if out[n].Lines[i].Asked {
				out[n].Lines[i].Input = &out[n].Form.Fields[k]
				k++
			}
		}
	}
	return out
}

// shownAnswer reads instants in the reader's zone; the pack keeps their own.
func shownAnswer(a filing.Answer, zone *time.Location) string {
	if a.Kind == filing.Instant {
		if t, err := time.Parse(time.RFC3339, a.Answer); err == nil {
			return t.In(zone).Format("2 Jan 2006, 15:04 MST")
		}
	}
	return a.Answer
}

// inputOf is the input for a field, with a person's own answer in it.
func inputOf(a filing.Answer, zone *time.Location) view.Field {
	f := view.Field{Name: a.ID, Label: a.Heading(), Help: a.Help, Required: a.Required, MaxLength: a.Max}
	own := ""
	if a.Source == "a person" {
		own = a.Answer
	}
	f.Value = own
	switch a.Kind {
	case filing.Long:
		f.Type = "textarea"
	case filing.List:
		f.Type, f.Rows, f.Help = "textarea", 3, strings.TrimSpace(a.Help+" One a line.")
	case filing.Date:
		f.Type = "date"
	case filing.Instant:
		f.Type, f.Help = "datetime-local", strings.TrimSpace(a.Help+" In your time zone, "+zone.String()+".")
		if t, err := time.Parse(time.RFC3339, own); err == nil {
			f.Value = t.In(zone).Format("2006-01-02T15:04")
		}
	case filing.Number:
		f.InputMode = "numeric"
	case filing.Decimal:
		f.InputMode = "decimal"
	case filing.Duration:
		f.Mono = true
	case filing.Choice:
		f.Type, f.Options = "select", []view.Option{{Text: "Not answered here"}}
	case filing.Choices:
		f.Type, f.Value = "checkboxes", ""
		if own != "" {
			f.Values = a.Values
		}
	}
	for _, opt := range a.Options {
		f.Options = append(f.Options, view.Option{Value: opt, Text: opt})
	}
	return f
}

// typed reads what was sent for one section: every field of it that is asked, so
// that an emptied one is withdrawn.
func typed(r *Request, pack filing.Pack, section string) (map[string][]string, error) {
	in := map[string][]string{}
	for n, s := range pack.Sections() {
		if sectionKey(n) != section {
			continue
		}
		for _, a := range s.Fields {
			if !a.Asked {
				continue
			}
			values := r.FormAll(a.ID)
			if a.Kind == filing.Instant && r.Form(a.ID) != "" {
				at, err := localTime(r.Form(a.ID), r.Account.Location(), a.ID)
				if err != nil {
					return nil, err
				}
				values = []string{at.Format(time.RFC3339)}
			}
			in[a.ID] = values
		}
	}
	if len(in) == 0 {
		return nil, oneProblem("", "There is no such part of the form.")
	}
	return in, nil
}
