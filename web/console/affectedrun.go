package console

import (
	"context"
	"io"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/notify/outbox"
	"tocsin/notify/statute"
	"tocsin/web/view"
)

type runPage struct {
	URL      string
	State    view.Badge
	Running  bool
	Run      casework.Resolution
	Form     *view.Form // to confirm what the columns mean
	Groups   []mapGroup // its fields, by file
	Settled  []string   // exposures that an earlier run has read
	Progress *view.Progress
	Stage    string
	Left     string
	Result   *rosterPicture
	Follows  *whatIfResult // what the laws make of the numbers; nothing of it is recorded until the list is in force
	Made     string        // who confirmed the columns
	Proposed string
	Acts     runActs
	Reports  []string
	Errors   []string
}

// runActs are the forms and links that are offered in the state it is in.
type runActs struct {
	Cancel, Propose, Settle, Return, Repeat, Rerun *view.Form
	Conflicts, Search, Add                         string
	Pending                                        int // decisions that the list does not take into account
}

// ResolutionPage shows a run: its mapping, its progress, its result.
func (c *Console) ResolutionPage(r *Request) error { return c.showResolution(r, nil) }

func (c *Console) showResolution(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	run, progress, err := c.Desk.Resolution(r.Ctx(), r.By, o.Incident.ID, r.Param("run"))
	if err != nil {
		return err
	}
	d := runPage{URL: o.URL("/affected/runs/" + run.ID), State: runBadge(run.State), Run: run, Running: run.State == casework.ResolutionRunning}
	if run.Error != "" {
		d.Errors = strings.Split(run.Error, "\n")
	}
	if run.RunBy != "" {
		d.Made = o.who(run.RunBy)
	}
	if d.Running {
		d.follow(progress)
	}
	if run.Listed() {
		picture := c.picture(run.Roster)
		d.Result = &picture
		if run.ProposedBy != "" {
			d.Proposed = o.who(run.ProposedBy)
		}
		if err := c.offer(r, o, &d); err != nil {
			return err
		}
		if run.State != casework.ResolutionSettled {
			before, after, err := c.Outbox.Suppose(r.Ctx(), r.By, o.Incident.ID, outbox.Supposition{List: run.Roster})
			if err != nil {
				return err
			}
			d.Follows = whatFollows(statute.Compare(before, after))
		}
	}
	if !run.Brought() && (run.State == casework.ResolutionMapping || run.State == casework.ResolutionFailed || run.State == casework.ResolutionDone) {
		samples, err := c.Desk.Samples(r.Ctx(), r.By, o.Incident.ID, run.ID, 5)
		if err != nil {
			return err
		}
		d.Form, d.Groups = c.mappingForm(d.URL+"/run", &run, samples, r)
		for n := range run.PriorFiles {
			d.Settled = append(d.Settled, run.Files[n+1].FileName)
		}
	}
	p := o.page(r, "Matching run "+itoa(run.Seq), d)
	p.Crumbs = []view.Link{{Text: "Affected people", URL: o.URL("/affected")}}
	if wrong == nil {
		return r.Show("resolution", p)
	}
	form := d.Form
	if form == nil {
		form = &view.Form{}
	}
	wrong = mapped(wrong)
	d.Groups = regroup(d.Groups, form, wrong)
	p.Data = d
	return r.Wrong(wrong, form, "resolution", p)
}

// follow says how far the run is and how long it will take.
func (d *runPage) follow(p casework.RunProgress) {
	stage := map[string]string{"index": "Reading the directory", "match": "Matching", "join": "Matching", "list": "Listing conflicts", "write": "Writing the list"}[p.Stage]
	d.Stage = stage
	if p.Rows > 0 {
		d.Stage = stage + ": " + words(p.Input) + ", " + view.Thousands(int(p.Rows)) + " rows"
	}
	d.Progress = &view.Progress{ID: "run-bar", Label: "Read so far", Total: 100, Parts: []view.Part{{Text: "% of the files", Count: int(100 * p.Share), Tone: view.Running}}}
	d.Left = lasting(p.Elapsed) + " so far"
	if p.Left > 0 {
		d.Left += ", about " + lasting(p.Left) + " to go"
	}
	d.Acts.Cancel = &view.Form{Action: d.URL + "/cancel", Submit: "Cancel the run"}
}

// lasting is a length of time in words.
func lasting(d time.Duration) string {
	switch s := int(d.Round(time.Second).Seconds()); {
	case s < 90:
		return itoa(s) + " s"
	case s < 90*60:
		return itoa((s+30)/60) + " min"
	default:
		return itoa((s+1800)/3600) + " h"
	}
}

func (c *Console) offer(r *Request, o *openCase, d *runPage) error {
	run := &d.Run
	list := map[string]string{"list": run.Roster.Object}
	a := &d.Acts
	if !run.Brought() {
		a.Add = d.URL + "/add"
		a.Repeat = &view.Form{Action: d.URL + "/repeat", Submit: "Begin another run with these files"}
		if o.may(incident.SeeRoster) {
			a.Search = d.URL + "/search"
			d.Reports = []string{"unmatched.csv", "rejected.csv", "conflicts.csv"}
		}
		if run.Roster.Conflicts > 0 || run.Roster.Decided > 0 {
			a.Conflicts = d.URL + "/conflicts"
		}
	}
	switch run.State {
	case casework.ResolutionDone:
		a.Propose = &view.Form{Action: d.URL + "/propose", Submit: "Put this list forward", Hidden: list}
	case casework.ResolutionProposed:
		a.Return = &view.Form{Action: d.URL + "/return", Submit: "Send it back", Fields: []view.Field{{Name: "why", Label: "Why it cannot be put in force", Required: true}}}
		if run.ProposedBy != r.By.ID {
			a.Settle = &view.Form{Action: d.URL + "/settle", Submit: "Put this list in force", Hidden: list}
		}
	}
	if a.Conflicts == "" || run.State == casework.ResolutionSettled {
		return nil
	}
	q, err := c.Desk.Conflicts(r.Ctx(), r.By, o.Incident.ID, run.ID, casework.QueuePage{})
	if err != nil {
		return err
	}
	if a.Pending = q.Pending; q.Pending > 0 {
		a.Rerun = &view.Form{Action: d.URL + "/rerun", Submit: "Match again with the decisions"}
	}
	return nil
}

// RunResolution begins to match with the confirmed columns.
func (c *Console) RunResolution(r *Request) error {
	run, _, err := c.Desk.Resolution(r.Ctx(), r.By, r.Param("incident"), r.Param("run"))
	if err != nil {
		return err
	}
	spec, err := specOf(&run, r)
	if err == nil {
		err = c.Desk.RunResolution(r.Ctx(), r.By, r.Param("incident"), run.ID, spec)
	}
	if err != nil {
		return c.showResolution(r, err)
	}
	return r.Go(runURL(r))
}

func runURL(r *Request) string {
	return "/incidents/" + r.Param("incident") + "/affected/runs/" + r.Param("run")
}

// RerunResolution matches again with what the columns mean already and what
// was decided since.
func (c *Console) RerunResolution(r *Request) error {
	run, _, err := c.Desk.Resolution(r.Ctx(), r.By, r.Param("incident"), r.Param("run"))
	if err == nil {
		err = c.Desk.RunResolution(r.Ctx(), r.By, r.Param("incident"), run.ID, run.Spec)
	}
	if err != nil {
		return c.showResolution(r, err)
	}
	return r.Go(runURL(r))
}

// CancelResolution stops a run that is under way.
func (c *Console) CancelResolution(r *Request) error {
	if err := c.Desk.CancelResolution(r.Ctx(), r.By, r.Param("incident"), r.Param("run")); err != nil {
		return c.showResolution(r, err)
	}
	return r.Done(runURL(r), "The run is being cancelled. Nothing of it is kept.")
}

// RepeatResolution begins another run with the same files.
func (c *Console) RepeatResolution(r *Request) error {
	run, err := c.Desk.RepeatResolution(r.Ctx(), r.By, r.Param("incident"), r.Param("run"))
	if err != nil {
		return c.showResolution(r, err)
	}
	return r.Go("/incidents/" + r.Param("incident") + "/affected/runs/" + run.ID)
}

// SetReading looks at the files again, read as it was said.
func (c *Console) SetReading(r *Request) error {
	run, _, err := c.Desk.Resolution(r.Ctx(), r.By, r.Param("incident"), r.Param("run"))
	if err != nil {
		return err
	}
	inputs, err := readingOf(&run, r)
	if err == nil {
		err = c.Desk.SetReading(r.Ctx(), r.By, r.Param("incident"), run.ID, inputs)
	}
	if err != nil {
		return c.showResolution(r, err)
	}
	return r.Done(runURL(r), "The files were looked at again.")
}

// ProposeResolution puts the list forward for a second person.
func (c *Console) ProposeResolution(r *Request) error {
	if err := c.Desk.ProposeResolution(r.Ctx(), r.By, r.Param("incident"), r.Param("run"), r.Form("list")); err != nil {
		return c.showResolution(r, err)
	}
	return r.Done(runURL(r), "Put forward. A second person puts it in force.")
}

// ReturnResolution sends a list back that was put forward.
func (c *Console) ReturnResolution(r *Request) error {
	if err := c.Desk.ReturnResolution(r.Ctx(), r.By, r.Param("incident"), r.Param("run"), r.Form("why")); err != nil {
		return c.showResolution(r, err)
	}
	return r.Done(runURL(r), "Sent back.")
}

// SettleResolution puts the list in force.
func (c *Console) SettleResolution(r *Request) error {
	roster, err := c.Desk.SettleResolution(r.Ctx(), r.By, r.Param("incident"), r.Param("run"), r.Form("list"))
	if err != nil {
		return c.showResolution(r, err)
	}
	return r.Done("/incidents/"+r.Param("incident")+"/affected", "In force: "+view.Thousands(roster.People)+" people. The duties were worked out again.")
}

// DownloadRoster sends the list or one of its reports; that it was read is recorded.
func (c *Console) DownloadRoster(r *Request) error {
	name := r.Param("file")
	list, err := c.Desk.OpenRoster(r.Ctx(), r.By, r.Param("incident"), name)
	if err != nil {
		return err
	}
	return r.download(list, r.Param("incident")+"-"+name, "text/csv; charset=utf-8")
}

// DownloadReport sends a report of a run that is not settled, or was.
func (c *Console) DownloadReport(r *Request) error {
	name := r.Param("file")
	list, err := c.Desk.OpenReport(r.Ctx(), r.By, r.Param("incident"), r.Param("run"), name)
	if err != nil {
		return err
	}
	return r.download(list, r.Param("incident")+"-"+name, "text/csv; charset=utf-8")
}

func (r *Request) download(body io.ReadCloser, name, media string) error {
	defer body.Close()
	h := r.Writer().Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", `attachment; filename="`+cleanName(name)+`"`)
	h.Set("Cache-Control", "no-store")
	_, err := io.Copy(r.Writer(), body)
	return err
}

// stream sends a file that is made while it goes out.
func (r *Request) stream(name, media string, write func(context.Context, io.Writer) error) error {
	h := r.Writer().Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", `attachment; filename="`+cleanName(name)+`"`)
	h.Set("Cache-Control", "no-store")
	return write(r.Ctx(), r.Writer())
}
