package outbox

import (
	"bufio"
	"cmp"
	"context"
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/notify/letter"
	"tocsin/notify/statute"
)

// readers are people of the list who read the same letters.
type readers struct {
	place    string
	language string // BCP 47; "" where the directory does not say
	employee bool
}

// readersOf reads the list in force once. Nil where there is none.
func (s *Service) readersOf(ctx context.Context, id string, roster *incident.Roster) (map[readers]bool, error) {
	if roster == nil {
		return nil, nil
	}
	list, err := s.Vault.Open(ctx, id, roster.Object)
	if err != nil {
		return nil, err
	}
	defer list.Close()
	raw, out := map[readers]bool{}, map[readers]bool{}
	for p, err := range affected.ReadRoster(bufio.NewReaderSize(list, 256<<10)) {
		if err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r := readers{p.Jurisdiction(), p.Language, employed(&p)}
		if !raw[r] && r.place != affected.UnknownJurisdiction && !casework.Erased(&p) {
			raw[readers{r.place, strings.Clone(r.language), r.employee}] = true
			r.language = tagOf(r.language)
			out[r] = true
		}
	}
	return out, nil
}

// owedLetter is one letter that some people or an office are owed.
type owedLetter struct {
	choice letter.Choice
	duties []*Obligation // those it meets; the first is the one it goes by
	covers string
	series int // 0 is the first letter somebody gets
}

// furtherLetters is the most letters somebody gets after the first: no more laws
// than that have ever stood apart.
const furtherLetters = 3

// lettersToPeople says which letters the people of a list are owed: one for each
// place with a law of its own, in the languages its people read, and a further
// one only where a law forbids what another asks for.
func lettersToPeople(lib *letter.Library, list []Obligation, people map[readers]bool) ([]owedLetter, error) {
	var duties []*Obligation
	for n := range list {
		if list[n].Owed() && list[n].Audience == "individuals" {
			duties = append(duties, &list[n])
		}
	}
	if people == nil { // before there is a list: what each duty asks for
		people = map[readers]bool{}
		for _, o := range duties {
			people[readers{place: o.Jurisdiction}] = true
		}
	}
	sorted := make([]readers, 0, len(people))
	for r := range people {
		sorted = append(sorted, r)
	}
	slices.SortFunc(sorted, func(a, b readers) int {
		return cmp.Or(strings.Compare(a.place, b.place), strings.Compare(a.language, b.language), boolean(a.employee)-boolean(b.employee))
	})
	type key struct {
		covers, letter, language string
		employee                 bool
	}
	have := map[key]bool{}
	var out []owedLetter
	for _, r := range sorted {
		area := areaOf(duties, r.place)
		if area == "" {
			continue
		}
		letters, err := choose(lib, dutiesIn(duties, area), area, r)
		if err != nil && incident.KindOf(err) == incident.NotFound {
			continue // the page of the duties says that they have none
		}
		if err != nil {
			return nil, err
		}
		for _, l := range letters {
			k := key{area, l.choice.Spec.Letter, textLanguage(&l.choice), r.employee}
			if !have[k] {
				have[k] = true
				out = append(out, l)
			}
		}
	}
	return out, nil
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// areaOf is the narrowest place with a duty that covers where somebody lives; ""
// where none does.
func areaOf(duties []*Obligation, place string) string {
	best, rank := "", -1
	for _, o := range duties {
		if r := narrowness(o.Jurisdiction, place); statute.Within(place, o.Jurisdiction) && r > rank {
			best, rank = o.Jurisdiction, r
		}
	}
	return best
}

// dutiesIn are the duties towards everybody in an area, its own law's first.
func dutiesIn(duties []*Obligation, area string) []*Obligation {
	var out []*Obligation
	for _, o := range duties {
		if statute.Within(area, o.Jurisdiction) {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b *Obligation) int { return narrowness(b.Jurisdiction, area) - narrowness(a.Jurisdiction, area) })
	return out
}

// choose gives the letters of some readers: in their language, else in that of
// their place, else in English, which then says whose language is wanting. NotFound
// where letters know none for a duty.
func choose(lib *letter.Library, duties []*Obligation, area string, r readers) ([]owedLetter, error) {
	w := letter.Wanted{Jurisdiction: area, Audience: letter.Individual, Channel: letter.Email}
	if r.employee {
		w.Audience = letter.Employee
	}
	for _, o := range duties {
		if _, ok := lib.For(o.Rule, "individuals", area); ok && !slices.Contains(w.Duties, o.Rule) {
			w.Duties = append(w.Duties, o.Rule)
		}
	}
	if len(w.Duties) == 0 {
		return nil, incident.Errorf(incident.NotFound, "There is no letter to people in %s.", area)
	}
	w.Language = cmp.Or(r.language, official(r.place))
	choices, err := lib.Choose(w)
	if err != nil {
		return nil, err
	}
	if choices[0].Asked != "" {
		w.Language = official(r.place)
		second, err := lib.Choose(w)
		if err != nil {
			return nil, err
		}
		if second[0].Asked == "" && textLanguage(&second[0]) != "en" {
			choices = second
		}
	}
	if len(choices) > 1+furtherLetters {
		return nil, incident.Errorf(incident.Conflict, "The duties towards people in %s need %d letters; write them by hand.", area, len(choices))
	}
	var out []owedLetter
	for n, c := range choices {
		l := owedLetter{choice: c, covers: area, series: n}
		for _, o := range duties {
			if slices.Contains(c.Spec.Duties, o.Rule) {
				l.duties = append(l.duties, o)
			}
		}
		out = append(out, l)
	}
	return out, nil
}

// textLanguage is the language a letter will be in.
func textLanguage(c *letter.Choice) string {
	if c.Asked != "" {
		return "en"
	}
	return c.Spec.Language
}

// letterAudience is what letters call the audience of a duty. Parents read the
// letter of the people's law, in its wording for them.
func letterAudience(o *Obligation) letter.Audience {
	switch o.Audience {
	case "business_customers":
		return letter.BusinessCustomer
	case "contract":
		return "contract_partners"
	case "insurer":
		return "insurers"
	case "parents":
		return letter.Guardian
	}
	return letter.Audience(o.Audience)
}

// officeLanguage is the first language an authority works in that its letter has a
// text in; where there is none, the authority's own, so that the draft says which
// text is wanting.
func officeLanguage(lib *letter.Library, o *Obligation) string {
	if len(o.Languages) == 0 || o.Audience != "regulator" && o.Audience != "csirt" {
		return "en"
	}
	id, _ := lib.For(o.Rule, o.Audience, o.Jurisdiction)
	for _, info := range lib.Letters() {
		if info.ID != id {
			continue
		}
		for _, l := range o.Languages {
			if slices.Contains(info.Languages, baseOf(strings.ToLower(l))) {
				return baseOf(strings.ToLower(l))
			}
		}
	}
	return o.Languages[0]
}

// letterToOffice is the letter of a duty that is not towards people. NotFound
// where its filing has the answers instead.
func letterToOffice(lib *letter.Library, o *Obligation, language string) (owedLetter, error) {
	choices, err := lib.Choose(letter.Wanted{Duties: []string{o.Rule}, Jurisdiction: o.Jurisdiction, Audience: letterAudience(o),
		Language: cmp.Or(language, officeLanguage(lib, o)), Channel: letter.Email})
	if err != nil {
		if kind := incident.KindOf(err); kind == incident.NotFound || kind == incident.Invalid {
			err = incident.Errorf(incident.NotFound, "There is no letter for this obligation; its filing pack has the answers.")
		}
		return owedLetter{}, err
	}
	return owedLetter{choice: choices[0], duties: []*Obligation{o}, covers: o.Jurisdiction}, nil
}
