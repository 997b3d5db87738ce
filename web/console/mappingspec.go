package console

import (
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
)

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
		for _, key := range append(affected.MatchKeys(), affected.JointColumns()...) {
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
