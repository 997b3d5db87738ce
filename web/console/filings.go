package console

import (
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/notify/outbox"
	"tocsin/web/view"
)

type filingsPage struct {
	Rows  []filingRow
	Empty view.Empty
}

type filingRow struct {
	outbox.FilingDuty
	URL, StageWords, Progress string
	State                     view.Badge
	Lacks                     view.Badge
	Due                       *time.Time
	Zone                      string
	Versions                  int
	Filed                     []filedRow
}

type filedRow struct {
	outbox.Filing
	Who, StageWords string
	Receipt         view.Link
	Second          string // who approved it; empty where nobody had
}

// Filings lists the authorities that are told by a form, and how far each form has come.
func (c *Console) Filings(r *Request) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	all, err := c.Outbox.FilingDuties(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	d := filingsPage{Empty: view.Empty{Title: "No authority has to be told", Text: "As soon as a duty towards an authority is owed, or may be, its form is here: every field of it, answered from the case as far as the case knows.",
		Action: &view.Link{Text: "See the obligations", URL: o.URL("/obligations")}}}
	for n := range all {
		d.Rows = append(d.Rows, o.filingRow(&all[n], r.Reader().Now))
	}
	p := o.page(r, "Filings with authorities", d)
	p.Lead = "One answer fills every form that asks it. What the case knows is there already."
	return r.Show("filings", p)
}

func (o *openCase) filingRow(f *outbox.FilingDuty, now time.Time) filingRow {
	row := filingRow{FilingDuty: *f, URL: o.filingURL(f.Obligation.ID), StageWords: sentenceCase(words(f.Stage)), Versions: f.Versions,
		State: obligationBadge(&f.Obligation, now), Progress: itoa(f.Answered) + " of " + itoa(f.Asked)}
	if next := f.Obligation.Next(); next != nil {
		row.Due, row.Zone = next.Due, next.Zone
	}
	switch {
	case f.Missing > 0:
		row.Lacks = view.Badge{Text: itoa(f.Missing) + " required open", Tone: view.Soon}
	default:
		row.Lacks = view.Badge{Text: "Complete", Tone: view.Done}
	}
	for _, x := range f.Filed {
		row.Filed = append(row.Filed, o.filedRow(x, nil))
	}
	return row
}

func (o *openCase) filedRow(f outbox.Filing, exhibits []casework.Exhibit) filedRow {
	row := filedRow{Filing: f, Who: o.who(f.By), StageWords: sentenceCase(words(f.Stage))}
	if f.Approved != "" {
		row.Second = o.who(f.Approved)
	}
	for _, e := range exhibits {
		if e.ID == f.Receipt && f.Receipt != "" {
			row.Receipt = view.Link{Text: "Receipt, exhibit " + itoa(e.Number), URL: o.URL("/evidence/" + itoa(e.Number))}
		}
	}
	return row
}

func (o *openCase) filingURL(obligation string) string {
	return o.URL("/duties/" + pathID(obligation) + "/filing")
}

// dutyOf finds an obligation among those the page read.
func (o *openCase) dutyOf(id string) (*outbox.Obligation, error) {
	for n := range o.desk.all {
		if o.desk.all[n].ID == id {
			return &o.desk.all[n], nil
		}
	}
	return nil, incident.Errorf(incident.NotFound, "There is no such obligation on this incident.")
}
