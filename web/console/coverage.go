package console

import (
	"net/url"
	"slices"
	"strings"

	"tocsin/notify/statute"
	"tocsin/web/view"
)

type coveragePage struct {
	Edition             string
	Rules, Cases, Notes int
	Places, Countries   int
	Audiences           view.Chart
	Confidence          []view.Fact
	Maps                []tileMap
	Parts               []coveragePart
	Broken              []statute.Broken
	OldestDay           string
}

type coveragePart struct {
	Name   string
	Rules  int
	Places []coverageRow
}

type coverageRow struct {
	Code, Name, URL          string
	Rules, Disabled, Cases   int
	Audiences                []string
	Regimes                  []string
	High, Medium, Low        int
	Oldest                   string
	Authorities              int
	people, regulator, agent bool
}

// Coverage is the map of what the library holds, and the table behind it.
func (c *Console) Coverage(r *Request) error {
	lib, err := c.Rules()
	if err != nil {
		return err
	}
	d := coveragePage{Edition: lib.Edition()}
	d.Broken = lib.Broken()
	rows := map[string]coverageRow{}
	levels, audiences, countries := map[string]int{}, map[string]int{}, map[string]bool{}
	parts := map[string]*coveragePart{}
	for _, x := range c.library.coverageOf(lib) {
		row := coverageRowOf(x)
		rows[x.Jurisdiction] = row
		d.Rules, d.Cases, d.Notes = d.Rules+x.Rules, d.Cases+x.Cases, d.Notes+x.Disabled
		for level, n := range x.Confidence {
			levels[level] += n
		}
		for a, n := range x.Audiences {
			audiences[sentenceCase(words(a))] += n
		}
		if x.Rules == 0 && x.Disabled == 0 {
			continue // an authority of a state whose law is the Union's
		}
		d.Places++
		countries[statute.CountryOf(x.Jurisdiction)] = true
		if x.Oldest != "" && (d.OldestDay == "" || x.Oldest < d.OldestDay) {
			d.OldestDay = x.Oldest
		}
		region := regionOf(x.Jurisdiction)
		if parts[region] == nil {
			parts[region] = &coveragePart{Name: region}
		}
		parts[region].Rules += x.Rules
		parts[region].Places = append(parts[region].Places, row)
	}
	d.Countries = len(countries)
	for _, name := range regionNames() {
		if p := parts[name]; p != nil {
			slices.SortStableFunc(p.Places, func(a, b coverageRow) int {
				if n := common(b.Code) - common(a.Code); n != 0 {
					return n
				}
				return strings.Compare(a.Name, b.Name)
			})
			d.Parts = append(d.Parts, *p)
		}
	}
	for _, level := range []string{"high", "medium", "low"} {
		d.Confidence = append(d.Confidence, view.Fact{Name: sentenceCase(level) + " confidence", Value: view.Thousands(levels[level])})
	}
	d.Audiences = view.Chart{Title: "Rules by who is told", Label: "Who is told", Unit: "Rules", Bars: bars(audiences)}
	d.Maps = []tileMap{statesMap(rows), eeaMap(rows, lib)}
	p := view.Page{Title: "What is covered", Lead: "Which law the library holds, and how sure it is of it. A place that is missing here has no rule: that is not the same as no law.", Data: d}
	p.Crumbs = []view.Link{{Text: "Rules", URL: "/rules"}}
	return r.Show("coverage", p)
}

func coverageRowOf(x statute.CoverageRow) coverageRow {
	row := coverageRow{Code: x.Jurisdiction, Name: placeName(x.Jurisdiction), URL: "/rules?place=" + url.QueryEscape(x.Jurisdiction), Rules: x.Rules, Disabled: x.Disabled, Cases: x.Cases,
		Regimes: x.Regimes, High: x.Confidence["high"], Medium: x.Confidence["medium"], Low: x.Confidence["low"], Oldest: x.Oldest, Authorities: x.Authorities,
		people: x.Audiences["individuals"] > 0, regulator: x.Audiences["regulator"] > 0, agent: x.Audiences["consumer_reporting_agencies"] > 0}
	for a := range x.Audiences {
		row.Audiences = append(row.Audiences, words(a))
	}
	slices.Sort(row.Audiences)
	return row
}

func statesMap(rows map[string]coverageRow) tileMap {
	return newTileMap("us", "United States", "Each square is a state or territory, with the number of its rules.", statesGrid, "US-", func(t *tile) {
		row := rows[t.Code]
		t.Count, t.URL, t.Tone = row.Rules, "/rules?place="+t.Code, "none"
		name := placeName(t.Code)
		switch {
		case row.Rules == 0:
			t.Label = name + ": no rule"
			return
		case row.people && row.regulator && row.agent:
			t.Tone = "all"
		default:
			t.Tone = "some"
		}
		var told []string
		for _, x := range []struct {
			has  bool
			name string
		}{{row.people, "individuals"}, {row.regulator, "regulator"}, {row.agent, "consumer reporting agencies"}} {
			if x.has {
				told = append(told, x.name)
			}
		}
		t.Label = name + ": " + itoa(row.Rules) + " rules; told: " + strings.Join(told, ", ")
	})
}

// eeaMap shows the authorities the Union's rules are routed to, with the number of
// each state's own rules beside.
func eeaMap(rows map[string]coverageRow, lib *statute.Library) tileMap {
	kinds := map[string][]string{}
	for _, a := range lib.Authorities() {
		if statute.Within(a.Country, "EU") && !slices.Contains(kinds[a.Country], a.Kind) {
			kinds[a.Country] = append(kinds[a.Country], a.Kind)
		}
	}
	return newTileMap("eea", "European Economic Area", "The Union’s rules bind in every state; each square says how many kinds of authority are on record to take a notice there.", eeaGrid, "", func(t *tile) {
		row, have := rows[t.Code], kinds[t.Code]
		t.Count, t.URL, t.Tone = len(have), "/rules?text="+url.QueryEscape(placeName(t.Code)), "none"
		if row.Rules > 0 {
			t.URL = "/rules?place=" + t.Code
		} else {
			t.URL = "/rules?place=EU"
		}
		switch {
		case len(have) >= 3:
			t.Tone = "all"
		case len(have) > 0:
			t.Tone = "some"
		}
		slices.Sort(have)
		list := "none"
		if len(have) > 0 {
			list = strings.Join(plainWords(have), ", ")
		}
		t.Label = placeName(t.Code) + ": authorities on record: " + strings.ToLower(list)
		if row.Rules > 0 {
			t.Label += "; " + itoa(row.Rules) + " rules of its own"
		}
	})
}
