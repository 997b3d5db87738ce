package console

import (
	"fmt"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

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
