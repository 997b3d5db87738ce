package statute

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"tocsin/incident"
)

// Broken is a file of an operator's folder that is not used because of its
// mistakes. Nothing of it is: neither its good half nor its good records.
type Broken struct {
	File     string             `json:"file"`     // as a person names it
	Rule     string             `json:"rule"`     // the rule it would be; empty for other files
	Version  string             `json:"version"`  // and its version, where it can be read
	Instead  string             `json:"instead"`  // the file that applies in its place; empty: nothing does
	Problems []incident.Problem `json:"problems"` // its mistakes, file:line and key each
}

// String says what became of the file, for a log or a notice.
func (b Broken) String() string {
	what := b.File
	if b.Rule != "" {
		what = fmt.Sprintf("%s (%s)", b.Rule, b.File)
	}
	mistakes := "a mistake"
	if len(b.Problems) > 1 {
		mistakes = fmt.Sprintf("%d mistakes", len(b.Problems))
	}
	if b.Instead == "" {
		return fmt.Sprintf("%s has %s and is not used", what, mistakes)
	}
	return fmt.Sprintf("%s has %s and is not used: %s applies instead", what, mistakes, b.Instead)
}

// Broken lists the files of operators' folders that disabled themselves, in
// alphabetical order; nil where all are in order. Callers show it: at the start
// of the server, when a configuration is checked, over the console's pages.
func (l *Library) Broken() []Broken { return slices.Clone(l.broken) }

// Problems lists every mistake in operators' folders, and for each file what
// became of it, with file, line and key.
func (l *Library) Problems() []incident.Problem {
	var out []incident.Problem
	for _, b := range l.broken {
		out = append(out, b.Problems...)
		out = append(out, b.outcome())
	}
	return out
}

// outcome is the problem that says what becomes of the file.
func (b Broken) outcome() incident.Problem {
	where := b.File
	if len(b.Problems) > 0 {
		where = b.Problems[0].Where
	}
	if b.Instead == "" {
		return incident.Problem{Where: where, What: "the file is not used"}
	}
	return incident.Problem{Where: where, What: fmt.Sprintf("the file is not used: %s applies instead", b.Instead)}
}

// Dir is a folder of the file system whose files are called by its path in
// problems. It need not be there: a folder that cannot be read is Broken.
func Dir(path string) fs.FS {
	return namedFolder{os.DirFS(path), filepath.ToSlash(filepath.Clean(path))}
}

type namedFolder struct {
	fs.FS
	name string
}

// nameOf is how the files of a folder are called: by its path, by the place of
// the folder where it has none, and by nothing for the first.
func nameOf(folder fs.FS, layer int) string {
	if f, ok := folder.(namedFolder); ok {
		return f.name
	}
	if layer == 0 {
		return ""
	}
	return fmt.Sprintf("folder %d", layer+1)
}

// settle takes files of operators' folders out until what is left has no
// mistake. A mistake of the first folder that is there without the others is
// an error. What leans on a file that went out goes out too, in a later round.
func settle(sources []source, unread []Broken) (*Library, error) {
	out := map[string]bool{} // files
	broken := slices.Clone(unread)
	l, problems := build(sources, nil)
	for len(problems) > 0 {
		byFile := culprits(sources, problems)
		if len(byFile) == 0 {
			base := slices.DeleteFunc(slices.Clone(sources), func(s source) bool { return s.layer > 0 })
			if _, own := build(base, nil); len(own) > 0 {
				return nil, invalid("the statutory library has mistakes", own)
			}
			byFile = blame(remaining(sources, out), problems)
		}
		for _, file := range sortedKeys(byFile) {
			out[file] = true
			broken = append(broken, newBroken(sources, file, byFile[file]))
		}
		l, problems = build(remaining(sources, out), broken)
	}
	for i := range broken {
		broken[i].Instead = l.instead(sources, &broken[i])
	}
	slices.SortStableFunc(broken, func(x, y Broken) int { return strings.Compare(x.File, y.File) })
	l.broken = broken
	return l, nil
}

func remaining(sources []source, out map[string]bool) []source {
	return slices.DeleteFunc(slices.Clone(sources), func(s source) bool { return s.layer > 0 && out[s.name] })
}

// culprits sorts the problems of operators' files by file.
func culprits(sources []source, problems []incident.Problem) map[string][]incident.Problem {
	layer := map[string]int{}
	for _, s := range sources {
		layer[s.name] = max(layer[s.name], s.layer)
	}
	out := map[string][]incident.Problem{}
	for _, p := range problems {
		if file, _ := cutLine(p.Where); layer[file] > 0 {
			out[file] = append(out[file], p)
		}
	}
	return out
}

// blame finds the operator's file whose override or new version breaks files of
// the first folder that are in order without it: the first without which the
// problems are fewer. All are blamed where no single one is to be.
func blame(sources []source, problems []incident.Problem) map[string][]incident.Problem {
	all := map[string][]incident.Problem{}
	ids := map[string]bool{}
	for _, s := range sources {
		if s.layer == 0 {
			ids[ruleIn(s)] = true
		}
	}
	for _, s := range sources {
		if s.layer == 0 || isCases(s.name) || !isShared(s.name) && !isAuthorities(s.name) && !ids[ruleIn(s)] {
			continue // a rule of its own breaks no other
		}
		why := make([]incident.Problem, len(problems))
		for i, p := range problems {
			why[i] = incident.Problem{Where: at(s.name, linesOf(s.data).find("id")), What: fmt.Sprintf("id: with this file, %s has a mistake: %s", p.Where, p.What)}
		}
		all[s.name] = why
		rest := remaining(sources, map[string]bool{s.name: true})
		if _, left := build(rest, nil); len(left) < len(problems) {
			return map[string][]incident.Problem{s.name: why}
		}
	}
	return all
}

var (
	idLine      = regexp.MustCompile(`(?m)^\s*id\s*=\s*["']([^"']+)["']`)
	versionLine = regexp.MustCompile(`(?m)^\s*version\s*=\s*["']([^"']+)["']`)
)

// newBroken reads what it can of a file that may not even be TOML.
func newBroken(sources []source, file string, problems []incident.Problem) Broken {
	b := Broken{File: file, Problems: problems}
	for _, s := range sources {
		if s.name != file || isShared(file) || isAuthorities(file) {
			continue
		}
		b.Rule = ruleIn(s)
		if m := versionLine.FindSubmatch(s.data); m != nil {
			b.Version = string(m[1])
		}
	}
	return b
}

// ruleIn is the id a rule file gives, or nothing.
func ruleIn(s source) string {
	if m := idLine.FindSubmatch(s.data); m != nil {
		return string(m[1])
	}
	return ""
}

// instead is the file that applies where a broken one would have overridden it.
func (l *Library) instead(sources []source, b *Broken) string {
	if versions := l.byID[b.Rule]; len(versions) > 0 {
		for _, r := range versions {
			if r.Version == b.Version {
				return r.file
			}
		}
		return versions[len(versions)-1].file
	}
	for _, s := range sources {
		switch {
		case s.name != b.File:
		case isAuthorities(s.name):
			for _, m := range idLine.FindAllSubmatch(s.data, -1) {
				if a, ok := l.byAuthority[string(m[1])]; ok {
					return a.file
				}
			}
		case isShared(s.name):
			var f shared
			_ = toml.Unmarshal(s.data, &f) // what can be read of it
			for name := range f.Sets {
				if from, ok := l.named["sets."+name]; ok {
					return from
				}
			}
			for name := range f.Conditions {
				if from, ok := l.named["conditions."+name]; ok {
					return from
				}
			}
		}
	}
	return ""
}

// lost words why a rule that is named is not there: its file may be broken.
func (l *Library) lost(id string) string {
	for _, b := range l.broken {
		if b.Rule == id {
			return fmt.Sprintf("there is no rule %q: %s is broken", id, b.File)
		}
	}
	return fmt.Sprintf("there is no rule %q", id)
}
