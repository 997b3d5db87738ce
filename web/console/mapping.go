package console

import (
	"net/http"
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

// mapGroup is what is asked about the columns of one file: Main in sight, More
// folded away.
type mapGroup struct {
	Title, Help string
	Main, More  []view.Field
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

// mappingForm asks what each column means, with what was guessed or sent before.
func (c *Console) mappingForm(action string, run *casework.Resolution, r *Request) (*view.Form, []mapGroup) {
	f := &view.Form{Action: action, Submit: "Match"}
	sent := r.HTTP().Method == http.MethodPost
	pick := func(name, label, guess string, columns []string) view.Field {
		if sent {
			guess = r.Form(name)
		}
		return view.Field{Name: name, Label: label, Type: "select", Value: guess, Options: columnOptions(columns)}
	}
	directory := mapGroup{Title: "Customer directory: " + run.Files[0].FileName, Help: "Who the customers are. The country, with the region where there is one, decides which laws apply."}
	for _, ours := range usual {
		directory.Main = append(directory.Main, pick("d."+ours, sentenceCase(words(ours)), run.Spec.Directory.Columns[ours], run.Files[0].Columns))
	}
	for _, ours := range affected.DirectoryColumns() {
		if !slices.Contains(usual, ours) {
			directory.More = append(directory.More, pick("d."+ours, sentenceCase(words(ours)), run.Spec.Directory.Columns[ours], run.Files[0].Columns))
		}
	}
	groups := []mapGroup{directory}
	for n, file := range run.Files[1:] {
		if n >= len(run.Spec.Exposures) {
			break
		}
		e, k := run.Spec.Exposures[n], "e"+itoa(n)+"."
		g := mapGroup{Title: "Exposed: " + file.FileName, Help: "How a row names a person, and what it exposed of them."}
		for _, key := range matchKeys() {
			field := pick(k+key, "Names a person by "+words(key), e.Match[key], file.Columns)
			if rank(key) == 0 {
				g.Main = append(g.Main, field)
			} else {
				g.More = append(g.More, field)
			}
		}
		g.Main = append(g.Main, pick(k+"column", "Column that lists what was exposed", e.ElementsColumn, file.Columns), c.elementsField(k+"elements", e.Elements, sent, r))
		for _, element := range filled {
			g.More = append(g.More, pick(k+"has."+element, c.elementWord(element)+", where filled", e.Columns[element], file.Columns))
		}
		groups = append(groups, g)
	}
	for _, g := range groups {
		f.Fields = append(append(f.Fields, g.Main...), g.More...)
	}
	return f, groups
}

func (c *Console) elementsField(name string, guess []string, sent bool, r *Request) view.Field {
	f := view.Field{Name: name, Label: "What every row exposed", Type: "checkboxes", Values: guess}
	if sent {
		f.Values = r.FormAll(name)
	}
	for _, e := range affected.ElementNames() {
		f.Options = append(f.Options, view.Option{Value: e, Text: c.elementWord(e)})
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

// regroup puts the fields of an explained form, with their errors, back by file.
func regroup(groups []mapGroup, f *view.Form) []mapGroup {
	for n := range groups {
		for _, list := range [][]view.Field{groups[n].Main, groups[n].More} {
			for k := range list {
				list[k] = f.Field(list[k].Name)
			}
		}
	}
	return groups
}

// mapped moves what the engine says of a spec to the fields it is about:
// "exposure[0].match" is how the first exposure names a person.
func mapped(err error) error {
	problems := slices.Clone(incident.ProblemsOf(err))
	if len(problems) == 0 {
		return err
	}
	for n := range problems {
		p := &problems[n]
		rest, ok := strings.CutPrefix(p.Where, "exposure[")
		if !ok {
			continue
		}
		number, part, _ := strings.Cut(rest, "]")
		if strings.HasPrefix(part, ".match") {
			p.Where, p.What = "e"+number+".customer_id", "Say by which column a row names a person."
		} else if part == "" {
			p.Where, p.What = "e"+number+".column", "Say what the rows exposed: by a column that lists it, or for every row."
		}
	}
	return &incident.Error{Kind: incident.KindOf(err), Message: incident.Sentence(err), Problems: problems, Cause: err}
}

// specOf reads the confirmed columns.
func specOf(run *casework.Resolution, r *Request) (affected.Spec, error) {
	s := affected.Spec{Directory: affected.Directory{Columns: map[string]string{}}}
	for _, ours := range affected.DirectoryColumns() {
		if column := r.Form("d." + ours); column != "" {
			s.Directory.Columns[ours] = column
		}
	}
	var problems []incident.Problem
	for n := range run.Spec.Exposures {
		k := "e" + itoa(n) + "."
		e := affected.Exposure{Match: map[string]string{}, ElementsColumn: r.Form(k + "column")}
		for _, key := range affected.MatchKeys() {
			if column := r.Form(k + key); column != "" {
				e.Match[key] = column
			}
		}
		if list := r.FormAll(k + "elements"); len(list) > 0 {
			set, ok := affected.ParseElements(strings.Join(list, "+"))
			if !ok {
				problems = append(problems, incident.Problem{Where: k + "elements", What: "An element in it is not known."})
			}
			e.Elements = set.Names()
		}
		for _, element := range filled {
			if column := r.Form(k + "has." + element); column != "" {
				if e.Columns == nil {
					e.Columns = map[string]string{}
				}
				e.Columns[element] = column
			}
		}
		s.Exposures = append(s.Exposures, e)
	}
	if len(problems) > 0 {
		return s, &incident.Error{Kind: incident.Invalid, Message: "The mapping is wrong.", Problems: problems}
	}
	return s, nil
}
