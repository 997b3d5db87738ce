package console

import (
	"io/fs"
	"path"
	"sort"
	"strings"

	"tocsin/incident"
	"tocsin/notify/statute"
	"tocsin/web/view"
)

type rulesPage struct {
	Edition               string
	Place, Audience, Text *view.Field
	Rows                  []ruleRow
	Total                 int
	Empty                 view.Empty
}

type ruleRow struct {
	statute.RuleSummary
	URL        string
	Confidence view.Badge
	State      view.Badge
}

// RulesPage lists the statutory library: what is covered, from which source,
// reviewed when.
func (c *Console) RulesPage(r *Request) error {
	lib, err := c.Rules()
	if err != nil {
		return err
	}
	place, audience, text := r.Query("place"), r.Query("audience"), strings.ToLower(strings.TrimSpace(r.Query("text")))
	d := rulesPage{Edition: lib.Edition(), Empty: view.Empty{Title: "No rule matches", Text: "Take one of the filters away to see more of the library."}}
	places, audiences := map[string]bool{}, map[string]bool{}
	for _, s := range lib.List() {
		d.Total++
		places[s.Jurisdiction], audiences[s.Audience] = true, true
		if place != "" && s.Jurisdiction != place || audience != "" && s.Audience != audience ||
			text != "" && !strings.Contains(strings.ToLower(s.ID+" "+s.Regime+" "+s.Citation), text) {
			continue
		}
		d.Rows = append(d.Rows, ruleRow{RuleSummary: s, URL: "/rules/" + s.ID, Confidence: confidenceBadge(s.Confidence), State: ruleState(s)})
	}
	d.Place = &view.Field{Name: "place", Label: "Jurisdiction", Type: "select", Value: place, Options: choiceOf(places, "All")}
	d.Audience = &view.Field{Name: "audience", Label: "Who is told", Type: "select", Value: audience, Options: choiceOf(audiences, "Anybody")}
	d.Text = &view.Field{Name: "text", Label: "Words", Value: r.Query("text")}
	return r.Show("rules", view.Page{Title: "Rules", Lead: "The laws Tocsin counts by, as data. Not legal advice: look at the sources before you rely on one.", Data: d})
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

func confidenceBadge(confidence string) view.Badge {
	switch confidence {
	case "high":
		return view.Badge{Text: "High", Tone: view.Done}
	case "medium":
		return view.Badge{Text: "Medium: verify", Tone: view.Soon}
	}
	return view.Badge{Text: sentenceCase(confidence) + ": verify", Tone: view.Unknown}
}

func ruleState(s statute.RuleSummary) view.Badge {
	switch {
	case !s.Enabled:
		return view.Badge{Text: "Shown as a notice only", Tone: view.Unknown}
	case s.InForce.Until != nil:
		return view.Badge{Text: "Until " + *s.InForce.Until, Tone: view.NotOwed}
	case s.InForce.From != nil:
		return view.Badge{Text: "From " + *s.InForce.From, Tone: view.Running}
	}
	return view.Badge{Text: "In force", Tone: view.Running}
}

type rulePage struct {
	Versions []ruleVersion // newest first
	Cases    string        // the worked cases, as their file has them
}

type ruleVersion struct {
	Version, Title string
	State          view.Badge
	Confidence     view.Badge
	Facts          []view.Fact
	Sources        []string
	Notes, Reason  string
	Text           string // of its file
}

// RulePage is one rule in every version, with its text, its sources and its cases.
func (c *Console) RulePage(r *Request) error {
	lib, err := c.Rules()
	if err != nil {
		return err
	}
	id := r.Param("rule")
	versions := lib.Versions(id)
	if len(versions) == 0 {
		return incident.Errorf(incident.NotFound, "There is no rule %s%s.", clip(id, 60), lib.Nearest(id))
	}
	d := rulePage{}
	for n := len(versions) - 1; n >= 0; n-- {
		v := versions[n]
		s := v.Summary()
		d.Versions = append(d.Versions, ruleVersion{Version: v.Version, Title: v.Title, State: ruleState(s), Confidence: confidenceBadge(s.Confidence), Sources: v.Sources,
			Notes: v.Notes, Reason: v.Reason, Text: lib.Source(v), Facts: []view.Fact{
				{Name: "Jurisdiction", Value: v.Jurisdiction}, {Name: "Regime", Value: v.Regime}, {Name: "Who is told", Value: sentenceCase(words(v.Audience))},
				{Name: "Citation", Value: v.Citation}, {Name: "Reviewed", Value: s.Reviewed}}})
	}
	if d.Cases, err = casesOf(id); err != nil {
		return err
	}
	title := versions[len(versions)-1].Title
	if title == "" {
		title = id
	}
	return r.Show("rule", view.Page{Title: title, Lead: id, Crumbs: []view.Link{{Text: "Rules", URL: "/rules"}}, Data: d})
}

// casesOf is the file of worked cases of a shipped rule; empty where it has none.
func casesOf(id string) (string, error) {
	text := ""
	err := fs.WalkDir(statute.Builtin(), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path.Base(p) != id+".cases.toml" {
			return err
		}
		body, err := fs.ReadFile(statute.Builtin(), p)
		text = string(body)
		return err
	})
	return text, err
}
