package console

import (
	"net/url"
	"slices"
	"sort"
	"strings"

	"tocsin/web/view"
)

// libraryFilter is what somebody looks for in the library, as the fields of a form.
type libraryFilter struct {
	Text, Place, Audience, Regime, Confidence, State view.Field
}

func newLibraryFilter(query func(string) string, rows []libraryEntry) libraryFilter {
	places, audiences, regimes, levels := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, e := range rows {
		places[e.Jurisdiction], audiences[e.Audience], regimes[e.Regime], levels[e.RuleSummary.Confidence] = true, true, true, true
	}
	field := func(name, label, all string, values map[string]bool) view.Field {
		return view.Field{Name: name, Label: label, Type: "select", Required: true, Value: query(name), Options: choiceOf(values, all)}
	}
	f := libraryFilter{
		Text:       view.Field{Name: "text", Label: "Words", Required: true, Value: query("text"), Help: "In title, citation, regime, notes or place."},
		Place:      view.Field{Name: "place", Label: "Jurisdiction", Type: "select", Required: true, Value: query("place"), Options: placeOptions(places)},
		Audience:   field("audience", "Who is told", "Anybody", audiences),
		Regime:     field("regime", "Law", "Any", regimes),
		Confidence: field("confidence", "Confidence", "Any", levels),
		State: view.Field{Name: "state", Label: "State", Type: "select", Required: true, Value: query("state"), Options: []view.Option{{Text: "Any"},
			{Value: "in-force", Text: "In force"}, {Value: "not-yet", Text: "Not yet in force"}, {Value: "ended", Text: "No longer in force"}, {Value: "notice", Text: "Shown as a notice only"}}},
	}
	for n := range f.Regime.Options {
		if v := f.Regime.Options[n].Value; v != "" {
			f.Regime.Options[n].Text = v // the name of a law is written as it is
		}
	}
	return f
}

func placeOptions(places map[string]bool) []view.Option {
	out := []view.Option{}
	for code := range places {
		out = append(out, view.Option{Value: code, Text: placeName(code) + " (" + code + ")"})
	}
	sort.Slice(out, func(a, b int) bool { return out[a].Text < out[b].Text })
	return append([]view.Option{{Text: "All"}}, out...)
}

func (f libraryFilter) fields() []view.Field {
	return []view.Field{f.Text, f.Place, f.Audience, f.Regime, f.Confidence, f.State}
}

func (f libraryFilter) isZero() bool {
	return !slices.ContainsFunc(f.fields(), func(x view.Field) bool { return strings.TrimSpace(x.Value) != "" })
}

// matches reports whether a rule is what is looked for: every word must occur.
func (f libraryFilter) matches(e libraryEntry) bool {
	for _, want := range [][2]string{{f.Place.Value, e.Jurisdiction}, {f.Audience.Value, e.Audience}, {f.Regime.Value, e.Regime}, {f.Confidence.Value, e.RuleSummary.Confidence}, {f.State.Value, e.status}} {
		if want[0] != "" && want[0] != want[1] {
			return false
		}
	}
	for _, word := range strings.Fields(strings.ToLower(f.Text.Value)) {
		if !strings.Contains(e.text, word) {
			return false
		}
	}
	return true
}

// pager leads to the other pages of what was found.
func (f libraryFilter) pager(from, to, all int) view.Pager {
	link := func(start int) string {
		q := url.Values{}
		for _, x := range f.fields() {
			if x.Value != "" {
				q.Set(x.Name, x.Value)
			}
		}
		if start > 0 {
			q.Set("from", itoa(start))
		}
		return "/rules?" + q.Encode()
	}
	p := view.Pager{Text: itoa(min(from+1, to)) + " to " + itoa(to) + " of " + itoa(all)}
	if from > 0 {
		p.Newer = link(0)
	}
	if to < all {
		p.Older = link(to)
	}
	return p
}

func choiceOf(values map[string]bool, none string) []view.Option {
	keys := make([]string, 0, len(values))
	for k := range values {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	out := []view.Option{{Text: none}}
	for _, k := range keys {
		out = append(out, view.Option{Value: k, Text: sentenceCase(words(k))})
	}
	return out
}
