package letter

import (
	"slices"
	"strings"

	"tocsin/incident"
)

// Wanted is a group of people who are to be told, and why.
type Wanted struct {
	Duties       []string // ids of the rules that ask for it; empty = none in particular
	Jurisdiction string   // where they live: US-CA, FR
	Audience     Audience // empty = individual; or one of Info.Audience: media, insurers, public, …
	Language     string   // BCP 47
	Channel      Channel  // empty = e-mail
}

// Choice is one letter of those a group gets.
type Choice struct {
	Spec    Spec    `json:"spec"`              // for Compose; its Duties are those this letter meets
	Variant Variant `json:"variant"`           // the wording the audience reads
	Asked   string  `json:"asked,omitempty"`   // the language wanted, where there is no text in it
	Because string  `json:"because,omitempty"` // why it stands apart from the letter before it
}

// Choose picks the letters for a group: one where the law allows, more where
// it does not. One letter meets several duties if it holds what each of their
// laws demands and nothing that any of them forbids: a California letter meets
// HIPAA as well, a Massachusetts letter cannot, as it may not say what happened.
// NotFound: there is no letter for a duty. Invalid: an audience or channel that
// letters do not have.
func (l *Library) Choose(w Wanted) ([]Choice, error) {
	if !w.Audience.known() && !slices.ContainsFunc(l.Letters(), func(i Info) bool { return i.Audience == string(w.Audience) }) {
		return nil, incident.Errorf(incident.Invalid, "audience %q is not one letters are written to", w.Audience)
	}
	if w.Channel != "" && w.Channel != Email && w.Channel != Mail {
		return nil, incident.Errorf(incident.Invalid, "channel %q: a letter goes by email or mail", w.Channel)
	}
	duties := w.Duties
	if len(duties) == 0 {
		duties = []string{""}
	}
	own := map[string]string{} // duty → the letter made for it
	var letters []string
	for _, duty := range duties {
		id, ok := l.For(duty, w.Audience.duty(), w.Jurisdiction)
		if !ok {
			return nil, incident.Errorf(incident.NotFound, "there is no letter to the audience %s for rule %q in %s", w.Audience.duty(), duty, w.Jurisdiction)
		}
		own[duty] = id
		if !slices.Contains(letters, id) {
			letters = append(letters, id)
		}
	}
	var out []Choice
	for left := slices.Clone(duties); len(left) > 0; {
		best, met := "", []string(nil)
		for _, id := range letters {
			var here []string
			for _, duty := range left {
				if own[duty] == id || l.meets(id, w.Language, duty, own[duty], w.Jurisdiction) == "" {
					here = append(here, duty)
				}
			}
			if len(here) > len(met) {
				best, met = id, here
			}
		}
		reader := w.Audience
		if !reader.known() {
			reader = "" // an office, which no wording depends on
		}
		choice := Choice{Variant: w.Audience.Variant(), Spec: Spec{Letter: best, Jurisdiction: w.Jurisdiction,
			Language: pickLanguage(l.letters[best], w.Language), Channel: w.Channel, Audience: reader,
			Duties: slices.DeleteFunc(slices.Clone(met), func(s string) bool { return s == "" })}}
		if w.Language != "" && pickBase(w.Language) != pickBase(choice.Spec.Language) && !strings.EqualFold(w.Language, choice.Spec.Language) {
			choice.Asked = w.Language
			choice.Spec.Language = w.Language // Compose falls back and says so in the draft
		}
		if len(out) > 0 {
			before := out[0].Spec
			choice.Because = l.meets(before.Letter, w.Language, met[0], own[met[0]], w.Jurisdiction)
		}
		out = append(out, choice)
		left = slices.DeleteFunc(left, func(s string) bool { return slices.Contains(met, s) })
	}
	return out, nil
}

// meets says why letter id cannot serve a duty that has the letter own; empty
// when it can. It goes by what the texts are tagged to tell; the lint reads the
// words of the draft itself.
func (l *Library) meets(id, language, duty, own, jurisdiction string) string {
	t := l.letters[id][pickLanguage(l.letters[id], language)]
	told := map[string]bool{}
	var text strings.Builder
	for _, b := range t.blocks {
		text.WriteString(b.Text + "\n\n")
		for _, c := range b.Contents {
			told[c] = true
		}
	}
	packs := l.packsOf([]string{duty})
	if len(packs) == 0 {
		packs = l.packsFor(l.letters[own][fallback].Packs, l.letters[own][fallback].Audience, []string{jurisdiction})
	}
	if len(packs) == 0 {
		return "no check tells whether one letter meets both laws"
	}
	for _, name := range packs {
		p := l.packs[name]
		for _, b := range p.Forbid {
			if told[b.Content] {
				return p.Law + " forbids " + b.What + ", which the other letter tells"
			}
		}
		for _, d := range p.Require {
			switch {
			case d.Advise:
			case d.Heading != "" && !hasHeading(text.String(), d.Heading):
				return p.Law + " wants the heading " + d.Heading
			case d.Heading == "" && !told[d.Content]:
				return p.Law + " asks for " + d.What + ", which the other letter does not tell"
			}
		}
	}
	// And what the letter's own laws forbid, the duty may not need: a letter
	// without it was found wanting above.
	return ""
}
