package playbooks

import (
	"bytes"
	"errors"
	"sort"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// shape is what a value in the file is, in the words the author knows.
type shape string

const (
	isTable   shape = "a table"
	isArray   shape = "an array"
	isString  shape = "a string"
	isInteger shape = "a whole number"
	isFloat   shape = "a decimal number"
	isBool    shape = "true or false"
	isTime    shape = "a date or time"
)

// value is one value of the file with the line its key (or, inside an array,
// its first character) stands on. The decoder of go-toml gives positions only
// for its own errors; lint needs one for each of ours.
type value struct {
	line    int
	shape   shape
	text    string // strings decoded; other scalars as written
	list    []*value
	tables  bool // an array made of [[headers]], which may still grow
	entries map[string]*value
	order   []string // keys of entries, as they appear
	opened  int      // line of the [header] that opened this table; 0 if none did
	inline  bool     // {…}: closed, may not be added to
	cut     bool     // a syntax error inside: what is missing may be there
}

func newTable(line int) *value {
	return &value{line: line, shape: isTable, entries: map[string]*value{}}
}

func (v *value) put(key string, child *value) {
	v.entries[key] = child
	v.order = append(v.order, key)
}

// document reads TOML into values. It goes on after an error where it can, so
// that an author sees every problem at once.
type document struct {
	root     *value
	problems *problems
	newlines []int // offsets, to turn an offset into a line
}

// readDocument reads data. Its problems are syntax errors and keys given twice.
func readDocument(data []byte, found *problems) *document {
	d := &document{root: newTable(1), problems: found}
	for i, b := range data {
		if b == '\n' {
			d.newlines = append(d.newlines, i)
		}
	}
	for base := 0; base < len(data); {
		next, ok := d.readFrom(data, base)
		if !ok {
			break
		}
		base = next
	}
	return d
}

func (d *document) lineAt(offset int) int {
	return 1 + sort.SearchInts(d.newlines, offset)
}

// readFrom reads expressions from base on. At a syntax error it reports it and
// returns the start of the next [[step]], where reading can go on.
func (d *document) readFrom(data []byte, base int) (next int, again bool) {
	rest := data[base:]
	rest = rest[:len(rest):len(rest)] // the parser measures offsets by capacity
	var p unstable.Parser
	p.Reset(rest)
	here := d.root
	for p.NextExpression() {
		here = d.expression(p.Expression(), base, here)
	}
	err := p.Error()
	if err == nil {
		return 0, false
	}
	at, what := base, err.Error()
	if pe := (*unstable.ParserError)(nil); errors.As(err, &pe) {
		at, what = base+int(p.Range(pe.Highlight).Offset), pe.Message
	}
	d.problems.add(d.lineAt(at), "", "not TOML: %s", what)
	if here != nil {
		here.cut = true
	}
	d.root.cut = true
	return nextStep(data, at)
}

// nextStep is the offset of the first line after at that opens a step.
func nextStep(data []byte, at int) (int, bool) {
	for {
		nl := bytes.IndexByte(data[at:], '\n')
		if nl < 0 {
			return 0, false
		}
		at += nl + 1
		if bytes.HasPrefix(bytes.TrimLeft(data[at:], " \t"), []byte("[[step]]")) {
			return at, true
		}
	}
}

// expression takes one line of the file (a header or key = value) and returns
// the table that following key = value lines belong to; nil when it is none.
func (d *document) expression(n *unstable.Node, base int, here *value) *value {
	path, line := d.keys(n.Key(), base)
	switch n.Kind {
	case unstable.KeyValue:
		if here != nil {
			d.assign(here, path, line, d.value(n.Value(), base, line))
		}
		return here
	case unstable.Table:
		return d.header(path, line)
	case unstable.ArrayTable:
		return d.arrayHeader(path, line)
	}
	return here
}

func (d *document) keys(it unstable.Iterator, base int) (path []string, line int) {
	line = 1
	for first := true; it.Next(); first = false {
		k := it.Node()
		if first {
			line = d.lineAt(base + int(k.Raw.Offset))
		}
		path = append(path, string(k.Data))
	}
	return path, line
}

// descend finds or makes the table at path below t; nil after reporting that
// something else is there.
func (d *document) descend(t *value, path []string, line int) *value {
	for i, key := range path {
		child, ok := t.entries[key]
		switch {
		case !ok:
			child = newTable(line)
			t.put(key, child)
		case child.tables:
			child = child.list[len(child.list)-1]
		case child.shape != isTable || child.inline:
			d.problems.add(line, strings.Join(path[:i+1], "."), "already set on line %d", child.line)
			return nil
		}
		t = child
	}
	return t
}

func (d *document) assign(t *value, path []string, line int, v *value) {
	last := len(path) - 1
	parent := d.descend(t, path[:last], line)
	if parent == nil {
		return
	}
	if was, ok := parent.entries[path[last]]; ok {
		d.problems.add(line, strings.Join(path, "."), "given twice: first on line %d", was.line)
		return
	}
	parent.put(path[last], v)
}

func (d *document) header(path []string, line int) *value {
	t := d.descend(d.root, path, line)
	if t == nil {
		return nil
	}
	if t.opened != 0 {
		d.problems.add(line, strings.Join(path, "."), "[%s] given twice: first on line %d", strings.Join(path, "."), t.opened)
		return nil
	}
	t.opened = line
	return t
}

func (d *document) arrayHeader(path []string, line int) *value {
	last := len(path) - 1
	parent := d.descend(d.root, path[:last], line)
	if parent == nil {
		return nil
	}
	list, ok := parent.entries[path[last]]
	if !ok {
		list = &value{line: line, shape: isArray, tables: true}
		parent.put(path[last], list)
	}
	if !list.tables {
		name := strings.Join(path, ".")
		d.problems.add(line, name, "%s on line %d is not a list of [[%s]]: use one form only", name, list.line, name)
		return nil
	}
	t := newTable(line)
	t.opened = line
	list.list = append(list.list, t)
	return t
}

// value turns a node into a value; line is used where the node has no place of
// its own.
func (d *document) value(n *unstable.Node, base, line int) *value {
	if n.Raw.Length > 0 {
		line = d.lineAt(base + int(n.Raw.Offset))
	}
	v := &value{line: line, text: string(n.Data)}
	switch n.Kind {
	case unstable.String:
		v.shape = isString
	case unstable.Bool:
		v.shape = isBool
	case unstable.Integer:
		v.shape = isInteger
	case unstable.Float:
		v.shape = isFloat
	case unstable.Array:
		v.shape = isArray
		for it := n.Children(); it.Next(); {
			v.list = append(v.list, d.value(it.Node(), base, line))
		}
	case unstable.InlineTable:
		v.shape, v.inline, v.entries = isTable, true, map[string]*value{}
		v.inline = false // its own keys are still being set
		for it := n.Children(); it.Next(); {
			path, at := d.keys(it.Node().Key(), base)
			d.assign(v, path, at, d.value(it.Node().Value(), base, at))
		}
		v.inline = true
	default:
		v.shape = isTime
	}
	return v
}

// integer is the number v writes; TOML allows underscores and other bases.
func (v *value) integer() (int64, error) {
	return strconv.ParseInt(strings.ReplaceAll(strings.TrimPrefix(v.text, "+"), "_", ""), 0, 64)
}
