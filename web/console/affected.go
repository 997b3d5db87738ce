package console

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

type affectedPage struct {
	URL     string
	Roster  *incident.Roster
	By      string
	Facts   []view.Fact
	Places  view.Chart
	What    view.Chart
	Runs    []runLine
	Empty   view.Empty
	Settle  bool
	Names   bool // may read the list
	Reports []string
}

type runLine struct {
	Seq   int
	URL   string
	State view.Badge
	By    string
	Made  time.Time
	Files string
}

// Affected shows who is affected, in numbers.
func (c *Console) Affected(r *Request) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	d := affectedPage{URL: o.URL("/affected"), Roster: o.Roster, Settle: o.may(incident.SettleRoster), Names: o.may(incident.SeeRoster), Empty: view.Empty{
		Title: "Not known yet who is affected", Text: "Upload the customer directory and the exports of what was exposed. They are matched here, sealed, and counted by place and by what was lost; the rules are asked with these numbers.",
	}}
	if d.Settle {
		d.Empty.Action = &view.Link{Text: "Upload exports", URL: d.URL + "/new", Icon: "plus"}
	}
	runs, err := c.Desk.Resolutions(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	for _, run := range runs {
		var files []string
		for _, f := range run.Files {
			files = append(files, f.Name)
		}
		d.Runs = append(d.Runs, runLine{Seq: run.Seq, URL: d.URL + "/runs/" + run.ID, State: runBadge(run.State), By: o.who(run.MadeBy), Made: run.MadeAt, Files: strings.Join(files, ", ")})
	}
	if o.Roster != nil {
		d.By = o.who(o.Roster.SettledBy)
		d.Facts, d.Places, d.What = rosterFacts(o.Roster), placeChart(o.Roster), c.elementChart(o.Roster)
		for name := range o.Roster.Reports {
			d.Reports = append(d.Reports, name)
		}
		slices.Sort(d.Reports)
	}
	return r.Show("affected", o.page(r, "Affected people", d))
}

func rosterFacts(k *incident.Roster) []view.Fact {
	return []view.Fact{
		{Name: "People", Value: view.Thousands(k.People)}, {Name: "Jurisdictions", Value: view.Thousands(len(k.ByJurisdiction))},
		{Name: "Rows matched", Value: view.Thousands(k.Matched)}, {Name: "Duplicates", Value: view.Thousands(k.Duplicates)},
		{Name: "Rows that name nobody", Value: view.Thousands(k.Unmatched)}, {Name: "Rows that cannot be read", Value: view.Thousands(k.Malformed)},
		{Name: "Conflicts", Value: view.Thousands(k.Conflicts)}, {Name: "No way to reach", Value: view.Thousands(k.NoContact)},
	}
}

func placeChart(k *incident.Roster) view.Chart {
	return view.Chart{Title: "People by jurisdiction", Label: "Jurisdiction", Unit: "People", Bars: bars(k.ByJurisdiction)}
}

func (c *Console) elementChart(k *incident.Roster) view.Chart {
	return view.Chart{Title: "People by what was exposed", Label: "Element", Unit: "People", Bars: c.elementBars(k.ByElement)}
}

func bars(counts map[string]int) []view.Bar {
	out := make([]view.Bar, 0, len(counts))
	for name, n := range counts {
		out = append(out, view.Bar{Label: words(name), Value: n})
	}
	slices.SortFunc(out, func(a, b view.Bar) int {
		if a.Value != b.Value {
			return b.Value - a.Value
		}
		return strings.Compare(a.Label, b.Label)
	})
	return out
}

func runBadge(s casework.ResolutionState) view.Badge {
	switch s {
	case casework.ResolutionMapping:
		return view.Badge{Text: "Columns to be confirmed", Tone: view.Soon}
	case casework.ResolutionRunning:
		return view.Badge{Text: "Matching", Tone: view.Running}
	case casework.ResolutionFailed:
		return view.Badge{Text: "Failed", Tone: view.Overdue}
	case casework.ResolutionDone:
		return view.Badge{Text: "Ready to be put forward", Tone: view.Soon}
	case casework.ResolutionProposed:
		return view.Badge{Text: "A second person is to put it in force", Tone: view.Soon}
	}
	return view.Badge{Text: "In force", Tone: view.Done}
}

// exposureSlots is how many exposed data sets one upload takes.
const exposureSlots = 5

func uploadForm(action string) *view.Form {
	f := &view.Form{Action: action, Submit: "Upload", Upload: true, Cancel: action, Fields: []view.Field{
		{Name: "directory", Label: "Customer directory", Type: "file", Required: true, Accept: ".csv,.gz,text/csv", Help: "CSV with a header line, UTF-8; .csv.gz is read too. It is sealed as evidence."},
	}}
	f.Cancel = strings.TrimSuffix(action, "/new")
	for n := range exposureSlots {
		k := itoa(n + 1)
		f.Fields = append(f.Fields, view.Field{Name: "exposure" + k, Label: "Exposed data set " + k, Type: "file", Required: n == 0, Accept: ".csv,.gz,text/csv"})
	}
	return f
}

// UploadPage asks for the exports.
func (c *Console) UploadPage(r *Request) error { return c.showUpload(r, nil) }

func (c *Console) showUpload(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	form := uploadForm(o.URL("/affected/new"))
	p := o.page(r, "Upload exports", form)
	p.Lead = "The directory says who the customers are; each data set says who of them lost what."
	p.Crumbs = []view.Link{{Text: "Affected people", URL: o.URL("/affected")}}
	if wrong != nil {
		return r.Wrong(wrong, form, "form", p)
	}
	return r.Show("form", p)
}

// Upload takes the exports in as they come.
func (c *Console) Upload(r *Request) error {
	run, err := c.takeExports(r)
	if err != nil {
		return c.showUpload(r, err)
	}
	return r.Go("/incidents/" + r.Param("incident") + "/affected/runs/" + run.ID)
}

// takeExports reads the multipart body part by part: the files go from the wire
// into the vault, and never whole into memory or in the clear onto the disk.
func (c *Console) takeExports(r *Request) (*casework.Resolution, error) {
	parts, err := r.HTTP().MultipartReader()
	if err != nil {
		return nil, incident.Because(incident.Invalid, err, "Choose the files to upload.")
	}
	return c.Desk.NewResolution(r.Ctx(), r.By, r.Param("incident"), func(yield func(casework.Upload) error) error {
		for {
			part, err := parts.NextPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return uploadError(err)
			}
			if part.FileName() == "" {
				continue
			}
			if err := yield(casework.Upload{Name: strings.TrimSuffix(strings.TrimSuffix(part.FileName(), ".gz"), ".csv"), FileName: part.FileName(), Body: part}); err != nil {
				return uploadError(err)
			}
			_ = part.Close()
		}
	})
}

func uploadError(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return incident.Because(incident.TooLarge, err, "The files are larger than this server takes.")
	}
	return err
}

type runPage struct {
	URL      string
	State    view.Badge
	Run      casework.Resolution
	Form     *view.Form // to confirm what the columns mean
	Groups   []mapGroup // its fields, by file
	Progress *view.Progress
	Stage    string
	Facts    []view.Fact
	Places   view.Chart
	Settle   *view.Form
	Errors   []string
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
	d := runPage{URL: o.URL("/affected/runs/" + run.ID), State: runBadge(run.State), Run: run}
	switch run.State {
	case casework.ResolutionRunning:
		d.Stage = map[string]string{"index": "Reading the directory", "match": "Matching", "write": "Writing the list"}[progress.Stage]
		if progress.Total > 0 {
			d.Progress = &view.Progress{ID: "run-bar", Label: d.Stage + ": " + progress.Input, Total: int(progress.Total >> 10), Parts: []view.Part{{Text: "KiB read", Count: int(progress.Done >> 10), Tone: view.Running}}}
		}
	case casework.ResolutionDone, casework.ResolutionSettled:
		if run.Roster != nil {
			d.Facts, d.Places = rosterFacts(run.Roster), placeChart(run.Roster)
		}
		if run.State == casework.ResolutionDone && run.Roster != nil {
			d.Settle = &view.Form{Action: d.URL + "/propose", Submit: "Put this list forward", Hidden: map[string]string{"list": run.Roster.Object}}
		}
	case casework.ResolutionProposed:
		d.Facts, d.Places = rosterFacts(run.Roster), placeChart(run.Roster)
		d.Settle = &view.Form{Action: d.URL + "/settle", Submit: "Put this list in force", Hidden: map[string]string{"list": run.Roster.Object}}
	}
	if run.Error != "" {
		d.Errors = strings.Split(run.Error, "\n")
	}
	if run.State == casework.ResolutionMapping || run.State == casework.ResolutionFailed || run.State == casework.ResolutionDone {
		d.Form, d.Groups = c.mappingForm(d.URL+"/run", &run, r)
	}
	p := o.page(r, "Matching run "+itoa(run.Seq), d)
	p.Crumbs = []view.Link{{Text: "Affected people", URL: o.URL("/affected")}}
	if wrong != nil {
		if d.Form == nil {
			return r.Wrong(wrong, &view.Form{}, "resolution", p)
		}
		wrong = mapped(wrong)
		d.Form.Explain(wrong)
		d.Groups = regroup(d.Groups, d.Form)
		p.Data = d
		return r.Wrong(wrong, d.Form, "resolution", p)
	}
	return r.Show("resolution", p)
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
	return r.Go("/incidents/" + r.Param("incident") + "/affected/runs/" + run.ID)
}

// ProposeResolution puts the list forward for a second person.
func (c *Console) ProposeResolution(r *Request) error {
	if err := c.Desk.ProposeResolution(r.Ctx(), r.By, r.Param("incident"), r.Param("run"), r.Form("list")); err != nil {
		return c.showResolution(r, err)
	}
	return r.Done("/incidents/"+r.Param("incident")+"/affected/runs/"+r.Param("run"), "Put forward. A second person puts it in force.")
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
	defer list.Close()
	h := r.Writer().Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+r.Param("incident")+"-"+strings.ReplaceAll(name, `"`, "")+`"`)
	h.Set("Cache-Control", "no-store")
	_, err = io.Copy(r.Writer(), list)
	return err
}
