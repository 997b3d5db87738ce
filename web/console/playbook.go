package console

import (
	"html/template"
	"sort"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/playbooks"
	"tocsin/playbooks/runner"
	"tocsin/web/view"
)

type playbookRow struct {
	Title, URL, Version, Summary, Digest string
	Steps                                int
	Builtin                              bool
	State                                view.Badge
}

type playbooksPage struct {
	Rows  []playbookRow
	Empty view.Empty
}

func standingBadge(s runner.Standing) view.Badge {
	switch s {
	case runner.Published:
		return view.Badge{Text: "Published", Tone: view.Done}
	case runner.Draft:
		return view.Badge{Text: "Draft", Tone: view.Waiting}
	}
	return view.Badge{Text: "Retired", Tone: view.NotOwed}
}

// PlaybooksPage lists the written procedures.
func (c *Console) PlaybooksPage(r *Request) error {
	d := playbooksPage{Empty: view.Empty{Title: "No playbooks", Text: "The written procedures will be listed here, each with its steps by phase."}}
	if c.Runner != nil {
		all, err := c.Runner.Playbooks(r.Ctx(), r.By)
		if err != nil {
			return err
		}
		sort.SliceStable(all, func(a, b int) bool { return all[a].Title < all[b].Title })
		for _, b := range all {
			d.Rows = append(d.Rows, playbookRow{Title: b.Title, URL: "/playbooks/" + b.Digest, Version: b.Version, Summary: b.Summary, Digest: b.Digest, Steps: b.Steps, Builtin: b.Builtin, State: standingBadge(b.Standing)})
		}
	}
	return r.Show("playbooks", view.Page{Title: "Playbooks", Lead: "A published text never changes; a run is pinned to the one it began with.", Data: d})
}

type playbookPage struct {
	Facts   []view.Fact
	State   view.Badge
	Summary template.HTML
	Phases  []stepGroup
	History []revisionRow
}

type stepGroup struct {
	Label string
	Rows  []stepRow
}

type stepRow struct {
	Key, Title, Kind, Role string
	Terms                  []string
	Options                []playbooks.Option
	Instructions           template.HTML
	Mandatory, Privileged  bool
}

type revisionRow struct {
	Version, URL, Digest string
	State                view.Badge
	Stored               time.Time
	This                 bool
}

// PlaybookPage is one text of a procedure, its steps by phase.
func (c *Console) PlaybookPage(r *Request) error {
	if c.Runner == nil {
		return incident.Errorf(incident.NotFound, "There are no playbooks here.")
	}
	rev, err := c.Runner.Revision(r.Ctx(), r.By, r.Param("playbook"))
	if err != nil {
		return err
	}
	book, err := rev.Playbook()
	if err != nil {
		return err
	}
	history, err := c.Runner.History(r.Ctx(), r.By, rev.Slug)
	if err != nil {
		return err
	}
	var kinds []string
	for _, k := range book.Kinds {
		kinds = append(kinds, k.Label())
	}
	if len(kinds) == 0 {
		kinds = []string{"any kind of incident"}
	}
	d := playbookPage{State: standingBadge(rev.Standing), Summary: c.text.HTML(book.Summary), Facts: []view.Fact{
		{Name: "Name", Value: rev.Slug}, {Name: "Version", Value: rev.Version}, {Name: "For", Value: strings.Join(kinds, ", ")}, {Name: "Steps", Value: itoa(rev.Steps)}}}
	for _, ph := range incident.Phases() {
		g := stepGroup{Label: ph.Label}
		for n := range book.Steps {
			if s := &book.Steps[n]; string(s.Phase) == ph.Value {
				g.Rows = append(g.Rows, stepRow{Key: s.Key, Title: s.Title, Kind: words(string(s.Kind)), Role: s.Role.Label(), Terms: s.Terms(), Options: s.Options,
					Instructions: c.text.HTML(s.Instructions), Mandatory: s.Mandatory, Privileged: s.Privileged})
			}
		}
		if len(g.Rows) > 0 {
			d.Phases = append(d.Phases, g)
		}
	}
	for _, h := range history {
		d.History = append(d.History, revisionRow{Version: h.Version, URL: "/playbooks/" + h.Digest, Digest: h.Digest, State: standingBadge(h.Standing), Stored: h.StoredAt, This: h.Digest == rev.Digest})
	}
	return r.Show("playbook", view.Page{Title: rev.Title, Crumbs: []view.Link{{Text: "Playbooks", URL: "/playbooks"}}, Data: d})
}
