package letter

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"tocsin/incident"
)

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
