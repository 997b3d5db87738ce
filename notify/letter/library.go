package letter

import (
	"embed"
	"slices"
	"strings"
)

//go:embed templates
var templates embed.FS

// Library holds every letter, parsed and checked. It never changes after
// Load and may be used from many goroutines.
type Library struct {
	letters  map[string]map[string]*wording // id → language → text
	phrases  map[string]*phrases
	contacts *contacts
	contents *contents
	packs    map[string]*pack
}

// wording is one letter in one language: base and overlay already joined.
type wording struct {
	header
	id       string
	language string
	blocks   []Block
}

// header is what stands between the +++ lines of a template.
type header struct {
	Title         string   `toml:"title"`         // for the people who choose a letter
	Audience      string   `toml:"audience"`      // as in an obligation: individuals, regulator, media, …
	Jurisdictions []string `toml:"jurisdictions"` // US-CA; or US-*, EEA, *
	Rules         []string `toml:"rules"`         // obligations this letter is for, whatever the jurisdiction
	Packs         []string `toml:"packs"`         // lint packs, beside the jurisdiction's own
	Subject       string   `toml:"subject"`
	Base          string   `toml:"base"`   // in blocks/: the base file
	Law           string   `toml:"law"`    // in blocks/: what its blocks answer to
	Forbid        []string `toml:"forbid"` // content ids this jurisdiction's letters may not hold
	Drop          []string `toml:"drop"`   // base blocks not wanted here
}

// Info describes a letter to who must choose one.
type Info struct {
	ID            string   `json:"id"`
	Title         string   `json:"title"`
	Audience      string   `json:"audience"`
	Jurisdictions []string `json:"jurisdictions"`
	Languages     []string `json:"languages"`
	Law           string   `json:"law,omitempty"`
	Rules         []string `json:"rules,omitempty"` // rules it is made for, whatever the jurisdiction
	Packs         []string `json:"packs,omitempty"` // lint packs it is always held against
}

const fallback = "en"

// Letters lists them, by id.
func (l *Library) Letters() []Info {
	var out []Info
	for id, byLanguage := range l.letters {
		t := byLanguage[fallback]
		info := Info{ID: id, Title: t.Title, Audience: t.Audience, Jurisdictions: t.Jurisdictions, Law: t.Law, Rules: t.Rules, Packs: t.Packs}
		for language := range byLanguage {
			info.Languages = append(info.Languages, language)
		}
		slices.Sort(info.Languages)
		out = append(out, info)
	}
	slices.SortFunc(out, func(a, b Info) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// For picks the letter for an obligation: the one made for that rule, else the
// one for that audience whose jurisdictions fit best. False when there is none.
func (l *Library) For(rule, audience, jurisdiction string) (string, bool) {
	best, score := "", 0
	for _, info := range l.Letters() {
		t := l.letters[info.ID][fallback]
		s := 0
		switch {
		case rule != "" && slices.Contains(t.Rules, rule):
			s = 5
		case len(t.Rules) == 0 && t.Audience == audience:
			for _, j := range t.Jurisdictions {
				s = max(s, fit(j, jurisdiction))
			}
		}
		if s > score {
			best, score = info.ID, s
		}
	}
	return best, best != ""
}

func fit(pattern, jurisdiction string) int {
	country, _, _ := strings.Cut(jurisdiction, "-")
	switch {
	case pattern == jurisdiction:
		return 4
	case strings.HasSuffix(pattern, "-*") && strings.TrimSuffix(pattern, "-*") == country, pattern == country:
		return 3
	case pattern == "EEA" && (country == "EU" || slices.Contains(eea, country)):
		return 2
	case pattern == "*":
		return 1
	}
	return 0
}

// eea are the countries where the GDPR applies.
var eea = []string{"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI",
	"LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"}

// Words names elements in plain words of a language, in the contract's order.
func (l *Library) Words(language string, elements []string) []string {
	return l.phrases[pickLanguage(l.phrases, language)].elementList(elements)
}
