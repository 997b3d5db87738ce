package letter

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// contents are the things a notice can tell: the words block tags, lint packs
// and the rule library's content lists share. templates/contents.toml holds
// them, with the wording by which each is recognised in a text.
type contents struct {
	Content []content `toml:"content"`
}

type content struct {
	ID     string              `toml:"id"`
	Also   []string            `toml:"also"` // what rules call it
	What   string              `toml:"what"` // after "missing: " and "may not tell "
	Words  map[string][]string `toml:"words"`
	Near   bool                `toml:"near"`   // the words count within its own blocks only
	When   Terms               `toml:"when"`   // element groups that call for it
	Banned []string            `toml:"banned"` // words that tell it, where it may not be told
	Except []string            `toml:"except"`

	patterns       map[string][]*regexp.Regexp // of Words; shared by all packs
	banned, except []*regexp.Regexp
}

func parseContents(data []byte) (*contents, error) {
	var c contents
	if err := toml.NewDecoder(strings.NewReader(string(data))).DisallowUnknownFields().Decode(&c); err != nil {
		return &c, err
	}
	seen := map[string]bool{}
	for i := range c.Content {
		one := &c.Content[i]
		if one.ID == "" || one.What == "" {
			return &c, fmt.Errorf("content %q: id and what are needed", one.ID)
		}
		for _, id := range append([]string{one.ID}, one.Also...) {
			if seen[id] {
				return &c, fmt.Errorf("content %q is there twice", id)
			}
			seen[id] = true
		}
		if err := one.compile(); err != nil {
			return &c, fmt.Errorf("content %q: %w", one.ID, err)
		}
	}
	return &c, nil
}

func (c *content) compile() (err error) {
	c.patterns = map[string][]*regexp.Regexp{}
	for language, words := range c.Words {
		if c.patterns[language], err = compileAll(words); err != nil {
			return err
		}
	}
	if c.banned, err = compileAll(c.Banned); err != nil {
		return err
	}
	c.except, err = compileAll(c.Except)
	return err
}

// named finds a content by its id or by what a rule calls it.
func (c *contents) named(id string) (content, bool) {
	i := slices.IndexFunc(c.Content, func(one content) bool { return one.ID == id || slices.Contains(one.Also, id) })
	if i < 0 {
		return content{}, false
	}
	return c.Content[i], true
}

// ContentID is the content id of letters for a word of a rule's content list;
// false where letters know none.
func (l *Library) ContentID(word string) (string, bool) {
	c, ok := l.contents.named(word)
	return c.ID, ok
}
