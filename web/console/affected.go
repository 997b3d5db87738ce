package console

import (
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

type affectedPage struct {
	URL      string
	Roster   *incident.Roster
	By       string
	Proposed string
	Result   rosterPicture
	Mailed   []view.Fact // recipients and who is left out, by reason
	Runs     []runLine
	Compare  *view.Form // two lists with each other
	Empty    view.Empty
	Settle   bool
	Names    bool // may read the list
	Export   bool
	Reports  []string
}

type runLine struct {
	Seq    int
	URL    string
	State  view.Badge
	By     string
	Made   time.Time
	Files  string
	People string
}

// Affected shows who is affected, in numbers.
func (c *Console) Affected(r *Request) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	d := affectedPage{URL: o.URL("/affected"), Roster: o.Roster, Settle: o.may(incident.SettleRoster), Names: o.may(incident.SeeRoster), Export: o.may(incident.ExportRoster), Empty: view.Empty{
		Title: "Not known yet who is affected", Text: "Upload the customer directory and the exports of what was exposed. They are matched here, sealed, and counted by place and by what was lost; the rules are asked with these numbers.",
	}}
	if d.Settle {
		d.Empty.Action = &view.Link{Text: "Upload exports", URL: d.URL + "/new", Icon: "plus"}
	}
	runs, err := c.Desk.Resolutions(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	d.Runs = o.runLines(d.URL, runs)
	d.Compare = compareForm(d.URL+"/compare", runs, "", "")
	if o.Roster != nil {
		d.By, d.Proposed = o.who(o.Roster.SettledBy), ""
		if o.Roster.ProposedBy != "" {
			d.Proposed = o.who(o.Roster.ProposedBy)
		}
		d.Result = c.picture(o.Roster)
		for name := range o.Roster.Reports {
			d.Reports = append(d.Reports, name)
		}
		slices.Sort(d.Reports)
		if d.Settle {
			if d.Mailed, err = c.mailed(r, o); err != nil {
				return err
			}
		}
	}
	return r.Show("affected", o.page(r, "Affected people", d))
}

func (o *openCase) runLines(url string, runs []casework.Resolution) []runLine {
	var out []runLine
	for _, run := range runs {
		var files []string
		for _, f := range run.Files {
			files = append(files, f.Name)
		}
		line := runLine{Seq: run.Seq, URL: url + "/runs/" + run.ID, State: runBadge(run.State), By: o.who(run.MadeBy), Made: run.MadeAt, Files: strings.Join(files, ", ")}
		if run.Listed() {
			line.People = view.Thousands(run.Roster.People)
		}
		out = append(out, line)
	}
	return out
}

// mailed says that the list is everyone who gets a letter and everyone who is
// left out for a reason, where somebody is.
func (c *Console) mailed(r *Request, o *openCase) ([]view.Fact, error) {
	n, left, err := c.Desk.Recipients(r.Ctx(), r.By, o.Incident.ID)
	if err != nil || len(left) == 0 {
		return nil, err
	}
	facts := []view.Fact{{Name: "Affected", Value: view.Thousands(o.Roster.People)}, {Name: "To be written to", Value: view.Thousands(n)}}
	for _, b := range bars(left) {
		facts = append(facts, view.Fact{Name: sentenceCase(b.Label), Value: view.Thousands(b.Value)})
	}
	return facts, nil
}

func runBadge(s casework.ResolutionState) view.Badge {
	switch s {
	case casework.ResolutionMapping:
		return view.Badge{Text: "Columns to confirm", Tone: view.Soon}
	case casework.ResolutionRunning:
		return view.Badge{Text: "Matching", Tone: view.Running}
	case casework.ResolutionFailed:
		return view.Badge{Text: "Failed", Tone: view.Overdue}
	case casework.ResolutionDone:
		return view.Badge{Text: "To be put forward", Tone: view.Soon}
	case casework.ResolutionProposed:
		return view.Badge{Text: "To be settled", Tone: view.Soon}
	}
	return view.Badge{Text: "Put in force", Tone: view.Done}
}
