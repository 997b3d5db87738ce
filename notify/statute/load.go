package statute

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"

	"tocsin/incident"
	"tocsin/incident/condition"
)

// builtin holds the rules and authorities shipped with the program. The
// folders need not hold anything for the program to build.
//
//go:embed rules authorities
var builtin embed.FS

// Builtin is the folder of the library shipped with the program.
func Builtin() fs.FS { return builtin }

// Library is a set of rules and authorities that passed every check. It never
// changes after Load and may be used from many goroutines.
type Library struct {
	edition     string
	rules       []*Rule // by id, then version
	byID        map[string][]*Rule
	ids         []string        // of byID, in alphabetical order
	asksOwed    map[string]bool // rules whose answer hangs on what all others answer
	authorities []*Authority
	byAuthority map[string]*Authority
	sets        map[string][]string
	conditions  map[string]condition.Condition
	named       map[string]string // the file of sets.<name> and conditions.<name>
	sources     []source
	broken      []Broken
}

// source is one file of one folder.
type source struct {
	layer int
	name  string // as a person would name it
	data  []byte
}

// shared is a shared.toml.
type shared struct {
	Sets       map[string][]string            `toml:"sets"`
	Conditions map[string]condition.Condition `toml:"conditions"`
}

// Load reads folders in order; a rule, authority, set or named condition of a
// later folder takes the place of one with the same id (and version) of an
// earlier one. The first folder is the library itself: any mistake in it is an
// incident.Invalid error that lists every one with file and line. Later ones are
// the operator's: a file of theirs that has a mistake, or leans on one that has,
// is left out whole, what it would have overridden stays, and Broken says so. It
// takes well under 100 ms for hundreds of rules; a server that must be up sooner
// loads at first use (see OnFirstUse).
func Load(folders ...fs.FS) (*Library, error) {
	names := make([]string, len(folders))
	for i, f := range folders {
		names[i] = nameOf(f, i)
	}
	sources, unread, err := gather(folders, names)
	if err != nil {
		return nil, err
	}
	return settle(sources, unread)
}

// OnFirstUse gives a function that loads once, when it is first called.
func OnFirstUse(folders ...fs.FS) func() (*Library, error) {
	return sync.OnceValues(func() (*Library, error) { return Load(folders...) })
}

func invalid(message string, problems []incident.Problem) error {
	e := incident.Errorf(incident.Invalid, "%s", message)
	e.Problems = problems
	return e
}

// load reads and checks everything, operators' folders as strictly as the
// first. names gives how a folder is called in messages.
func load(folders []fs.FS, names []string) (*Library, []incident.Problem, error) {
	sources, unread, err := gather(folders, names)
	if err != nil {
		return nil, nil, err
	}
	l, problems := build(sources, nil)
	for _, b := range unread {
		problems = append(problems, b.Problems...)
	}
	return l, problems, nil
}

// build makes a library of files and gives every mistake in them. gone is what
// was left out already.
func build(sources []source, gone []Broken) (*Library, []incident.Problem) {
	l := &Library{
		byID:        map[string][]*Rule{},
		byAuthority: map[string]*Authority{},
		sets:        map[string][]string{},
		conditions:  map[string]condition.Condition{},
		named:       map[string]string{},
		sources:     sources,
		broken:      slices.Clone(gone),
	}
	ld := &loader{library: l, vocabulary: Vocabulary(), lines: map[string]lines{}}
	ld.shared()
	ld.entries()
	ld.link()
	l.index()
	sort.SliceStable(ld.problems, func(i, j int) bool { return before(ld.problems[i].Where, ld.problems[j].Where) })
	l.edition = editionOf(l.rules, l.sources)
	return l, ld.problems
}

// before sorts places by file, then by line as a number.
func before(a, b string) bool {
	fa, la := cutLine(a)
	fb, lb := cutLine(b)
	if fa != fb {
		return fa < fb
	}
	return la < lb
}

func cutLine(where string) (file string, line int) {
	i := strings.LastIndexByte(where, ':')
	if i < 0 {
		return where, 0
	}
	if _, err := fmt.Sscanf(where[i+1:], "%d", &line); err != nil {
		return where, 0
	}
	return where[:i], line
}

// gather reads the TOML files of folders, each in alphabetical order. What
// cannot be read of the first is an error, of a later one it is unread.
func gather(folders []fs.FS, names []string) (sources []source, unread []Broken, err error) {
	for layer, folder := range folders {
		for _, root := range roots(folder) {
			err := fs.WalkDir(folder, root, func(p string, d fs.DirEntry, err error) error {
				name := path.Join(names[layer], p)
				var data []byte
				if err == nil && !d.IsDir() && path.Ext(p) == ".toml" && !strings.HasPrefix(path.Base(p), ".") {
					if data, err = fs.ReadFile(folder, p); err == nil {
						sources = append(sources, source{layer, name, data})
					}
				}
				switch {
				case err == nil:
					return nil
				case layer == 0:
					return incident.Because(incident.Invalid, err, "cannot read the rules at %s", name)
				}
				unread = append(unread, Broken{File: name, Problems: []incident.Problem{{Where: name, What: "cannot be read: " + reason(err)}}})
				if d != nil && d.IsDir() {
					return fs.SkipDir
				}
				return nil
			})
			if err != nil {
				return nil, nil, err
			}
		}
	}
	return sources, unread, nil
}

// roots are where the files of a folder lie: it holds rules/ and authorities/,
// or is itself a folder of rule files.
func roots(folder fs.FS) []string {
	if info, err := fs.Stat(folder, "rules"); err != nil || !info.IsDir() {
		return []string{"."}
	}
	if info, err := fs.Stat(folder, "authorities"); err == nil && info.IsDir() {
		return []string{"rules", "authorities"}
	}
	return []string{"rules"}
}

// reason is why a file could not be read, without its path.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// isAuthorities, isCases and isShared sort files by their names.
func isAuthorities(name string) bool {
	return slices.Contains(strings.Split(path.Dir(name), "/"), "authorities")
}
func isCases(name string) bool  { return strings.HasSuffix(name, ".cases.toml") }
func isShared(name string) bool { return path.Base(name) == "shared.toml" }

// loader builds a Library and gathers the problems met on the way.
type loader struct {
	library    *Library
	vocabulary condition.Vocabulary
	problems   []incident.Problem
	lines      map[string]lines // by file, made when there is something to say
}

// linesOf is where the keys of a file stand, worked out when first asked for.
func (ld *loader) linesOf(file string) lines {
	l, ok := ld.lines[file]
	if !ok {
		for _, s := range ld.library.sources {
			if s.name == file {
				l = linesOf(s.data)
			}
		}
		ld.lines[file] = l
	}
	return l
}

// say notes a problem at the key of that path in that file.
func (ld *loader) say(file, key, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	if key != "" {
		what = key + ": " + what
	}
	ld.problems = append(ld.problems, incident.Problem{Where: at(file, ld.linesOf(file).find(key)), What: what})
}

// shared reads every shared.toml first: rules of any folder may use its names.
func (ld *loader) shared() {
	type place struct {
		layer int
		file  string
	}
	from := map[string]place{}
	claim := func(s source, kind, name string) bool {
		p, taken := from[kind+name]
		if taken && p.layer == s.layer {
			ld.say(s.name, kind+"."+name, "%s already names one", p.file)
			return false
		}
		from[kind+name] = place{s.layer, s.name}
		return true
	}
	files := ld.library.named
	for _, s := range ld.library.sources {
		if !isShared(s.name) || isAuthorities(s.name) {
			continue
		}
		var f shared
		if ps := decodeStrict(s.name, s.data, &f); ps != nil {
			ld.problems = append(ld.problems, ps...)
			continue
		}
		for _, name := range sortedKeys(f.Sets) {
			if claim(s, "sets", name) {
				ld.library.sets[name] = f.Sets[name]
				files["sets."+name] = s.name
			}
		}
		for _, name := range sortedKeys(f.Conditions) {
			if claim(s, "conditions", name) {
				ld.library.conditions[name] = f.Conditions[name]
				files["conditions."+name] = s.name
			}
		}
	}
	for _, name := range sortedKeys(ld.library.sets) {
		key := "sets." + name
		_, wrong := parseCombos(Covered{Elements: ld.library.sets[name]}, ld.library.sets)
		for _, i := range sortedKeys(wrong) {
			ld.say(files[key], fmt.Sprintf("%s[%d]", key, i), "%s", wrong[i])
		}
	}
	for _, name := range sortedKeys(ld.library.conditions) {
		key := "conditions." + name
		c := ld.library.conditions[name]
		for _, p := range c.Check(key, ld.vocabulary, ld.library.conditions) {
			ld.say(files[key], p.Where, "%s", p.What)
		}
		if _, err := c.Expand(ld.library.conditions); err != nil && !strings.Contains(err.Error(), "no condition is named") {
			ld.say(files[key], key, "%v", err)
		}
	}
}

// entries reads rules and authorities.
func (ld *loader) entries() {
	l := ld.library
	for _, s := range l.sources {
		switch {
		case isShared(s.name), isCases(s.name):
		case isAuthorities(s.name):
			ld.authorities(s)
		default:
			ld.rule(s)
		}
	}
	for _, id := range sortedKeys(l.byID) {
		versions := l.byID[id]
		sort.SliceStable(versions, func(i, j int) bool { return versions[i].Version < versions[j].Version })
		l.rules = append(l.rules, versions...)
	}
}

func (ld *loader) rule(s source) {
	r := &Rule{file: s.name, layer: s.layer}
	if ps := decodeStrict(s.name, s.data, r); ps != nil {
		ld.problems = append(ld.problems, ps...)
		ld.library.broken = append(ld.library.broken, newBroken([]source{s}, s.name, ps)) // for those that name it
		return
	}
	ld.checkRule(r)
	versions := ld.library.byID[r.ID]
	for i, other := range versions {
		if other.Version != r.Version {
			continue
		}
		if other.layer == s.layer {
			ld.say(s.name, "version", "%s is the same rule and version", other.file)
			return
		}
		versions[i] = r
		return
	}
	ld.library.byID[r.ID] = append(versions, r)
}

func (ld *loader) authorities(s source) {
	var f struct {
		Authority []*Authority `toml:"authority"`
	}
	if ps := decodeStrict(s.name, s.data, &f); ps != nil {
		ld.problems = append(ld.problems, ps...)
		return
	}
	l := ld.library
	for i, a := range f.Authority {
		a.file, a.layer = s.name, s.layer
		key := fmt.Sprintf("authority[%d]", i)
		ld.checkAuthority(s.name, key, a)
		if other, taken := l.byAuthority[a.ID]; taken {
			if other.layer == s.layer {
				ld.say(s.name, key+".id", "%q is already in %s", a.ID, other.file)
				continue
			}
			l.authorities = slices.DeleteFunc(l.authorities, func(o *Authority) bool { return o == other })
		}
		l.byAuthority[a.ID] = a
		l.authorities = append(l.authorities, a)
	}
}

func sortedKeys[K int | string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
