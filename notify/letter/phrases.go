package letter

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// phrases are a language's small words: what elements are called, how dates
// are written, how "your" turns for a child or for someone who has died.
type phrases struct {
	Months    []string          `toml:"months"`
	Date      map[string]string `toml:"date"` // by region: "us", "" (all others); {day} {month} {year}
	On        string            `toml:"on"`
	Between   string            `toml:"between"`
	And       string            `toml:"and"`
	Thousands string            `toml:"thousands"` // what stands between groups of three digits
	FirstDay  string            `toml:"first_day"` // how the first of a month is written, where not "1"
	// The sentence that names the authority where the person lives ({a}), and the
	// one that says where the authorities are listed.
	Authority   string                        `toml:"authority"`
	Authorities string                        `toml:"authorities"`
	MonthsOf    string                        `toml:"months_of"`
	Subject     map[Variant]map[string]string `toml:"subject"` // word → text; {name}
	Elements    map[string]string             `toml:"elements"`
	Groups      map[string]string             `toml:"groups"` // categories of people
}

func parsePhrases(data []byte) (*phrases, error) {
	var p phrases
	d := toml.NewDecoder(strings.NewReader(string(data))).DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return nil, err
	}
	if len(p.Months) != 12 {
		return nil, fmt.Errorf("months: %d, want 12", len(p.Months))
	}
	if !strings.Contains(p.Authority, "{a}") || p.Authorities == "" {
		return nil, fmt.Errorf("authority (with {a}) and authorities are needed")
	}
	for _, e := range elementOrder {
		if p.Elements[e] == "" {
			return nil, fmt.Errorf("elements: no words for %s", e)
		}
	}
	for _, v := range Variants() {
		for _, w := range subjectWords {
			if p.Subject[v][w] == "" {
				return nil, fmt.Errorf("subject.%s: no %s", v, w)
			}
		}
	}
	return &p, nil
}

// subjectWords are the person.* fields that turn with the variant.
var subjectWords = []string{"your", "Your", "your_data", "Your_data"}

// date writes t as people of the jurisdiction do.
func (p *phrases) date(t time.Time, jurisdiction string) string {
	region := ""
	if jurisdiction == "US" || strings.HasPrefix(jurisdiction, "US-") {
		region = "us"
	}
	layout, ok := p.Date[region]
	if !ok {
		layout = p.Date[""]
	}
	y, m, d := t.Date()
	day := fmt.Sprint(d)
	if d == 1 && p.FirstDay != "" {
		day = p.FirstDay
	}
	return strings.NewReplacer("{day}", day, "{month}", p.Months[m-1], "{year}", fmt.Sprint(y)).Replace(layout)
}

// elementList names elements in plain words and in the contract's order; an
// element this language does not know is named by its code, never dropped.
func (p *phrases) elementList(elements []string) []string {
	var out []string
	for _, e := range sortElements(elements) {
		if words := p.Elements[e]; words != "" {
			out = append(out, words)
		} else {
			out = append(out, strings.ReplaceAll(e, "_", " "))
		}
	}
	return out
}

// complaint says to whom people of a jurisdiction may complain.
func (p *phrases) complaint(authority string) string {
	if authority == "" {
		return p.Authorities
	}
	return strings.ReplaceAll(p.Authority, "{a}", authority)
}

func (p *phrases) join(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	mark, last := ", ", " "
	if strings.Contains(strings.Join(items, ""), ",") {
		mark, last = "; ", "; " // an item that has commas of its own
	}
	return strings.Join(items[:len(items)-1], mark) + last + p.And + " " + items[len(items)-1]
}

// sortElements sorts by the contract's order, unknown ones last, without repeats.
func sortElements(elements []string) []string {
	place := func(e string) int {
		if i := slices.Index(elementOrder, e); i >= 0 {
			return i
		}
		return len(elementOrder)
	}
	out := slices.Clone(elements)
	slices.SortStableFunc(out, func(a, b string) int {
		if d := place(a) - place(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(out)
}
