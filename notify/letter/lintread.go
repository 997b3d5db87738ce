package letter

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var rawHTML = regexp.MustCompile(`<[a-zA-Z/!][^>@ ]*[ >]`)

// tracking are the parameters with which mailers follow people.
var tracking = regexp.MustCompile(`(?i)[?&](utm_[a-z]+|mc_[ce]id|_hsenc|_hsmi|mkt_tok|fbclid|gclid|trk\w*|rid|uid)=`)

// reading is one draft under the lint.
type reading struct {
	draft  Draft
	blocks []Block
	scope  Scope
}

func (r reading) hold(name string, p *pack) []Finding {
	var out []Finding
	for _, d := range p.Require {
		if !r.due(d) {
			continue
		}
		for _, v := range r.variants(d) {
			what, line := r.missingFor(d, v)
			if what == "" {
				continue
			}
			f := Finding{Severity: Error, Pack: name, Law: p.Law, Cite: d.Cite, Content: d.Content, What: what, Line: line}
			if d.Advise {
				f.Severity = Warning
			}
			if v != Adult {
				f.Variant = v
			}
			out = append(out, f)
			break // one variant's word is enough to act on
		}
	}
	for _, b := range p.Forbid {
		for _, f := range r.told(b) {
			f.Severity, f.Pack, f.Law, f.Cite, f.Content = Error, name, p.Law, b.Cite, b.Content
			out = append(out, f)
		}
	}
	return out
}

// due says whether a demand's elements are among those exposed. With nothing
// known of them, everything is due.
func (r reading) due(d demand) bool {
	if d.If != "" && slices.Contains(r.draft.Without, d.If) {
		return false
	}
	if d.Sender != "" && !slices.Contains(r.scope.RegulatedAs, d.Sender) {
		return false
	}
	if len(r.scope.Elements) == 0 {
		return true
	}
	if len(d.Any) > 0 && !slices.ContainsFunc(d.Any, func(e string) bool { return slices.Contains(r.scope.Elements, e) }) {
		return false
	}
	groups := groupsOf(r.scope.Elements)
	return d.When.hold(func(word string) bool { return groups[word] })
}

func (r reading) variants(d demand) []Variant {
	out := []Variant{Adult}
	for _, v := range []Variant{Minor, Deceased} {
		if slices.ContainsFunc(r.blocks, func(b Block) bool { return slices.Contains(b.For, string(v)) }) {
			out = append(out, v)
		}
	}
	if len(d.Variant) == 0 {
		return out
	}
	return slices.DeleteFunc(out, func(v Variant) bool { return !slices.Contains(d.Variant, string(v)) })
}

// implied are the groups that every element of a group is also in.
var implied = map[string][]string{"ssn": {"ssn", "tax", "identity"}, "tax": {"tax", "identity"}, "licence": {"licence", "identity"}}

// missingFor asks for each element that calls for d by itself: who lost only a
// bank account number reads the blocks for that and no others.
func (r reading) missingFor(d demand, v Variant) (what string, line int) {
	if len(d.Any) == 0 {
		return r.missing(d, v, 0)
	}
	for _, e := range d.Any {
		if len(r.scope.Elements) > 0 && !slices.Contains(r.scope.Elements, e) {
			continue
		}
		if what, line = r.missing(d, v, groupBits([]string{e})); what != "" {
			return what + " (" + strings.ReplaceAll(e, "_", " ") + ")", line
		}
	}
	return "", 0
}

// seen are the blocks that a person of variant v reads who lost only what the
// demand hangs on: a block that others read does not help them.
func (r reading) seen(d demand, v Variant, bits uint32) []Block {
	for _, word := range d.When {
		groups := implied[word]
		if groups == nil && isGroup(word) {
			groups = []string{word}
		}
		for _, g := range groups {
			bits |= 1 << slices.Index(groupNames, g)
		}
	}
	return slices.DeleteFunc(slices.Clone(r.blocks), func(b Block) bool { return !compileTerms(b.For).is(v, bits) })
}

// missing says what of a demand is not there; empty when all of it is.
func (r reading) missing(d demand, v Variant, bits uint32) (what string, line int) {
	blocks := r.seen(d, v, bits)
	var tagged *Block
	var all, near strings.Builder
	for i, b := range blocks {
		if slices.Contains(b.Contents, d.Content) && body(b.Text) != "" {
			tagged = &blocks[i]
			near.WriteString(b.flat + "\n\n")
		}
		all.WriteString(b.flat + "\n\n")
	}
	text := all.String()
	if d.Near && near.Len() > 0 {
		text = near.String()
	}
	if tagged != nil {
		line = tagged.Line
	}
	if d.Heading != "" {
		if !hasHeading(text, d.Heading) {
			return fmt.Sprintf("the heading %q is missing", d.Heading), line
		}
		return "", 0
	}
	if tagged == nil && r.tags() {
		// The words alone could be another's: a bureau's telephone number is
		// not the organisation's.
		return "missing: " + d.What, 0
	}
	for _, re := range d.words(r.draft.Language) {
		if !re.MatchString(text) {
			return "missing: " + d.What, line
		}
	}
	if len(d.words(r.draft.Language)) == 0 && tagged == nil {
		return "missing: " + d.What, 0
	}
	if d.Months > 0 && longestOffer(blocks) < d.Months {
		return fmt.Sprintf("missing: %s, for at least %d months", d.What, d.Months), line
	}
	return "", 0
}

// tags says whether the letter still has block tags to go by; one that a
// person pasted in has words only.
func (r reading) tags() bool {
	return slices.ContainsFunc(r.blocks, func(b Block) bool { return len(b.Contents) > 0 })
}
