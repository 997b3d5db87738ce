package affected

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"tocsin/incident"
)

// maxSpec bounds a spec; real ones are a page long.
const maxSpec = 1 << 20

// ParseSpec reads a spec in TOML, called name in what it reports. Every problem
// is reported at once, as an Invalid error whose problems say name:line.
func ParseSpec(r io.Reader, name string) (Spec, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSpec+1))
	if err != nil {
		return Spec{}, incident.Because(incident.Invalid, err, "%s: cannot be read", name)
	}
	if len(text) > maxSpec {
		return Spec{}, incident.Errorf(incident.TooLarge, "%s: longer than %s, so hardly a spec", name, FormatSize(maxSpec))
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF")) // some editors begin every file with it
	var tree map[string]any
	if err := toml.Unmarshal(text, &tree); err != nil {
		var bad *toml.DecodeError
		if !errors.As(err, &bad) {
			return Spec{}, incident.Because(incident.Invalid, err, "%s: is not valid TOML", name)
		}
		line, _ := bad.Position()
		return Spec{}, problemsError(name+" cannot be read", []incident.Problem{{
			Where: fmt.Sprintf("%s:%d", name, line), What: strings.TrimPrefix(bad.Error(), "toml: ")}})
	}
	lines := tomlLines(text)
	d := &decoder{checker: checker{at: func(path string) string { return fmt.Sprintf("%s:%d", name, lines.of(path)) }}}
	spec := d.spec(tree)
	problems := d.problems
	for _, p := range spec.check(d.at) {
		// What could not even be decoded has been reported at that line.
		if !slices.ContainsFunc(d.problems, func(q incident.Problem) bool { return q.Where == p.Where }) {
			problems = append(problems, p)
		}
	}
	return spec, problemsError(name+" cannot be used", problems)
}

// decoder turns the TOML tree into a Spec and notes every key and type that does not fit.
type decoder struct{ checker }

func (d *decoder) spec(tree map[string]any) (s Spec) {
	d.known("", tree, "directory", "exposure", "decisions", "database")
	directory := d.table("directory", tree["directory"])
	d.known("directory", directory, append([]string{"path", "columns", "residence", "residence_reason"}, inputKeys...)...)
	s.Directory = Directory{
		Input:   d.input("directory", directory),
		Columns: d.texts("directory.columns", directory["columns"]),

		Residence: d.text("directory.residence", directory["residence"]), ResidenceReason: d.text("directory.residence_reason", directory["residence_reason"]),
	}
	s.Decisions = d.text("decisions", tree["decisions"])
	s.Databases = d.databases(tree["database"])
	list, ok := tree["exposure"].([]any)
	if !ok && tree["exposure"] != nil {
		d.add("exposure", "exposures are written as [[exposure]], with two brackets")
	}
	for i, entry := range list {
		path := fmt.Sprintf("exposure[%d]", i)
		t := d.table(path, entry)
		d.known(path, t, append([]string{"name", "path", "match", "check", "elements", "elements_column", "columns"}, inputKeys...)...)
		s.Exposures = append(s.Exposures, Exposure{
			Name:           d.text(path+".name", t["name"]),
			Input:          d.input(path, t),
			Match:          d.texts(path+".match", t["match"]),
			Check:          d.texts(path+".check", t["check"]),
			Elements:       d.list(path+".elements", t["elements"]),
			ElementsColumn: d.text(path+".elements_column", t["elements_column"]),
			Columns:        d.texts(path+".columns", t["columns"]),
		})
	}
	return s
}

// inputKeys are the keys of an Input besides path.
var inputKeys = []string{"format", "delimiter", "encoding", "header", "sheet", "fields", "phone_country", "database", "query"}

func (d *decoder) input(path string, t map[string]any) Input {
	in := Input{
		Path: d.text(path+".path", t["path"]), Format: d.text(path+".format", t["format"]), Delimiter: d.text(path+".delimiter", t["delimiter"]),
		Encoding: d.text(path+".encoding", t["encoding"]), Header: d.list(path+".header", t["header"]), Sheet: d.text(path+".sheet", t["sheet"]),
		PhoneCountry: d.text(path+".phone_country", t["phone_country"]),
		Database:     d.text(path+".database", t["database"]), Query: d.text(path+".query", t["query"]),
	}
	list, ok := t["fields"].([]any)
	if !ok && t["fields"] != nil {
		d.add(path+".fields", "fields must be a list of tables such as { name = \"id\", from = 1, to = 10 }")
	}
	for i, v := range list {
		where := fmt.Sprintf("%s.fields[%d]", path, i)
		f := d.table(where, v)
		d.known(where, f, "name", "from", "to")
		in.Fields = append(in.Fields, Field{Name: d.text(where+".name", f["name"]), From: d.number(where+".from", f["from"]), To: d.number(where+".to", f["to"])})
	}
	return in
}

func (d *decoder) databases(v any) map[string]Database {
	t := d.table("database", v)
	if t == nil {
		return nil
	}
	all := map[string]Database{}
	for _, name := range sortedKeys(t) {
		path := "database." + name
		one := d.table(path, t[name])
		if slices.ContainsFunc([]string{"dsn", "url", "password"}, func(key string) bool { return one[key] != nil }) {
			d.add(path, "the address of a database is a secret: put it into a file and name that with dsn_file, or into the environment with dsn_env")
		}
		d.known(path, one, "driver", "dsn_file", "dsn_env", "timeout", "temporary_tables", "dsn", "url", "password")
		db := Database{Driver: d.text(path+".driver", one["driver"]), DSNFile: d.text(path+".dsn_file", one["dsn_file"]), DSNEnv: d.text(path+".dsn_env", one["dsn_env"])}
		if text := d.text(path+".timeout", one["timeout"]); text != "" {
			var err error
			if db.Timeout, err = time.ParseDuration(text); err != nil {
				d.add(path+".timeout", "%q is not a length of time such as 10m or 90s", text)
			}
		}
		var ok bool
		if db.TemporaryTables, ok = one["temporary_tables"].(bool); !ok && one["temporary_tables"] != nil {
			d.add(path+".temporary_tables", "must be true or false")
		}
		all[name] = db
	}
	return all
}

func (d *decoder) number(path string, v any) int {
	n, ok := v.(int64)
	if !ok && v != nil || n > 1<<30 || n < -1<<30 {
		d.add(path, "%s must be a whole number", path)
		return 0
	}
	return int(n)
}

// known reports keys of t that are none of names.
func (d *decoder) known(path string, t map[string]any, names ...string) {
	var unknown []string
	for key := range t {
		if !slices.Contains(names, key) {
			unknown = append(unknown, key)
		}
	}
	slices.Sort(unknown)
	for _, key := range unknown {
		full := strings.TrimPrefix(path+"."+key, ".")
		d.add(full, "unknown key %q; known here are %s", key, strings.Join(names, ", "))
	}
}

func (d *decoder) table(path string, v any) map[string]any {
	t, ok := v.(map[string]any)
	if !ok && v != nil {
		d.add(path, "%s must be a table", path)
	}
	return t
}

func (d *decoder) text(path string, v any) string {
	s, ok := v.(string)
	if !ok && v != nil {
		d.add(path, "%s must be text in quotes", path)
	}
	return s
}

func (d *decoder) texts(path string, v any) map[string]string {
	t := d.table(path, v)
	if t == nil {
		return nil
	}
	out := make(map[string]string, len(t))
	for key, value := range t {
		out[key] = d.text(path+"."+key, value)
	}
	return out
}

func (d *decoder) list(path string, v any) []string {
	l, ok := v.([]any)
	if !ok {
		if v != nil {
			d.add(path, "%s must be a list", path)
		}
		return nil
	}
	out := make([]string, 0, len(l))
	for i, value := range l {
		out = append(out, d.text(fmt.Sprintf("%s[%d]", path, i), value))
	}
	return out
}

// lineIndex says at which line of a TOML document a path stands.
type lineIndex map[string]int

// of gives the line of the path, or of the nearest thing around it.
func (l lineIndex) of(path string) int {
	for {
		if line, ok := l[path]; ok {
			return line
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return 1
		}
		path = path[:cut]
	}
}

func tomlLines(text []byte) lineIndex {
	l := lineIndex{}
	var p unstable.Parser
	p.Reset(text)
	prefix, counts := "", map[string]int{}
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table:
			prefix = l.key(&p, "", e.Key(), counts)
		case unstable.ArrayTable:
			plain := l.key(&p, "", e.Key(), counts)
			prefix = fmt.Sprintf("%s[%d]", plain, counts[plain])
			l[prefix] = l[plain]
			counts[plain]++
		case unstable.KeyValue:
			l.value(&p, l.key(&p, prefix, e.Key(), counts), e.Value())
		}
	}
	return l
}

// key notes the lines of a dotted key's parts and gives its path. The last of
// an array of tables is meant where the key names one.
func (l lineIndex) key(p *unstable.Parser, path string, parts unstable.Iterator, counts map[string]int) string {
	for parts.Next() {
		n := parts.Node()
		path = strings.TrimPrefix(path+"."+string(n.Data), ".")
		line := p.Shape(n.Raw).Start.Line
		if _, ok := l[path]; !ok || parts.IsLast() {
			l[path] = line
		}
		if n := counts[path]; n > 0 && !parts.IsLast() {
			path = fmt.Sprintf("%s[%d]", path, n-1)
		}
	}
	return path
}

func (l lineIndex) value(p *unstable.Parser, path string, v *unstable.Node) {
	children := v.Children()
	switch v.Kind {
	case unstable.InlineTable:
		for children.Next() {
			n := children.Node()
			l.value(p, l.key(p, path, n.Key(), nil), n.Value())
		}
	case unstable.Array:
		for i := 0; children.Next(); {
			n := children.Node()
			if n.Kind == unstable.Comment {
				continue
			}
			at := fmt.Sprintf("%s[%d]", path, i)
			if n.Raw.Length > 0 {
				l[at] = p.Shape(n.Raw).Start.Line
			}
			l.value(p, at, n)
			i++
		}
	}
}
