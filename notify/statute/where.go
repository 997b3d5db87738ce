package statute

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"tocsin/incident"
)

// decodeStrict reads TOML into v and gives every unknown key, or the first
// mistake of form or type, with file:line.
func decodeStrict(file string, data []byte, v any) []incident.Problem {
	d := toml.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		return nil
	}
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		ps := make([]incident.Problem, len(strict.Errors))
		for i := range strict.Errors {
			e := &strict.Errors[i]
			row, _ := e.Position()
			ps[i] = incident.Problem{Where: at(file, row), What: fmt.Sprintf("unknown key %q", strings.Join(e.Key(), "."))}
		}
		return ps
	}
	var de *toml.DecodeError
	if errors.As(err, &de) {
		row, _ := de.Position()
		what := plain(de.Error())
		if key := strings.Join(de.Key(), "."); key != "" {
			what = key + ": " + what
		}
		return []incident.Problem{{Where: at(file, row), What: what}}
	}
	return []incident.Problem{{Where: at(file, 1), What: plain(err.Error())}}
}

func at(file string, line int) string {
	if line < 1 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, line)
}

var goType = regexp.MustCompile(` (into|of|to) (a |an )?(Go )?(struct field )?[\w.*\[\]]*(statute|condition|toml)\.[\w.*\[\]]+( of type [\w.*\[\]]+)?`)

// plain takes the library's prefix and Go's type names out of a message.
func plain(msg string) string {
	return strings.TrimSpace(goType.ReplaceAllString(strings.TrimPrefix(msg, "toml: "), ""))
}

// lines finds the line on which a key of a file stands, by its path:
// id, in_force.from, stage[1].unit, when.all[0].fact.
type lines map[string]int

// find is the line of path, or of the nearest enclosing key. What is missing
// from the top of a file is missing from the entry that its id begins.
func (l lines) find(path string) int {
	for path != "" {
		if n, ok := l[path]; ok {
			return n
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
	for _, first := range []string{"id", "rule"} {
		if n, ok := l[first]; ok {
			return n
		}
	}
	return 1
}

// linesOf reads a file a second time for the sake of a message.
func linesOf(data []byte) lines {
	l := lines{}
	var p unstable.Parser
	p.KeepComments = false
	p.Reset(data)
	arrays := map[string]int{} // path of an array table → elements so far
	prefix := ""
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table:
			prefix = l.header(&p, e, arrays, false)
		case unstable.ArrayTable:
			prefix = l.header(&p, e, arrays, true)
		case unstable.KeyValue:
			l.keyValue(&p, prefix, e)
		}
	}
	return l
}

// header notes a [table] or [[array]] and gives its path with the indices of
// the array elements it lies in.
func (l lines) header(p *unstable.Parser, e *unstable.Node, arrays map[string]int, array bool) string {
	path := ""
	line := 0
	for it := e.Key(); it.Next(); {
		k := it.Node()
		line = p.Shape(k.Raw).Start.Line
		path = join(path, string(k.Data))
		if it.IsLast() && array {
			arrays[path]++
		}
		if n, ok := arrays[path]; ok {
			path = fmt.Sprintf("%s[%d]", path, n-1)
		}
	}
	l[path] = line
	return path
}

func (l lines) keyValue(p *unstable.Parser, prefix string, e *unstable.Node) {
	path, line := prefix, 0
	for it := e.Key(); it.Next(); {
		k := it.Node()
		line = p.Shape(k.Raw).Start.Line
		path = join(path, string(k.Data))
	}
	l[path] = line
	l.value(p, path, line, e.Value())
}

func (l lines) value(p *unstable.Parser, path string, line int, v *unstable.Node) {
	switch v.Kind {
	case unstable.Array:
		i := 0
		for it := v.Children(); it.Next(); i++ {
			c := it.Node()
			if raw := p.Shape(c.Raw).Start.Line; c.Raw.Length > 0 && raw > 0 {
				line = raw
			}
			sub := fmt.Sprintf("%s[%d]", path, i)
			l[sub] = line
			l.value(p, sub, line, c)
		}
	case unstable.InlineTable:
		for it := v.Children(); it.Next(); {
			l.keyValue(p, path, it.Node())
		}
		// An inline table has no position of its own: its first key has.
		first := 0
		for it := v.Children(); it.Next() && first == 0; {
			for k := it.Node().Key(); k.Next() && first == 0; {
				first = p.Shape(k.Node().Raw).Start.Line
			}
		}
		if first > 0 {
			l[path] = first
		}
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
