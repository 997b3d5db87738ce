package statute

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// CoverageRow is what the library holds for one jurisdiction.
type CoverageRow struct {
	Jurisdiction string         `json:"jurisdiction"`
	Rules        int            `json:"rules"`     // that make obligations
	Disabled     int            `json:"disabled"`  // known, and shown as notices only
	Audiences    map[string]int `json:"audiences"` // rules by audience
	Regimes      []string       `json:"regimes"`
	Confidence   map[string]int `json:"confidence"`
	Cases        int            `json:"cases"`
	Oldest       string         `json:"oldest_review"`
	Authorities  int            `json:"authorities"`

	Versions []CoveredBy `json:"versions"` // every version of every rule, by audience, then id
}

// CoveredBy is one version of a rule on the map.
type CoveredBy struct {
	Audience   string       `json:"audience"`
	Rule       string       `json:"rule"`
	Version    string       `json:"version"`
	Regime     string       `json:"regime"`
	Confidence string       `json:"confidence"`
	Reviewed   string       `json:"reviewed"`
	InForce    InForceDates `json:"in_force"`
	Enabled    bool         `json:"enabled"`
	Reason     string       `json:"reason"` // why it is not enabled
}

// State words how a version stands on a day: in force, from 2027-01-01, until
// 2025-12-31, or not counted.
func (c CoveredBy) State(on time.Time) string {
	today := on.Format(time.DateOnly)
	switch {
	case !c.Enabled:
		return "not counted"
	case c.InForce.From != nil && *c.InForce.From > today:
		return "from " + *c.InForce.From
	case c.InForce.Until != nil && *c.InForce.Until < today:
		return "until " + *c.InForce.Until
	}
	return "in force"
}

// Coverage gives what the library holds, by jurisdiction.
func (l *Library) Coverage() []CoverageRow {
	rows := map[string]*CoverageRow{}
	row := func(place string) *CoverageRow {
		if rows[place] == nil {
			rows[place] = &CoverageRow{Jurisdiction: place, Audiences: map[string]int{}, Confidence: map[string]int{}, Regimes: []string{}, Versions: []CoveredBy{}}
		}
		return rows[place]
	}
	cases := l.countCases()
	counted := map[string]bool{}
	for _, r := range l.rules {
		c := row(r.Jurisdiction)
		sum := r.Summary()
		c.Versions = append(c.Versions, CoveredBy{
			Audience: r.Audience, Rule: r.ID, Version: r.Version, Regime: r.Regime, Confidence: r.Confidence,
			Reviewed: sum.Reviewed, InForce: sum.InForce, Enabled: sum.Enabled, Reason: r.Reason,
		})
		if !r.IsEnabled() {
			c.Disabled++
			continue
		}
		if c.Oldest == "" || r.Reviewed.String() < c.Oldest {
			c.Oldest = r.Reviewed.String()
		}
		c.Confidence[r.Confidence]++
		c.Regimes = add(c.Regimes, r.Regime)
		if !counted[r.ID] {
			counted[r.ID] = true
			c.Rules++
			c.Audiences[r.Audience]++
			c.Cases += cases[r.ID]
		}
	}
	for _, a := range l.authorities {
		row(a.Place()).Authorities++
	}
	out := make([]CoverageRow, 0, len(rows))
	for _, place := range sortedKeys(rows) {
		slices.Sort(rows[place].Regimes)
		slices.SortStableFunc(rows[place].Versions, func(x, y CoveredBy) int {
			return slices.Index(Audiences(), x.Audience) - slices.Index(Audiences(), y.Audience)
		})
		out = append(out, *rows[place])
	}
	return out
}

// Uncovered lists the countries of the world for which there is no rule that
// makes obligations: neither of their own, nor of a state or zone in them, nor of
// an area they lie in.
func (l *Library) Uncovered() []string {
	var out []string
	for place := range world().Zones {
		country := world().Country(place)
		if place != country {
			continue
		}
		if !slices.ContainsFunc(l.rules, func(r *Rule) bool {
			return r.IsEnabled() && (Within(country, r.Jurisdiction) || world().Country(r.Jurisdiction) == country)
		}) {
			out = append(out, country)
		}
	}
	slices.Sort(out)
	return out
}

// WriteCoverage writes the map: a line for each rule of each jurisdiction, how
// sure it is and how it stands on a day; then what there is in all, and the
// countries of which the library knows nothing.
func WriteCoverage(w io.Writer, rows []CoverageRow, uncovered []string, on time.Time) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "WHERE\tAUDIENCE\tRULE\tVERSION\tREGIME\tCONFIDENCE\tREVIEWED\tSTATE")
	sum := map[string]int{}
	confidence := map[string]int{}
	for _, r := range rows {
		if r.Rules > 0 {
			sum["places"]++
		}
		sum["rules"] += r.Rules
		sum["cases"] += r.Cases
		sum["disabled"] += r.Disabled
		sum["authorities"] += r.Authorities
		for k, n := range r.Confidence {
			confidence[k] += n
		}
		for _, v := range r.Versions {
			state := v.State(on)
			if strings.HasPrefix(state, "from ") {
				sum["later"]++
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Jurisdiction, v.Audience, v.Rule, v.Version, shorten(v.Regime, 48), Sure(v.Confidence), v.Reviewed, state)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%d rules in %d jurisdictions with %d cases; confidence by version: %s.\nNot in force yet: %s; known and not counted: %d; %d authorities.\nNo rule for %d countries and territories: %s\n",
		sum["rules"], sum["places"], sum["cases"], counts(confidence), plural(sum["later"], "version"), sum["disabled"], sum["authorities"], len(uncovered), strings.Join(uncovered, " "))
	return err
}

// counts writes counts by name: high 3, low 1.
func counts(m map[string]int) string {
	var out []string
	for _, k := range sortedKeys(m) {
		out = append(out, fmt.Sprintf("%s %d", k, m[k]))
	}
	return strings.Join(out, ", ")
}
