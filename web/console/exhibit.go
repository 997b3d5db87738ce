package console

import (
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

type exhibitPage struct {
	exhibitRow
	Facts    []view.Fact
	Custody  []custodyRow
	Broken   int
	Work     bool
	Mark     bool
	Transfer *view.Form
}

type custodyRow struct {
	Seq                   int
	Kind, By, To, Purpose string
	At                    time.Time
	SHA256, Hash          string
	Broken                bool
}

func (c *Console) exhibit(r *Request, o *openCase) (*casework.Exhibit, error) {
	all, err := c.Desk.Exhibits(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return nil, err
	}
	for n := range all {
		if itoa(all[n].Number) == r.Param("exhibit") || all[n].ID == r.Param("exhibit") {
			return &all[n], nil
		}
	}
	return nil, incident.Errorf(incident.NotFound, "There is no exhibit %s on %s.", clip(r.Param("exhibit"), 40), o.Incident.Number)
}

// Exhibit is one exhibit with its custody.
func (c *Console) Exhibit(r *Request) error { return c.showExhibit(r, nil) }

func (c *Console) showExhibit(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	e, err := c.exhibit(r, o)
	if err != nil {
		return err
	}
	d := exhibitPage{exhibitRow: o.exhibitRow(*e), Broken: e.Broken, Work: o.may(incident.WorkIncident), Mark: o.may(incident.MarkPrivileged)}
	add := func(name string, value any) {
		if value != "" {
			d.Facts = append(d.Facts, view.Fact{Name: name, Value: value})
		}
	}
	add("Kind", d.Kind)
	add("Source", d.Source)
	add("Collected", r.Reader().At(d.Collected))
	add("By", d.By)
	add("Method", e.Method)
	add("File", d.FileName)
	add("Size", d.Size)
	add("Type", e.MediaType)
	add("Remarks", d.Note)
	for _, v := range e.Custody {
		d.Custody = append(d.Custody, custodyRow{Seq: v.Seq, Kind: sentenceCase(string(v.Kind)), By: o.who(v.By), To: v.To, Purpose: v.Purpose, At: v.At, SHA256: v.SHA256, Hash: v.Hash, Broken: v.Seq == e.Broken})
	}
	if d.Work && !d.Destroyed {
		d.Transfer = &view.Form{Action: d.URL + "/transfer", Submit: "Record the hand-over", Fields: []view.Field{
			{Name: "to", Label: "Handed to", Value: r.Form("to"), Required: true, MaxLength: 300},
			{Name: "purpose", Label: "For what purpose", Value: r.Form("purpose"), Required: true, MaxLength: 500}}}
	}
	p := o.page(r, "Exhibit "+itoa(e.Number)+": "+e.Title, d)
	p.Crumbs = []view.Link{{Text: "Evidence", URL: o.URL("/evidence")}}
	if wrong != nil {
		form := d.Transfer
		if form == nil {
			form = &view.Form{}
		}
		return r.Wrong(wrong, form, "exhibit", p)
	}
	return r.Show("exhibit", p)
}

func (r *Request) exhibitPath() string { return "/evidence/" + r.Param("exhibit") }

// TransferEvidence records that an exhibit was handed to somebody.
func (c *Console) TransferEvidence(r *Request) error {
	err := c.Desk.TransferEvidence(r.Ctx(), r.By, r.Param("incident"), r.Param("exhibit"), r.Form("to"), r.Form("purpose"))
	return c.did(r, err, r.exhibitPath(), "The hand-over is on record.", c.showExhibit)
}

// VerifyEvidence reads the bytes again and compares the hash.
func (c *Console) VerifyEvidence(r *Request) error {
	err := c.Desk.VerifyEvidence(r.Ctx(), r.By, r.Param("incident"), r.Param("exhibit"))
	return c.did(r, err, r.exhibitPath(), "Read again: the hash is the same.", c.showExhibit)
}

// MarkEvidence marks it as privileged, or no longer.
func (c *Console) MarkEvidence(r *Request) error {
	off := r.Form("privileged") != "yes"
	err := c.Desk.MarkPrivileged(r.Ctx(), r.By, r.Param("incident"), "evidence", r.Param("exhibit"), nil, off)
	return c.did(r, err, r.exhibitPath(), privilegeNote(off), c.showExhibit)
}

// DownloadEvidence sends the bytes, after the custody says so. It is a POST,
// because it leaves a custody event. Whatever the file is, the browser saves it
// and does not open it here.
func (c *Console) DownloadEvidence(r *Request) error {
	purpose := r.Form("purpose")
	if purpose == "" {
		purpose = "downloaded in the console"
	}
	e, body, err := c.Desk.OpenEvidence(r.Ctx(), r.By, r.Param("incident"), r.Param("exhibit"), purpose)
	if err != nil {
		return c.showExhibit(r, err)
	}
	defer body.Close()
	name := e.FileName
	if name == "" {
		name = "exhibit-" + itoa(e.Number)
	}
	return r.send(body, name, "application/octet-stream", e.Size)
}
