package console

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/notify/statute"
	"tocsin/web/view"
)

type rulesPage struct {
	Edition  string
	Filter   libraryFilter
	Found    int // rules, whatever the number of their versions
	Total    int
	Versions int
	Groups   []rulePlace      // one page of what was found, by jurisdiction
	World    []rulePart       // everything, where nothing is asked for
	Broken   []statute.Broken // of an operator's own files
	Pages    view.Pager
	Empty    view.Empty
}

// rulePart is a part of the world with the jurisdictions in it.
type rulePart struct {
	Name   string
	Rules  int
	Places []rulePlace
}

type rulePlace struct {
	Code, Name string
	URL        string
	Count      int // rules
	Notes      int // of them shown as notices only
	Rows       []ruleRow
}

type ruleRow struct {
	statute.RuleSummary
	Title, URL string
	Told       string // the audience in words
	Own        bool   // from the operator's folder
	More       int    // further versions
	Confidence view.Badge
	State      view.Badge
}

// rulesPerPage is how many rules one page of results lists.
const rulesPerPage = 60

// RulesPage is the statutory library: the world to walk through, or what was
// searched for.
func (c *Console) RulesPage(r *Request) error {
	lib, err := c.Rules()
	if err != nil {
		return err
	}
	rows := libraryRows(lib, c.Clock())
	d := rulesPage{Edition: lib.Edition(), Total: len(rows), Versions: len(lib.List()), Filter: newLibraryFilter(r.Query, rows),
		Empty: view.Empty{Title: "No rule matches", Text: "Take one of the filters away to see more of the library.", Action: &view.Link{Text: "The whole library", URL: "/rules"}}}
	d.Broken = lib.Broken()
	p := view.Page{Title: "Rules", Lead: "The laws Tocsin counts by, as data. Not legal advice: look at the sources before you rely on one."}
	if d.Filter.isZero() {
		d.World = worldOf(rows)
		p.Data = d
		return r.Show("rules", p)
	}
	found := slices.DeleteFunc(rows, func(row libraryEntry) bool { return !d.Filter.matches(row) })
	slices.SortStableFunc(found, func(a, b libraryEntry) int { return strings.Compare(a.place, b.place) })
	d.Found = len(found)
	from := min(max(0, atoi(r.Query("from"))), len(found))
	to := min(len(found), from+rulesPerPage)
	d.Groups = byPlace(found[from:to])
	d.Pages = d.Filter.pager(from, to, len(found))
	p.Data = d
	return r.Show("rules", p)
}

// libraryEntry is a rule in the list: the version that counts today, and what a
// search looks through.
type libraryEntry struct {
	ruleRow
	status string // in-force, not-yet, ended, notice
	place  string // its name, by which results are ordered
	text   string // lower case
}

// libraryRows lists each rule once, by the version in force at now; else the next
// one to come, else the last one there was.
func libraryRows(lib *statute.Library, now time.Time) []libraryEntry {
	var out []libraryEntry
	today := now.UTC().Format("2006-01-02")
	seen := map[string]bool{}
	for _, s := range lib.List() {
		if seen[s.ID] {
			continue
		}
		seen[s.ID] = true
		versions := lib.Versions(s.ID)
		v := currentVersion(versions, today)
		sum := v.Summary()
		e := libraryEntry{place: placeName(v.Jurisdiction), status: statusOf(sum, today), ruleRow: ruleRow{RuleSummary: sum, Title: v.Title, URL: ruleURL(v.ID, ""), Told: sentenceCase(words(v.Audience)), Own: !v.Shipped(),
			More: len(versions) - 1, Confidence: confidenceBadge(sum.Confidence), State: ruleState(sum, today)}}
		var text strings.Builder
		for _, x := range versions {
			text.WriteString(strings.Join([]string{x.ID, x.Title, x.Regime, x.Citation, x.Notes, x.Reason, x.Jurisdiction, x.Audience}, " "))
		}
		text.WriteString(" " + e.place)
		e.text = strings.ToLower(text.String())
		out = append(out, e)
	}
	return out
}

// ruleURL is a rule's page, or that of one of its versions.
func ruleURL(id, version string) string {
	u := "/rules/" + url.PathEscape(id)
	if version != "" {
		u += "/" + url.PathEscape(version)
	}
	return u
}

// currentVersion is the version that binds on a day, "2026-11-24"; else the next
// to come, else the last. There is at least one.
func currentVersion(versions []*statute.Rule, today string) *statute.Rule {
	var next *statute.Rule
	for _, v := range versions {
		switch statusOf(v.Summary(), today) {
		case "in-force":
			return v
		case "not-yet", "notice":
			if next == nil {
				next = v
			}
		}
	}
	if next != nil {
		return next
	}
	return versions[len(versions)-1]
}

// statusOf is how a version stands on a day.
func statusOf(s statute.RuleSummary, today string) string {
	switch {
	case !s.Enabled:
		return "notice"
	case s.InForce.Until != nil && *s.InForce.Until < today:
		return "ended"
	case s.InForce.From != nil && *s.InForce.From > today:
		return "not-yet"
	}
	return "in-force"
}

func confidenceBadge(confidence string) view.Badge {
	switch confidence {
	case "high":
		return view.Badge{Text: "High", Tone: view.Done}
	case "medium":
		return view.Badge{Text: "Medium: verify", Tone: view.Soon}
	}
	return view.Badge{Text: sentenceCase(confidence) + ": verify", Tone: view.Unknown}
}

func ruleState(s statute.RuleSummary, today string) view.Badge {
	switch statusOf(s, today) {
	case "notice":
		return view.Badge{Text: "Shown as a notice only", Tone: view.Unknown}
	case "ended":
		return view.Badge{Text: "Until " + *s.InForce.Until, Tone: view.NotOwed}
	case "not-yet":
		return view.Badge{Text: "From " + *s.InForce.From, Tone: view.Waiting}
	}
	if s.InForce.Until != nil {
		return view.Badge{Text: "In force until " + *s.InForce.Until, Tone: view.Soon}
	}
	return view.Badge{Text: "In force", Tone: view.Running}
}

// byPlace groups rules by jurisdiction, in the order they come in.
func byPlace(rows []libraryEntry) []rulePlace {
	var out []rulePlace
	at := map[string]int{}
	for _, e := range rows {
		n, ok := at[e.Jurisdiction]
		if !ok {
			n = len(out)
			at[e.Jurisdiction] = n
			out = append(out, rulePlace{Code: e.Jurisdiction, Name: placeName(e.Jurisdiction), URL: "/rules?place=" + url.QueryEscape(e.Jurisdiction)})
		}
		out[n].Count++
		if e.status == "notice" {
			out[n].Notes++
		}
		out[n].Rows = append(out[n].Rows, e.ruleRow)
	}
	return out
}

// worldOf groups the jurisdictions by their part of the world.
func worldOf(rows []libraryEntry) []rulePart {
	parts := map[string]*rulePart{}
	slices.SortStableFunc(rows, func(a, b libraryEntry) int { return strings.Compare(a.place, b.place) })
	for _, p := range byPlace(rows) {
		region := regionOf(p.Code)
		if parts[region] == nil {
			parts[region] = &rulePart{Name: region}
		}
		p.Rows = nil
		parts[region].Rules += p.Count
		parts[region].Places = append(parts[region].Places, p)
	}
	var out []rulePart
	for _, name := range regionNames() {
		if p := parts[name]; p != nil {
			// What is common to all of a part comes before its members.
			slices.SortStableFunc(p.Places, func(a, b rulePlace) int { return common(b.Code) - common(a.Code) })
			out = append(out, *p)
		}
	}
	return out
}

func common(place string) int {
	if place == "EU" || place == "US" {
		return 1
	}
	return 0
}

// ruleMark is how sure a rule is of itself, shown wherever the rule is.
type ruleMark struct {
	Reviewed   string
	Confidence view.Badge
}

func markOf(reviewed, confidence string) ruleMark {
	return ruleMark{Reviewed: reviewed, Confidence: confidenceBadge(confidence)}
}

// brokenRules are the files of the operator's own rules that are not used; none
// where the library does not load at all, which every other page says.
func (c *Console) brokenRules() []statute.Broken {
	lib, err := c.Rules()
	if err != nil {
		return nil
	}
	return lib.Broken()
}
