package console

import (
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/notify/statute"
	"tocsin/web/view"
)

type rulePage struct {
	ID, Version, Text string
	File              string
	Own               bool // the operator's, not shipped
	State             view.Badge
	Confidence        view.Badge
	Verify            bool
	Reviewed          string
	Facts             []view.Fact
	Sources           []string
	Notes, Reason     string

	Who, Covered []string
	Groups       string
	BasedOn      view.Link
	When         []clause
	Exempt       []exemptRow
	Ladder       []ladderRow
	To           string
	Authorities  []authorityRow
	Order, Hold  string
	Required     []string
	Forbidden    []string
	Record       string
	Notices      []noticeRow

	Versions []ruleVersionRow // newest first
	Against  string           // the version compared with
	Diff     []diffLine
	Cases    statute.Worked
	Wrong    string // why the cases cannot be shown
}

type exemptRow struct {
	Name, Note string
	When       []clause
}

type noticeRow struct {
	Text string
	When []clause
}

type ruleVersionRow struct {
	Version, From, Until, Reviewed string
	URL, Compare                   string
	State, Confidence              view.Badge
	Current                        bool // the one this page shows
}

// RulePage is one rule in the version that counts today, in words, as data, with
// its sources, versions and worked cases.
func (c *Console) RulePage(r *Request) error { return c.showRule(r, "") }

// RuleVersionPage is another version of it; ?against= compares.
func (c *Console) RuleVersionPage(r *Request) error { return c.showRule(r, r.Param("version")) }

func (c *Console) showRule(r *Request, version string) error {
	lib, err := c.Rules()
	if err != nil {
		return err
	}
	id := r.Param("rule")
	versions := lib.Versions(id)
	if len(versions) == 0 {
		return incident.Errorf(incident.NotFound, "There is no rule %s%s.", clip(id, 60), lib.Nearest(id))
	}
	today := c.Clock().UTC().Format("2006-01-02")
	v := currentVersion(versions, today)
	if version != "" {
		n := slices.IndexFunc(versions, func(x *statute.Rule) bool { return x.Version == version })
		if n < 0 {
			return incident.Errorf(incident.NotFound, "Rule %s has no version %s.", id, clip(version, 40))
		}
		v = versions[n]
	}
	d := c.ruleInWords(lib, v)
	s := v.Summary()
	d.State, d.Confidence, d.Verify = ruleState(s, today), confidenceBadge(s.Confidence), s.Confidence != "high"
	d.Facts = append([]view.Fact{{Name: "Jurisdiction", Value: placeName(v.Jurisdiction) + " (" + v.Jurisdiction + ")"}, {Name: "Law", Value: v.Regime}, {Name: "Citation", Value: v.Citation},
		{Name: "Who is told", Value: sentenceCase(words(v.Audience))}}, inForceFacts(s)...)
	d.Versions = ruleVersionRows(versions, v, today)
	if other := r.Query("against"); other != "" {
		n := slices.IndexFunc(versions, func(x *statute.Rule) bool { return x.Version == other })
		if n < 0 {
			return incident.Errorf(incident.NotFound, "Rule %s has no version %s.", id, clip(other, 40))
		}
		d.Against, d.Diff = other, lineDiff(lib.Source(versions[n]), lib.Source(v))
	}
	if d.Cases, err = c.library.casesOf(lib, id); err != nil {
		d.Wrong = err.Error()
	}
	title := v.Title
	if title == "" {
		title = id
	}
	return r.Show("rule", view.Page{Title: title, Lead: v.Regime + ", " + placeName(v.Jurisdiction), Data: d,
		Crumbs: []view.Link{{Text: "Rules", URL: "/rules"}, {Text: placeName(v.Jurisdiction), URL: "/rules?place=" + v.Jurisdiction}}})
}

func inForceFacts(s statute.RuleSummary) []view.Fact {
	open := func(d *string, otherwise string) string {
		if d == nil {
			return otherwise
		}
		return *d
	}
	return []view.Fact{{Name: "In force from", Value: open(s.InForce.From, "no date is given")}, {Name: "In force until", Value: open(s.InForce.Until, "no end is set")}}
}

func ruleVersionRows(versions []*statute.Rule, shown *statute.Rule, today string) []ruleVersionRow {
	var out []ruleVersionRow
	for n := len(versions) - 1; n >= 0; n-- {
		v := versions[n]
		s := v.Summary()
		row := ruleVersionRow{Version: v.Version, Reviewed: s.Reviewed, URL: ruleURL(v.ID, v.Version), State: ruleState(s, today), Confidence: confidenceBadge(s.Confidence), Current: v == shown}
		if s.InForce.From != nil {
			row.From = *s.InForce.From
		}
		if s.InForce.Until != nil {
			row.Until = *s.InForce.Until
		}
		if n > 0 {
			row.Compare = ruleURL(v.ID, v.Version) + "?against=" + versions[n-1].Version + "#changes"
		}
		out = append(out, row)
	}
	return out
}

// ruleInWords writes a version out for a reader who does not read data.
func (c *Console) ruleInWords(lib *statute.Library, v *statute.Rule) rulePage {
	d := rulePage{ID: v.ID, Version: v.Version, Text: lib.Source(v), File: v.File(), Own: !v.Shipped(), Reviewed: v.Reviewed.String(), Sources: v.Sources,
		Notes: v.Notes, Reason: v.Reason, Covered: c.coveredWords(v), Groups: orWords(v.Covered.OrGroups), When: clauses(v.When), Ladder: ladderOf(v),
		Required: plainWords(v.Content.Required), Forbidden: plainWords(v.Content.Forbidden)}
	if len(v.Who.Roles) > 0 {
		d.Who = append(d.Who, "The organisation is a "+orWords(v.Who.Roles)+".")
	}
	if len(v.Who.RegulatedAs) > 0 {
		d.Who = append(d.Who, "It is regulated as "+orWords(v.Who.RegulatedAs)+".")
	}
	if len(v.Who.NotRegulatedAs) > 0 {
		d.Who = append(d.Who, "It is not regulated as "+orWords(v.Who.NotRegulatedAs)+".")
	}
	if v.Who.LicensedHere {
		d.Who = append(d.Who, "It is licensed in "+placeName(v.Jurisdiction)+".")
	}
	if v.BasedOn != "" {
		d.BasedOn = view.Link{Text: v.BasedOn, URL: ruleURL(v.BasedOn, "")}
	}
	for _, x := range v.Exempt {
		d.Exempt = append(d.Exempt, exemptRow{Name: sentenceCase(words(x.Name)), Note: x.Note, When: clauses(x.When)})
	}
	for _, x := range v.Notices {
		d.Notices = append(d.Notices, noticeRow{Text: sentenceCase(x.Text), When: clauses(x.When)})
	}
	d.To, d.Authorities = routeWords(v), authorityRows(lib.AuthoritiesFor(v))
	if v.Order.Rule != "" {
		d.Order = sentenceCase(words(v.Order.Relation)) + " the notice of " + v.Order.Rule
	}
	if len(v.Hold.Forms) > 0 {
		d.Hold = "Law enforcement may hold this notice back by " + orWords(v.Hold.Forms) + " request."
		if v.Hold.OralDays > 0 {
			d.Hold += " An oral one lasts " + itoa(v.Hold.OralDays) + " days at most."
		}
	}
	if v.Record.Duty != "" {
		d.Record = v.Record.Duty
		if v.Record.Keep != "" {
			d.Record += " Keep: " + v.Record.Keep + "."
		}
	}
	return d
}

func plainWords(ids []string) []string {
	out := make([]string, len(ids))
	for n, id := range ids {
		out[n] = sentenceCase(capitals(words(id)))
	}
	return out
}

func routeWords(v *statute.Rule) string {
	kind := words(v.Recipient.Kind)
	if kind == "" {
		kind = "data protection"
	}
	to := ""
	switch v.Recipient.Route {
	case "people":
		to = "The people affected"
		if v.Recipient.Name != "" {
			to = v.Recipient.Name
		}
	case "named":
		to = v.Recipient.Name
	case "authority":
		to = "The authority named here"
	case "supervisory_authority":
		to = "The lead authority, where the main or only establishment lies in the area; else the authority of every member state where affected people live (in Germany, the Land’s)"
	case "established":
		to = "The " + kind + " authority of the states of establishment, of the main one where it is known"
	case "residence":
		to = "The " + kind + " authority of every member state where affected people live"
	}
	if v.Channel.Type != "" {
		to += ", by " + v.Channel.Type
	}
	if v.Channel.Note != "" {
		to += " (" + strings.TrimSuffix(v.Channel.Note, ".") + ")"
	}
	return to + "."
}
