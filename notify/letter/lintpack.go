package letter

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// pack is what one law asks of a letter: a file of templates/rules.
type pack struct {
	Law           string   `toml:"law"`
	Cite          string   `toml:"cite"`          // for tells, advises and hides
	Jurisdictions []string `toml:"jurisdictions"` // whose residents' letters it binds, without being named by the letter
	Duties        []string `toml:"duties"`        // rules of the rule library whose notice this is about
	Reviewed      string   `toml:"reviewed"`
	Tells         []string `toml:"tells"`   // content ids that must be there, in the words of contents.toml
	Advises       []string `toml:"advises"` // the same, as a warning
	Hides         []string `toml:"hides"`   // content ids that may not be there
	Require       []demand `toml:"require"`
	Forbid        []ban    `toml:"forbid"`
}

// demand is one thing a letter must hold.
type demand struct {
	Content string              `toml:"content"` // the content id a block is tagged with
	What    string              `toml:"what"`
	Cite    string              `toml:"cite"`
	When    Terms               `toml:"when"`     // element groups, all of which must be exposed
	Any     []string            `toml:"any"`      // elements, one of which must be exposed
	Sender  string              `toml:"sender"`   // only where the organisation is regulated as this
	Words   map[string][]string `toml:"words"`    // by language: every pattern must be found
	Heading string              `toml:"heading"`  // must stand as a heading, in every language
	Near    bool                `toml:"near"`     // look for the words in the tagged blocks only, where there are any
	Months  int                 `toml:"months"`   // a free offer of at least so many months
	If      string              `toml:"if"`       // only where the case has it: late, acquirer, source, owned, delay_known
	Advise  bool                `toml:"advise"`   // a warning where it is missing
	Variant Terms               `toml:"variants"` // only these variants; empty = all

	patterns map[string][]*regexp.Regexp
}

// words are the patterns of a language, or of the language it is a kind of.
func (d demand) words(language string) []*regexp.Regexp {
	if list, ok := d.patterns[language]; ok {
		return list
	}
	return d.patterns[pickBase(language)]
}

// ban is one thing a letter may not hold.
type ban struct {
	Content string   `toml:"content"`
	What    string   `toml:"what"`
	Cite    string   `toml:"cite"`
	Words   []string `toml:"words"`  // any of these patterns, in any language
	Except  []string `toml:"except"` // what is taken out of a line before looking
	Story   bool     `toml:"story"`  // also sentences of the case's own account

	patterns, except []*regexp.Regexp
}

func parsePack(data []byte, known *contents) (*pack, error) {
	var p pack
	if err := toml.NewDecoder(strings.NewReader(string(data))).DisallowUnknownFields().Decode(&p); err != nil {
		return &p, err
	}
	if p.Law == "" || p.Reviewed == "" || len(p.Require)+len(p.Forbid)+len(p.Tells)+len(p.Advises)+len(p.Hides) == 0 {
		return &p, fmt.Errorf("law, reviewed and at least one demand or ban are needed")
	}
	return &p, p.compile(known)
}

// compile writes out the short forms, checks every demand and ban, and makes
// their patterns.
func (p *pack) compile(known *contents) error {
	if err := p.spell(known); err != nil {
		return err
	}
	for i := range p.Require {
		d := &p.Require[i]
		if d.What == "" || d.Cite == "" || d.Content == "" {
			return fmt.Errorf("require %d: content, what and cite are needed", i+1)
		}
		for _, term := range d.When {
			if !isGroup(strings.TrimPrefix(term, "no-")) {
				return fmt.Errorf("require %d: when: %q is not an element group", i+1, term)
			}
		}
		for _, e := range d.Any {
			if _, ok := elementGroups[e]; !ok {
				return fmt.Errorf("require %d: any: %q is not an element", i+1, e)
			}
		}
		if d.patterns != nil {
			continue // of contents.toml
		}
		d.patterns = map[string][]*regexp.Regexp{}
		for language, words := range d.Words {
			compiled, err := compileAll(words)
			if err != nil {
				return fmt.Errorf("require %d: %w", i+1, err)
			}
			d.patterns[language] = compiled
		}
	}
	for i := range p.Forbid {
		b := &p.Forbid[i]
		if b.What == "" || b.Cite == "" || b.Content == "" {
			return fmt.Errorf("forbid %d: content, what and cite are needed", i+1)
		}
		if b.patterns != nil {
			continue // of contents.toml
		}
		var err error
		if b.patterns, err = compileAll(b.Words); err != nil {
			return fmt.Errorf("forbid %d: %w", i+1, err)
		}
		if b.except, err = compileAll(b.Except); err != nil {
			return fmt.Errorf("forbid %d: %w", i+1, err)
		}
	}
	return nil
}

// spell writes out the short forms: tells, advises, hides.
func (p *pack) spell(known *contents) error {
	for i, ids := range [][]string{p.Tells, p.Advises} {
		for _, id := range ids {
			c, ok := known.named(id)
			if !ok {
				return fmt.Errorf("%q is not in contents.toml", id)
			}
			p.Require = append(p.Require, demand{Content: c.ID, What: c.What, Cite: p.Cite, patterns: c.patterns, Near: c.Near, When: c.When, Advise: i == 1})
		}
	}
	for _, id := range p.Hides {
		c, ok := known.named(id)
		if !ok {
			return fmt.Errorf("%q is not in contents.toml", id)
		}
		p.Forbid = append(p.Forbid, ban{Content: c.ID, What: c.What, Cite: p.Cite, patterns: c.banned, except: c.except})
	}
	return nil
}

func compileAll(words []string) ([]*regexp.Regexp, error) {
	var out []*regexp.Regexp
	for _, w := range words {
		// A space in a pattern is any white space: texts are wrapped.
		re, err := regexp.Compile("(?i)" + strings.ReplaceAll(w, " ", `\s+`))
		if err != nil {
			return nil, err
		}
		out = append(out, re)
	}
	return out, nil
}
