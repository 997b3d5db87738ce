package public

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/language"
)

//go:embed texts/*.toml
var textFiles embed.FS

// languages are those that every letter to people has; the first is for readers of no other.
var languages = []string{"en", "de", "fr", "es", "it", "nl", "pl", "pt"}

// texts are the pages' words: language → name → text.
type texts struct {
	of      map[string]map[string]string
	matcher language.Matcher
}

// loadTexts reads them. A word that one language has and another lacks is an error.
func loadTexts() (*texts, error) {
	t := &texts{of: map[string]map[string]string{}}
	var tags []language.Tag
	for _, l := range languages {
		raw, err := textFiles.ReadFile("texts/" + l + ".toml")
		if err != nil {
			return nil, err
		}
		words := map[string]string{}
		if err := toml.Unmarshal(raw, &words); err != nil {
			return nil, fmt.Errorf("texts %s: %w", l, err)
		}
		for k, v := range words {
			if strings.TrimSpace(v) == "" {
				return nil, fmt.Errorf("texts %s: %s is empty", l, k)
			}
		}
		if first := t.of[languages[0]]; first != nil && !slices.Equal(slices.Sorted(maps.Keys(first)), slices.Sorted(maps.Keys(words))) {
			return nil, fmt.Errorf("texts %s: not the words that %s has", l, languages[0])
		}
		t.of[l] = words
		tags = append(tags, language.MustParse(l))
	}
	t.matcher = language.NewMatcher(tags)
	return t, nil
}

// choose is the language of a page: the one asked for, or else what the browser says
// its reader reads.
func (t *texts) choose(asked, accept string) string {
	if slices.Contains(languages, asked) {
		return asked
	}
	if len(accept) > 1000 {
		return languages[0]
	}
	wanted, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(wanted) == 0 {
		return languages[0]
	}
	_, n, sure := t.matcher.Match(wanted...)
	if sure == language.No {
		return languages[0]
	}
	return languages[n]
}
