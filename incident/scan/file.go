package scan

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"tocsin/incident/affected"
	"tocsin/incident/scan/detect"
)

// file is one file under way: it takes what a reader finds in it and makes the
// three tables' lines.
type file struct {
	ctx    context.Context
	path   string
	opt    *Options
	lim    limits
	finder *detect.Finder
	hasher *hasher
	out    func(table, []byte) error

	units  []*unit // messages within a document, the innermost last
	talks  talks
	sum    FileSummary
	counts counts
	line   []byte
	name   *detect.Detector // of names in mail headers

	fields  map[string]string           // see fieldNames
	fieldOf map[string]*detect.Detector // see fieldDetectors
	users   []users
}

// unit is a message, row or document while its texts come.
type unit struct {
	line         int
	name         string
	conversation string
	talk         bool
	told         bool            // rows of it were written
	seen         map[string]bool // hashes, to know a twin's values again; nil where there are none
	talkedOf
}

// part is one text of a unit and where it stands.
type part struct {
	name  string // which part, column or field
	field string // what the value is called; a word near it, for detectors
	line  int
	lines bool // its line ends are the file's, so that lines can be counted
	twin  bool // says again what another part said, as HTML beside plain text
	text  []byte
}

// spoke counts what people say to each other as exposed, where this is that.
func (u *unit) spoke() {
	if u.talk {
		one, _ := affected.ElementOf("communications")
		u.elements |= one
	}
}

// begin opens a unit.
func (f *file) begin(line int, name, conversation string, talk bool) {
	f.units = append(f.units, &unit{line: line, name: name, conversation: conversation, talk: talk})
	f.sum.Messages++
}

func (f *file) unit() *unit { return f.units[len(f.units)-1] }

// end closes the innermost unit and accounts for what it exposed.
func (f *file) end() error {
	u := f.unit()
	f.units = f.units[:len(f.units)-1]
	if u.people() == 0 && (u.elements == 0 || u.told) {
		return f.ctx.Err()
	}
	u.spoke()
	return f.talks.add(f, u)
}

// text looks through a part of the innermost unit.
func (f *file) text(p part) error {
	if err := f.ctx.Err(); err != nil {
		return err
	}
	u := f.unit()
	if err := f.named(u, &p); err != nil {
		return err
	}
	line, counted := p.line, 0
	for _, x := range f.finder.Find(p.text, p.field) {
		if p.lines {
			line += bytes.Count(p.text[counted:x.From], []byte{'\n'})
			counted = x.From
		}
		if x.Detector.Name == "email" && f.own(x.Normal) {
			f.sum.OwnAddresses++
			continue
		}
		if err := f.hit(u, &p, line, x.From, x.Detector, x.Strength, x.Normal, string(p.text[x.From:x.To])); err != nil {
			return err
		}
	}
	return nil
}

// hit lists a find, unless it says again what its twin did, and takes it into account.
func (f *file) hit(u *unit, p *part, line, offset int, d *detect.Detector, s detect.Strength, normal, value string) error {
	hash := f.hasher.hash(d.Name, normal)
	if p.twin && u.seen[hash] {
		return nil
	}
	if u.seen != nil && len(u.seen) < f.lim.twins {
		u.seen[hash] = true
	}
	text, err := json.Marshal(Hit{File: f.path, Line: line, Message: u.name, Part: p.name, Offset: offset, Element: d.Element, Detector: d.Name,
		Strength: s, Masked: d.Mask(value), Hash: hash})
	if err != nil {
		return err
	}
	f.sum.Hits++
	f.counts.hit(d, s)
	if s >= f.opt.Least {
		if one, ok := affected.ElementOf(d.Element); ok {
			u.elements |= one
		}
		u.identify(d.Name, d.Element, normal, value)
		if u.people() > f.lim.ids {
			// More people than are held in one message get their rows now.
			f.sum.Cut++
			u.spoke()
			if err := f.expose(u.line, &u.talkedOf); err != nil {
				return err
			}
			u.talkedOf, u.told = talkedOf{elements: u.elements}, true
		}
	}
	return f.out(hitTable, append(text, '\n'))
}

// own reports whether an address is in one of the organisation's domains.
func (f *file) own(address string) bool {
	_, domain, _ := strings.Cut(address, "@")
	for _, d := range f.opt.OwnDomains {
		if domain == d || strings.HasSuffix(domain, "."+d) {
			return true
		}
	}
	return false
}

// problem lists something that could not be read. What says it holds no text of the file.
func (f *file) problem(line int, format string, args ...any) error {
	f.sum.Problems++
	if f.sum.Problems > int64(f.lim.told) {
		return nil
	}
	f.line = appendRow(f.line[:0], f.path, fmt.Sprint(line), fmt.Sprintf(format, args...))
	return f.out(problemTable, f.line)
}
