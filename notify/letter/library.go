package letter

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"tocsin/incident"
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

// Builtin loads the letters shipped with the program.
func Builtin() (*Library, error) {
	sub, err := fs.Sub(templates, "templates")
	if err != nil {
		return nil, incident.Because(incident.Internal, err, "open the built-in letters")
	}
	return Load(sub)
}

// Load reads a folder of templates (see templates/README.md). An Invalid error
// lists every problem with its file and line.
func Load(dir fs.FS) (*Library, error) {
	l := &Library{letters: map[string]map[string]*wording{}, phrases: map[string]*phrases{}, packs: map[string]*pack{}}
	var problems []incident.Problem
	bad := func(file string, err error) {
		problems = append(problems, incident.Problem{Where: file, What: tomlSentence(err)})
	}
	read := func(file string, parse func([]byte) error) {
		data, err := fs.ReadFile(dir, file)
		if err == nil {
			err = parse(data)
		}
		if err != nil {
			bad(file, err)
		}
	}
	read("contacts.toml", func(data []byte) (err error) { l.contacts, err = parseContacts(data); return err })
	l.contents = &contents{}
	if _, err := fs.Stat(dir, "contents.toml"); err == nil {
		read("contents.toml", func(data []byte) (err error) { l.contents, err = parseContents(data); return err })
	}
	rules, _ := fs.Glob(dir, "rules/*.toml")
	for _, file := range rules {
		read(file, func(data []byte) error {
			p, err := parsePack(data, l.contents)
			l.packs[strings.TrimSuffix(path.Base(file), ".toml")] = p
			return err
		})
	}
	languages, _ := fs.Glob(dir, "*/phrases.toml")
	for _, file := range languages {
		language := path.Dir(file)
		read(file, func(data []byte) (err error) { l.phrases[language], err = parsePhrases(data); return err })
		problems = append(problems, l.loadLanguage(dir, language)...)
	}
	if len(problems) == 0 {
		problems = l.check()
	}
	if len(problems) > 0 {
		return nil, &incident.Error{Kind: incident.Invalid, Message: "the letter templates have problems", Problems: problems}
	}
	return l, nil
}

func (l *Library) loadLanguage(dir fs.FS, language string) []incident.Problem {
	var problems []incident.Problem
	load := func(folder string) map[string]*wording {
		out := map[string]*wording{}
		files, _ := fs.Glob(dir, language+"/"+folder+"/*.tmpl")
		for _, file := range files {
			data, err := fs.ReadFile(dir, file)
			if err != nil {
				problems = append(problems, incident.Problem{Where: file, What: err.Error()})
				continue
			}
			t, found := parseText(file, string(data))
			problems = append(problems, found...)
			t.id, t.language = strings.TrimSuffix(path.Base(file), ".tmpl"), language
			out[t.id] = t
		}
		return out
	}
	shared, bases, overlays := load("shared"), load("base"), load("blocks")
	for _, base := range bases {
		problems = append(problems, base.splice(shared)...)
	}
	for _, over := range overlays {
		problems = append(problems, over.splice(shared)...)
		problems = append(problems, over.lay(bases)...)
	}
	for _, set := range []map[string]*wording{bases, overlays} {
		for id, t := range set {
			if l.letters[id] == nil {
				l.letters[id] = map[string]*wording{}
			}
			l.letters[id][language] = t
		}
	}
	return problems
}

// parseText reads one template: a TOML header between +++ lines, then blocks.
func parseText(file, source string) (*wording, []incident.Problem) {
	source = normalise(source)
	t := &wording{}
	first := 1
	if rest, ok := strings.CutPrefix(source, "+++\n"); ok {
		head, body, closed := strings.Cut(rest+"\n", "\n+++\n")
		if !closed {
			return t, []incident.Problem{{Where: file + ":1", What: "the header has no closing +++"}}
		}
		if err := toml.NewDecoder(strings.NewReader(head)).DisallowUnknownFields().Decode(&t.header); err != nil {
			return t, []incident.Problem{{Where: file, What: tomlSentence(err)}}
		}
		first += strings.Count(head, "\n") + 3
		source = body
	}
	var problems []incident.Problem
	t.blocks, problems = parseBlocks(file, source, first, true)
	for _, what := range fieldProblems(t.Subject) {
		problems = append(problems, incident.Problem{Where: file + ": subject", What: what})
	}
	return t, problems
}

// check holds what only the whole library can tell: packs exist, and a letter
// is the same letter in every language.
func (l *Library) check() []incident.Problem {
	var problems []incident.Problem
	for id, byLanguage := range l.letters {
		for language, t := range byLanguage {
			where := language + "/" + id
			if t.Subject == "" || t.Title == "" || t.Audience == "" {
				problems = append(problems, incident.Problem{Where: where, What: "title, audience and subject are required"})
			}
			for _, p := range t.Packs {
				if l.packs[p] == nil {
					problems = append(problems, incident.Problem{Where: where, What: fmt.Sprintf("no rule pack %q", p)})
				}
			}
			if byLanguage[fallback] == nil {
				problems = append(problems, incident.Problem{Where: where, What: "there is no English text of this letter"})
			}
		}
	}
	slices.SortFunc(problems, func(a, b incident.Problem) int { return strings.Compare(a.Where+a.What, b.Where+b.What) })
	return problems
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

// tomlSentence is a decoder's error as a sentence with its line.
func tomlSentence(err error) string {
	switch e := err.(type) {
	case *toml.StrictMissingError:
		var out []string
		for _, one := range e.Errors {
			row, _ := one.Position()
			out = append(out, fmt.Sprintf("line %d: unknown key %s", row, strings.Join(one.Key(), ".")))
		}
		return strings.Join(out, "; ")
	case *toml.DecodeError:
		row, column := e.Position()
		return fmt.Sprintf("line %d, column %d: %s", row, column, e.Error())
	}
	return err.Error()
}

// Words names elements in plain words of a language, in the contract's order.
func (l *Library) Words(language string, elements []string) []string {
	return l.phrases[pickLanguage(l.phrases, language)].elementList(elements)
}
