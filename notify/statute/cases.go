package statute

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"tocsin/incident"
)

// caseFile is the cases of one rule, as its file says them.
type caseFile struct {
	Rule  string         `toml:"rule"`
	Facts map[string]any `toml:"facts"`
	Cases []ruleCase     `toml:"case"`
}

type ruleCase struct {
	Name    string         `toml:"name"`
	Source  string         `toml:"source"`
	At      *time.Time     `toml:"at"`
	Facts   map[string]any `toml:"facts"`
	Without []string       `toml:"without"`
	Expect  expectation    `toml:"expect"`
}

// expectation is what a case expects; what it does not name is not asked.
type expectation struct {
	Applies    string          `toml:"applies"`
	Version    string          `toml:"version"`
	Due        string          `toml:"due"`
	Latest     string          `toml:"latest"`
	State      string          `toml:"state"`
	Because    []string        `toml:"because"`
	BecauseNot []string        `toml:"because_not"`
	Missing    []string        `toml:"missing"`
	Recipients []string        `toml:"recipients"`
	Count      *int            `toml:"count"`
	Notices    []string        `toml:"notices"`
	Stages     []expectedStage `toml:"stages"`
}

type expectedStage struct {
	Stage  string `toml:"stage"`
	State  string `toml:"state"`
	From   string `toml:"from"`
	Due    string `toml:"due"`
	Latest string `toml:"latest"`
	Date   string `toml:"date"`
}

// readCases decodes a cases file strictly.
func readCases(s source) (caseFile, []incident.Problem) {
	var f caseFile
	return f, decodeStrict(s.name, s.data, &f)
}

// CaseResult is what became of one case.
type CaseResult struct {
	Rule   string   `json:"rule"`
	Case   string   `json:"case"`
	Where  string   `json:"where"` // file:line
	Failed []string `json:"failed"`
}

// run plays one case.
func (l *Library) run(rule string, shared map[string]any, c ruleCase) []string {
	f, at, err := c.read(shared)
	if err != nil {
		return []string{err.Error()}
	}
	return c.Expect.check(rule, l.Assess(f, at))
}

// read gives the facts of a case, and the instant it is asked about: the shared
// facts, less what it leaves out, with its own merged over them.
func (c ruleCase) read(shared map[string]any) (Facts, time.Time, error) {
	facts := merge(merge(nil, shared), nil)
	for _, path := range c.Without {
		remove(facts, strings.Split(path, "."))
	}
	facts = merge(facts, c.Facts)
	text, err := json.Marshal(plainValue(facts))
	if err != nil {
		return Facts{}, time.Time{}, fmt.Errorf("the facts cannot be written as JSON: %w", err)
	}
	f, err := ParseFacts(strings.NewReader(string(text)))
	if err != nil {
		return Facts{}, time.Time{}, err
	}
	if c.At != nil {
		return f, *c.At, nil
	}
	return f, latestMilestone(f), nil
}

// latestMilestone is the instant a case is asked about where it names none.
func latestMilestone(f Facts) time.Time {
	at := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	set := false
	for _, m := range f.Milestones {
		if t := m.In(time.UTC); !set || t.After(at) {
			at, set = t, true
		}
	}
	return at
}

// merge lays over onto base key by key, tables into tables; anything else,
// lists too, is replaced. Neither is changed.
func merge(base, over map[string]any) map[string]any {
	out := make(map[string]any, len(base)+len(over))
	for k, v := range base {
		out[k] = v
	}
	for k, v := range over {
		sub, ok := v.(map[string]any)
		if !ok {
			out[k] = v
			continue
		}
		under, _ := out[k].(map[string]any)
		out[k] = merge(under, sub)
	}
	return out
}

func remove(facts map[string]any, path []string) {
	sub, ok := facts[path[0]].(map[string]any)
	if len(path) == 1 || !ok {
		delete(facts, path[0])
		return
	}
	remove(sub, path[1:])
}

// plainValue writes TOML's dates in the form of the facts.
func plainValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, sub := range v {
			out[k] = plainValue(sub)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, sub := range v {
			out[i] = plainValue(sub)
		}
		return out
	case time.Time:
		return v.Format(time.RFC3339)
	case toml.LocalDate:
		return v.String()
	}
	return v
}

// check gives every way in which an assessment is not what was expected.
func (e expectation) check(rule string, a Assessment) []string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	var mine []Obligation
	for _, o := range a.Obligations {
		if o.Rule == rule {
			mine = append(mine, o)
		}
	}
	for _, n := range e.Notices {
		if !slices.ContainsFunc(a.Notices, func(s string) bool { return strings.Contains(s, n) }) {
			say("no notice holds %q; there is: %s", n, strings.Join(a.Notices, " | "))
		}
	}
	if e.Applies == "absent" {
		if len(mine) > 0 {
			say("applies: got %s, want the rule not to be listed", mine[0].Applies)
		}
		return wrong
	}
	if len(mine) == 0 {
		return append(wrong, "the rule is not listed at all")
	}
	if e.Count != nil && len(mine) != *e.Count {
		say("count: got %d obligations, want %d", len(mine), *e.Count)
	}
	if len(e.Recipients) > 0 {
		wrong = append(wrong, checkRecipients(e.Recipients, mine)...)
	}
	for i := range mine {
		wrong = append(wrong, e.checkOne(&mine[i])...)
	}
	return wrong
}

func checkRecipients(want []string, got []Obligation) []string {
	var names []string
	for _, o := range got {
		names = append(names, o.Recipient)
	}
	left := slices.Clone(names)
	for _, w := range want {
		i := slices.IndexFunc(left, func(n string) bool { return strings.Contains(n, w) })
		if i < 0 {
			return []string{fmt.Sprintf("recipients: none of %s holds %q", strings.Join(names, " | "), w)}
		}
		left = slices.Delete(left, i, i+1)
	}
	if len(left) > 0 {
		return []string{fmt.Sprintf("recipients: did not expect %s", strings.Join(left, " | "))}
	}
	return nil
}

func (e expectation) checkOne(o *Obligation) []string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if e.Applies != "" && o.Applies.String() != e.Applies {
		say("applies: got %s, want %s (because: %s; because not: %s; missing: %s)", o.Applies, e.Applies,
			strings.Join(o.Because, "; "), strings.Join(o.BecauseNot, "; "), strings.Join(o.Missing, ", "))
	}
	if e.Version != "" && o.Version != e.Version {
		say("version: got %s, want %s", o.Version, e.Version)
	}
	contains := func(name string, got, want []string) {
		for _, w := range want {
			if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, w) }) {
				say("%s: nothing holds %q; there is: %s", name, w, strings.Join(got, " | "))
			}
		}
	}
	contains("because", o.Because, e.Because)
	contains("because_not", o.BecauseNot, e.BecauseNot)
	if e.Missing != nil {
		got, want := slices.Sorted(slices.Values(o.Missing)), slices.Sorted(slices.Values(e.Missing))
		if !slices.Equal(got, want) {
			say("missing: got %s, want %s", strings.Join(got, ", "), strings.Join(want, ", "))
		}
	}
	if e.Due != "" || e.Latest != "" || e.State != "" {
		wrong = append(wrong, expectedStage{State: e.State, Due: e.Due, Latest: e.Latest}.check(o.Stages)...)
	}
	for _, s := range e.Stages {
		wrong = append(wrong, s.check(o.Stages)...)
	}
	return wrong
}

func (s expectedStage) check(stages []StageOut) []string {
	i := slices.IndexFunc(stages, func(o StageOut) bool { return s.Stage == "" || o.Stage == s.Stage })
	if i < 0 {
		return []string{fmt.Sprintf("there is no stage %q", s.Stage)}
	}
	o := &stages[i]
	var wrong []string
	same := func(name, got, want string) {
		if want != "" && got != want {
			wrong = append(wrong, fmt.Sprintf("%s of stage %s: got %s, want %s (%s)", name, o.Stage, got, want, o.Counted))
		}
	}
	date := "none"
	if o.Date != nil {
		date = *o.Date
	}
	same("state", string(o.State), s.State)
	same("from", o.From, s.From)
	same("due", instant(o.Due), s.Due)
	same("latest", instant(o.Latest), s.Latest)
	same("date", date, s.Date)
	return wrong
}

func instant(t *time.Time) string {
	if t == nil {
		return "none"
	}
	return t.Format(time.RFC3339)
}
