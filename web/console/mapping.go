package console

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"tocsin/incident"
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
	g := mapGroup{Title: "Exposed: " + file.FileName, Help: "How a row names a person, and what it exposed of them. Any key will do; where keys name different people, it is a conflict for you to settle."}
	g.Reading, g.ReadAs = a.reading(k, &e.Input, file)
	for _, key := range matchKeys() {
		field := a.pick(k+key, "Names a person by "+words(key), e.Match[key], file.Columns, file.Guesses.Match, key)
		if rank(key) == 0 {
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

// mappedElements are the elements that the form has a field for: those sent.
func mappedElements(r *Request, prefix string) []string {
	var out []string
	for _, element := range affected.ElementNames() {
		if r.Form(prefix+"has."+element) != "" {
			out = append(out, element)
		}
	}
	return out
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

// mapped moves what the engine says of a spec to the fields it is about:
// "exposure[0].match" is how the first exposure names a person.
func mapped(err error) error {
	problems := slices.Clone(incident.ProblemsOf(err))
	if len(problems) == 0 {
		return err
	}
	for n := range problems {
		p := &problems[n]
		if rest, ok := strings.CutPrefix(p.Where, "directory."); ok {
			p.Where = "d." + strings.TrimPrefix(rest, "columns.")
			continue
		}
		rest, ok := strings.CutPrefix(p.Where, "exposure[")
		if !ok {
			continue
		}
		number, part, _ := strings.Cut(rest, "]")
		k := "e" + number + "."
		switch {
		case part == ".match":
			p.Where, p.What = k+"customer_id", "Say by which column a row names a person."
		case part == "":
			p.Where, p.What = k+"column", "Say what the rows exposed: by a column that lists it, or for every row."
		case strings.HasPrefix(part, ".match."):
			p.Where = k + strings.TrimPrefix(part, ".match.")
		case strings.HasPrefix(part, ".columns."):
			p.Where = k + "has." + strings.TrimPrefix(part, ".columns.")
		default:
			p.Where = k + strings.TrimPrefix(part, ".")
		}
	}
	return &incident.Error{Kind: incident.KindOf(err), Message: incident.Sentence(err), Problems: problems, Cause: err}
}

// specOf reads the confirmed columns.
func specOf(run *casework.Resolution, r *Request) (affected.Spec, error) {
	s := affected.Spec{Directory: affected.Directory{Columns: map[string]string{}, Residence: strings.ToUpper(r.Form("d.residence")), ResidenceReason: r.Form("d.residence_reason")}}
	s.Directory.PhoneCountry = r.Form("d.phone_country")
	for _, ours := range affected.DirectoryColumns() {
		if column := r.Form("d." + ours); column != "" {
			s.Directory.Columns[ours] = column
		}
	}
	var problems []incident.Problem
	for n := range run.Spec.Exposures {
		if n < run.PriorFiles {
			s.Exposures = append(s.Exposures, run.Spec.Exposures[n])
			continue
		}
		k := "e" + itoa(n) + "."
		e := affected.Exposure{Match: map[string]string{}, ElementsColumn: r.Form(k + "column")}
		e.PhoneCountry = r.Form(k + "phone_country")
		for _, key := range affected.MatchKeys() {
			if column := r.Form(k + key); column != "" {
				e.Match[key] = column
			}
		}
		for _, name := range affected.CheckColumns() {
			if column := r.Form(k + "check." + name); column != "" {
				if e.Check == nil {
					e.Check = map[string]string{}
				}
				e.Check[name] = column
			}
		}
		if list := r.FormAll(k + "elements"); len(list) > 0 {
			set, ok := affected.ParseElements(strings.Join(list, "+"))
			if !ok {
				problems = append(problems, incident.Problem{Where: k + "elements", What: "An element in it is not known."})
			}
			e.Elements = set.Names()
		}
		for _, element := range mappedElements(r, k) {
			if e.Columns == nil {
				e.Columns = map[string]string{}
			}
			e.Columns[element] = r.Form(k + "has." + element)
		}
		s.Exposures = append(s.Exposures, e)
	}
	if len(problems) > 0 {
		return s, &incident.Error{Kind: incident.Invalid, Message: "The mapping is wrong.", Problems: problems}
	}
	return s, nil
}

// reading asks how a file is read, and says it in words.
func (a asker) reading(k string, in *affected.Input, file *casework.ResolutionFile) ([]view.Field, string) {
	choose := func(name, label, value string, options []view.Option) view.Field {
		if a.sent {
			value = a.r.Form(name)
		}
		return view.Field{Name: name, Label: label, Type: "select", Value: value, Options: options}
	}
	header := "yes"
	if len(in.Header) > 0 {
		header = "no"
	}
	fields := []view.Field{
		choose(k+"format", "Format", in.Format, []view.Option{{Value: "csv", Text: "CSV"}, {Value: "jsonl", Text: "JSON Lines"}, {Value: "parquet", Text: "Parquet"}, {Value: "xlsx", Text: "Excel"}, {Value: "fixed", Text: "Fixed width"}}),
		choose(k+"delimiter", "Columns are separated by", in.Delimiter, []view.Option{{Text: "whatever it looks like"}, {Value: ",", Text: "comma"}, {Value: ";", Text: "semicolon"}, {Value: "tab", Text: "tab"}, {Value: "|", Text: "bar |"}}),
		choose(k+"encoding", "Encoding", in.Encoding, []view.Option{{Text: "whatever it looks like"}, {Value: "utf-8", Text: "UTF-8"}, {Value: "windows-1252", Text: "Windows-1252 or Latin-1"}, {Value: "utf-16le", Text: "UTF-16, little end first"}, {Value: "utf-16be", Text: "UTF-16, big end first"}}),
		choose(k+"header", "The first line names the columns", header, []view.Option{{Value: "yes", Text: "yes"}, {Value: "no", Text: "no, it is data"}}),
	}
	if len(file.Sheets) > 1 {
		options := make([]view.Option, 0, len(file.Sheets))
		for _, s := range file.Sheets {
			options = append(options, view.Option{Value: s, Text: s})
		}
		fields = append(fields, choose(k+"sheet", "Sheet", in.Sheet, options))
	}
	var places []string
	for _, f := range in.Fields {
		places = append(places, fmt.Sprintf("%s %d-%d", f.Name, f.From, f.To))
	}
	fixed := a.text(k+"fields", "Where the columns stand, if the width is fixed", strings.Join(places, "\n"), "One a line, in characters from 1: name 1-20")
	fixed.Type = "textarea"
	words := map[string]string{"csv": "CSV", "jsonl": "JSON Lines", "parquet": "Parquet", "xlsx": "Excel", "fixed": "Fixed width"}[in.Format]
	for _, more := range []string{map[string]string{",": "comma", ";": "semicolon", "tab": "tab", "|": "bar"}[in.Delimiter], strings.ToUpper(in.Encoding), in.Sheet, map[string]string{"no": "no header line"}[header]} {
		if more != "" {
			words += ", " + more
		}
	}
	return append(fields, fixed), words
}

// readingOf reads how each file is to be read.
func readingOf(run *casework.Resolution, r *Request) ([]affected.Input, error) {
	var problems []incident.Problem
	one := func(n int, k string, have affected.Input) affected.Input {
		in := affected.Input{Format: r.Form(k + "format"), PhoneCountry: have.PhoneCountry}
		if in.Format == "" {
			return have // not asked: an earlier run has read it
		}
		switch in.Format {
		case "csv":
			in.Delimiter, in.Encoding = r.Form(k+"delimiter"), r.Form(k+"encoding")
			if r.Form(k+"header") == "no" {
				for c := range run.Files[n].Columns {
					in.Header = append(in.Header, "column "+itoa(c+1))
				}
			}
		case "jsonl":
			in.Encoding = r.Form(k + "encoding")
		case "xlsx":
			in.Sheet = r.Form(k + "sheet")
		case "fixed":
			in.Encoding = r.Form(k + "encoding")
			for line := range strings.Lines(r.Form(k + "fields")) {
				if line = strings.TrimSpace(line); line == "" {
					continue
				}
				var f affected.Field
				at := strings.LastIndexByte(line, ' ')
				if at < 0 {
					problems = append(problems, incident.Problem{Where: k + "fields", What: "Write each line like name 1-20."})
					continue
				}
				if _, err := fmt.Sscanf(line[at+1:], "%d-%d", &f.From, &f.To); err != nil || f.From < 1 || f.To < f.From {
					problems = append(problems, incident.Problem{Where: k + "fields", What: "Write each line like name 1-20."})
					continue
				}
				f.Name = strings.TrimSpace(line[:at])
				in.Fields = append(in.Fields, f)
			}
		}
		return in
	}
	inputs := []affected.Input{one(0, "d.", run.Spec.Directory.Input)}
	for n := range run.Spec.Exposures {
		inputs = append(inputs, one(n+1, "e"+itoa(n)+".", run.Spec.Exposures[n].Input))
	}
	if len(problems) > 0 {
		return nil, &incident.Error{Kind: incident.Invalid, Message: "A file cannot be read like that.", Problems: problems}
	}
	return inputs, nil
}
