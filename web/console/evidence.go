package console

import (
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

type evidencePage struct {
	URL   string
	Rows  []exhibitRow
	Empty view.Empty
	Add   *view.Form // nil where this person may not collect
}

type exhibitRow struct {
	Number                    int
	Title, Kind, URL          string
	Source, By                string
	Collected                 time.Time
	SHA256, Size, FileName    string
	Link, Task, TaskURL, Note string
	State                     view.Badge
	Privileged, Destroyed     bool
}

func evidenceKind(k string) string {
	for _, ch := range incident.EvidenceKinds() {
		if ch.Value == k {
			return ch.Label
		}
	}
	return words(k)
}

func (o *openCase) exhibitRow(e casework.Exhibit) exhibitRow {
	row := exhibitRow{Number: e.Number, Title: e.Title, Kind: evidenceKind(e.Kind), URL: o.URL("/evidence/" + itoa(e.Number)), Source: e.Source, By: o.who(e.CollectedBy),
		Collected: e.CollectedAt, SHA256: e.SHA256, FileName: e.FileName, Link: e.Link, Note: e.Note, Privileged: e.Privileged != nil, Destroyed: e.Destroyed}
	if e.SHA256 != "" {
		row.Size = size(e.Size)
	}
	for _, t := range o.Tasks {
		if t.ID == e.Task {
			row.Task, row.TaskURL = t.Title, o.URL("/tasks/"+itoa(t.Number))
		}
	}
	switch {
	case e.Broken > 0:
		row.State = view.Badge{Text: "Custody broken at event " + itoa(e.Broken), Tone: view.Overdue}
	case e.Destroyed:
		row.State = view.Badge{Text: "Destroyed", Tone: view.NotOwed}
	default:
		row.State = view.Badge{Text: "Custody whole", Tone: view.Done}
	}
	return row
}

// size words a number of bytes.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return tenths(n, 1<<30) + " GiB"
	case n >= 1<<20:
		return tenths(n, 1<<20) + " MiB"
	case n >= 1<<10:
		return tenths(n, 1<<10) + " KiB"
	}
	return itoa(int(n)) + " bytes"
}

func tenths(n, unit int64) string {
	t := n * 10 / unit
	return itoa(int(t/10)) + "." + itoa(int(t%10))
}

// Evidence lists the exhibits.
func (c *Console) Evidence(r *Request) error { return c.showEvidence(r, nil) }

func (c *Console) showEvidence(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	all, err := c.Desk.Exhibits(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	d := evidencePage{URL: o.URL("/evidence"), Empty: view.Empty{Title: "No evidence yet",
		Text: "Files, links and physical items will be listed here, each with its hash and everything that happened to it. Files are sealed as they arrive."}}
	for _, e := range all {
		d.Rows = append(d.Rows, o.exhibitRow(e))
	}
	if o.may(incident.WorkIncident) {
		d.Add = o.evidenceForm(r, d.URL, nil)
	}
	p := o.page(r, "Evidence", d)
	if wrong != nil {
		form := d.Add
		if form == nil {
			form = &view.Form{}
		}
		return r.Wrong(wrong, form, "evidence", p)
	}
	return r.Show("evidence", p)
}

// evidenceForm asks for an exhibit; the file comes last, so that it can be
// streamed once everything about it is known.
func (o *openCase) evidenceForm(r *Request, action string, t *incident.Task) *view.Form {
	kind := r.Form("kind")
	if kind == "" && t != nil && len(t.Needs) > 0 {
		kind = t.Needs[0].Kind
	}
	marks := r.FormAll("privileged")
	f := &view.Form{Action: action, Submit: "Seal and add it", Upload: true, Fields: []view.Field{
		{Name: "title", Label: "What it is", Value: r.Form("title"), MaxLength: 300, Help: "The file's name if left empty."},
		{Name: "kind", Label: "Kind", Type: "select", Value: kind, Options: options(incident.EvidenceKinds(), ""), Required: true},
		{Name: "source", Label: "Where it comes from", Value: r.Form("source"), MaxLength: 500, Help: "System, host and place."},
		{Name: "collected", Label: "Collected at", Type: "datetime-local", Value: r.Form("collected"), Help: "Empty means now. In " + r.Account.Location().String() + "."},
		{Name: "method", Label: "How it was collected", Value: r.Form("method"), MaxLength: 500, Help: "Method and tool."},
		{Name: "link", Label: "Address", Value: r.Form("link"), Help: "Only for a link.", InputMode: "url"},
		{Name: "note", Label: "Remarks", Type: "textarea", Rows: 2, Value: r.Form("note")},
		{Name: "privileged", Label: "Who may see it", Type: "checkboxes", Values: marks, Options: []view.Option{{Value: "yes", Text: "Legally privileged", Help: "Only counsel and you see it."}}},
		{Name: "file", Label: "File", Type: "file", Help: "Not needed for a link or a physical item."},
	}}
	if t != nil {
		f.Submit = "Seal and attach it"
	}
	return f
}

// takeEvidence reads the form and collects the exhibit, for a task if one is named.
func (c *Console) takeEvidence(r *Request, task string) (*incident.Evidence, error) {
	u, err := r.upload()
	if err != nil {
		return nil, err
	}
	at, err := localTime(r.Form("collected"), r.Account.Location(), "collected")
	if err != nil {
		return nil, u.wrong(err)
	}
	e, err := c.Desk.CollectEvidence(r.Ctx(), r.By, r.Param("incident"), casework.NewEvidence{
		Title: r.Form("title"), Kind: r.Form("kind"), Source: r.Form("source"), CollectedAt: at, Method: r.Form("method"), MediaType: u.media,
		FileName: u.name, Link: r.Form("link"), Note: r.Form("note"), Task: task, Privileged: r.Form("privileged") == "yes",
	}, u.body)
	if err != nil {
		return nil, u.wrong(err)
	}
	return e, nil
}

// AddEvidence collects an exhibit.
func (c *Console) AddEvidence(r *Request) error {
	e, err := c.takeEvidence(r, "")
	if err != nil {
		return c.showEvidence(r, err)
	}
	return r.Done("/incidents/"+r.Param("incident")+"/evidence", "Exhibit "+itoa(e.Number)+" is sealed.")
}
