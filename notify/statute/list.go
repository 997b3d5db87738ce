package statute

import (
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// RuleSummary is one version of a rule as `rules list --json` prints it.
type RuleSummary struct {
	ID           string       `json:"id"`
	Version      string       `json:"version"`
	Jurisdiction string       `json:"jurisdiction"`
	Audience     string       `json:"audience"`
	Regime       string       `json:"regime"`
	Citation     string       `json:"citation"`
	Sources      []string     `json:"sources"`
	Reviewed     string       `json:"reviewed"`
	Confidence   string       `json:"confidence"`
	InForce      InForceDates `json:"in_force"`
	Enabled      bool         `json:"enabled"`
}

// InForceDates are the first and last day a rule binds; nil is open.
type InForceDates struct {
	From  *string `json:"from"`
	Until *string `json:"until"`
}

// List gives every version of every rule, by id and version.
func (l *Library) List() []RuleSummary {
	out := make([]RuleSummary, 0, len(l.rules))
	for _, r := range l.rules {
		out = append(out, r.Summary())
	}
	return out
}

// Summary is r without its conditions and stages.
func (r *Rule) Summary() RuleSummary {
	return RuleSummary{
		ID: r.ID, Version: r.Version, Jurisdiction: r.Jurisdiction, Audience: r.Audience, Regime: r.Regime,
		Citation: r.Citation, Sources: slices.Clone(r.Sources), Reviewed: r.Reviewed.String(), Confidence: r.Confidence,
		InForce: InForceDates{dateText(r.InForce.From), dateText(r.InForce.Until)}, Enabled: r.IsEnabled(),
	}
}

func dateText(d *toml.LocalDate) *string {
	if d == nil {
		return nil
	}
	s := d.String()
	return &s
}

// Versions gives the versions of a rule, oldest first; nil where there is none.
// They must not be changed.
func (l *Library) Versions(id string) []*Rule { return l.byID[id] }

// Authority gives the record of an authority.
func (l *Library) Authority(id string) (Authority, bool) {
	a, ok := l.byAuthority[id]
	if !ok {
		return Authority{}, false
	}
	return *a, true
}

// Authorities gives every record, in the order of the files.
func (l *Library) Authorities() []Authority {
	out := make([]Authority, len(l.authorities))
	for i, a := range l.authorities {
		out[i] = *a
	}
	return out
}

// Source is the text of the file of a rule, its comments included.
func (l *Library) Source(r *Rule) string {
	for _, s := range l.sources {
		if s.name == r.file && s.layer == r.layer {
			return string(s.data)
		}
	}
	return ""
}

func (l *Library) countCases() map[string]int {
	n := map[string]int{}
	for _, s := range l.sources {
		if isCases(s.name) {
			if f, ps := readCases(s); len(ps) == 0 {
				n[f.Rule] += len(f.Cases)
			}
		}
	}
	return n
}

// Nearest words a hint at the rule whose id is closest, or nothing.
func (l *Library) Nearest(id string) string {
	return hint(strings.ToLower(id), sortedKeys(l.byID))
}
