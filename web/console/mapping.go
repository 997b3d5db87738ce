package console

import (
	"net/http"
	"slices"
	"strings"

	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

// mapGroup is what is asked about one file: how it is read, Main in sight,
// More folded away, and its first rows, masked.
type mapGroup struct {
	Title, Help string
	Sample      casework.MaskedSample
	Reading     []view.Field
	ReadAs      string // how it is read, in words
	Main, More  []view.Field
	Elements    *view.Field // what every row exposed
	Open        bool        // how it is read needs a look
	Bare        bool        // nothing else says what the rows exposed
}

// usual are the directory's columns that nearly every directory has.
var usual = []string{"customer_id", "email", "name", "country", "region", "language", "birth_date"}

// filled are the elements that a column of their own often holds.
var filled = []string{"ssn", "tax_id", "national_id", "passport", "driver_license", "account_number", "card_number", "date_of_birth", "phone", "postal_address",
	"medical", "health_insurance", "credentials"}

// matchKeys are the names by which an exposed row can name a person, those that
// are asked for in sight first.
func matchKeys() []string {
	keys := affected.MatchKeys()
	slices.SortStableFunc(keys, func(a, b string) int { return rank(a) - rank(b) })
	return keys
}

func rank(key string) int {
	if key == "customer_id" || key == "email" {
		return 0
	}
	return 1
}

// isName reports whether a column is a name or a half of one.
func isName(ours string) bool {
	return ours == "name" || strings.HasSuffix(ours, "_name") && ours != "user_name"
}

// asker makes the fields of the mapping, with what was guessed or sent before.
type asker struct {
	c    *Console
	r    *Request
	sent bool
}

func (a asker) pick(name, label, column string, columns []string, guesses []affected.Guess, ours string) view.Field {
	if a.sent {
		column = a.r.Form(name)
	}
	return view.Field{Name: name, Label: label, Type: "select", Value: column, Options: columnOptions(columns), Help: guessed(guesses, ours)}
}

func (a asker) text(name, label, value, help string) view.Field {
	if a.sent {
		value = a.r.Form(name)
	}
	return view.Field{Name: name, Label: label, Value: value, Help: help}
}

// guessed says what was guessed and how surely.
func guessed(guesses []affected.Guess, ours string) string {
	for _, g := range guesses {
		if g.Ours == ours {
			how := map[affected.Confidence]string{affected.Sure: "Sure", affected.Likely: "Likely", affected.Unsure: "Perhaps " + g.Column}[g.Confidence]
			return how + ", " + g.Why + "."
		}
	}
	return ""
}

// mappingForm asks what each column means, and how each file is read.
func (c *Console) mappingForm(action string, run *casework.Resolution, samples []casework.MaskedSample, r *Request) (*view.Form, []mapGroup) {
	f := &view.Form{Action: action, Submit: "Match"}
	path := r.HTTP().URL.Path
	a := asker{c: c, r: r, sent: r.HTTP().Method == http.MethodPost && (strings.HasSuffix(path, "/run") || strings.HasSuffix(path, "/reading"))}
	var groups []mapGroup
	if run.PriorFiles == 0 {
		groups = append(groups, a.directory(run))
		groups[0].Sample = samples[0]
	}
	for n := range run.Files[1:] {
		if n < run.PriorFiles || n >= len(run.Spec.Exposures) {
			continue
		}
		g := a.exposure(run, n)
		g.Sample = samples[n+1]
		groups = append(groups, g)
	}
	for _, g := range groups {
		f.Fields = append(append(append(f.Fields, g.Reading...), g.Main...), g.More...)
		if g.Elements != nil {
			f.Fields = append(f.Fields, *g.Elements)
		}
	}
	return f, groups
}

func (a asker) directory(run *casework.Resolution) mapGroup {
	file, s := &run.Files[0], &run.Spec.Directory
	g := mapGroup{Title: "Customer directory: " + file.FileName, Help: "Who the customers are. The country, with the region where there is one, decides which laws apply."}
	g.Reading, g.ReadAs = a.reading("d.", &s.Input, file)
	for _, ours := range usual {
		g.Main = append(g.Main, a.pick("d."+ours, sentenceCase(words(ours)), s.Columns[ours], file.Columns, file.Guesses.Columns, ours))
	}
	g.Main = append(g.Main,
		a.text("d.residence", "Where everybody else lives", s.Residence, "Only where neither the directory nor a last address says it: DE, US-CA. Leave it empty to keep them unknown."),
		a.text("d.residence_reason", "Why that may be taken for granted", s.ResidenceReason, "Such as: the shop delivers within Germany alone."))
	for _, ours := range affected.DirectoryColumns() {
		if !slices.Contains(usual, ours) {
			g.More = append(g.More, a.pick("d."+ours, sentenceCase(words(ours)), s.Columns[ours], file.Columns, file.Guesses.Columns, ours))
		}
	}
	g.More = append(g.More, a.text("d.phone_country", "Country of telephone numbers without a prefix", s.PhoneCountry, "ISO 3166, such as DE. A person's own country comes first."))
	return g
}

func (a asker) exposure(run *casework.Resolution, n int) mapGroup {
	file, e, k := &run.Files[n+1], &run.Spec.Exposures[n], "e"+itoa(n)+"."
	g := mapGroup{Title: "Exposed: " + file.FileName, Help: "How a row names a person, and what it exposed of them. Any key will do; where keys name different people, it is a conflict for you to settle. A name counts only together with a birth date or an address, and those only with a name."}
	g.Reading, g.ReadAs = a.reading(k, &e.Input, file)
	for _, key := range matchKeys() {
		field := a.pick(k+key, "Names a person by "+words(key), e.Match[key], file.Columns, file.Guesses.Match, key)
		if rank(key) == 0 {
			g.Main = append(g.Main, field)
		} else {
			g.More = append(g.More, field)
		}
	}
	for _, name := range affected.JointColumns() {
		field := a.pick(k+name, "Together with a name: "+words(name), e.Match[name], file.Columns, file.Guesses.Match, name)
		if isName(name) {
			field.Label = "Names a person with what stands beside it: " + words(name)
		}
		if e.Match[name] != "" {
			g.Main = append(g.Main, field)
		} else {
			g.More = append(g.More, field)
		}
	}
	for _, name := range affected.CheckColumns() {
		g.Main = append(g.Main, a.pick(k+"check."+name, "Must not be another's: "+words(name), e.Check[name], file.Columns, file.Guesses.Check, name))
	}
	var list []affected.Guess
	if file.Guesses.ElementsColumn != nil {
		list = append(list, *file.Guesses.ElementsColumn)
	}
	g.Main = append(g.Main, a.pick(k+"column", "Column that lists what was exposed", e.ElementsColumn, file.Columns, list, "elements"))
	g.Bare = e.ElementsColumn == "" && len(e.Columns) == 0
	elements := a.elements(k+"elements", e.Elements)
	g.Elements = &elements
	for _, element := range affected.ElementNames() {
		field := a.pick(k+"has."+element, a.c.elementWord(element)+", where filled", e.Columns[element], file.Columns, file.Guesses.Has, element)
		if e.Columns[element] != "" {
			g.Main = append(g.Main, field)
		} else if slices.Contains(filled, element) || guessed(file.Guesses.Has, element) != "" {
			g.More = append(g.More, field)
		}
	}
	g.More = append(g.More, a.text(k+"phone_country", "Country of telephone numbers without a prefix", e.PhoneCountry, "ISO 3166, such as DE."))
	return g
}

func (a asker) elements(name string, guess []string) view.Field {
	f := view.Field{Name: name, Label: "What every row exposed", Type: "checkboxes", Values: guess}
	if a.sent {
		f.Values = a.r.FormAll(name)
	}
	for _, e := range affected.ElementNames() {
		f.Options = append(f.Options, view.Option{Value: e, Text: a.c.elementWord(e)})
	}
	return f
}

func columnOptions(columns []string) []view.Option {
	out := []view.Option{{Text: "not here"}}
	for _, name := range columns {
		out = append(out, view.Option{Value: name, Text: name})
	}
	return out
}

// regroup explains the form and puts its fields, with their errors, back by file.
func regroup(groups []mapGroup, f *view.Form, wrong error) []mapGroup {
	f.Explain(wrong)
	for n := range groups {
		g := &groups[n]
		for _, list := range [][]view.Field{g.Reading, g.Main, g.More} {
			for k := range list {
				list[k] = f.Field(list[k].Name)
			}
		}
		g.Open = slices.ContainsFunc(g.Reading, func(f view.Field) bool { return f.Error != "" })
		if g.Elements != nil {
			field := f.Field(g.Elements.Name)
			g.Elements = &field
		}
	}
	return groups
}
