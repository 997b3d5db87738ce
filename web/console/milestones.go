package console

import (
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

type milestonesPage struct {
	URL     string
	Set     bool // this person may set them
	Rows    []milestoneRow
	Filings []milestoneRow
}

type milestoneRow struct {
	Name, Label, Help string
	Value             any // nil where it is not set
	Reason, By, Zone  string
	Candidates        []candidateRow
	Count             int // settings in its history
}

type candidateRow struct {
	Seq        int
	At         any
	Reason, By string
	SetAt      time.Time
}

// Milestones lists the instants that clocks hang on.
func (c *Console) Milestones(r *Request) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	d := milestonesPage{URL: o.URL("/milestones"), Set: o.may(incident.SetMilestones)}
	named := map[incident.Milestone]bool{}
	for _, m := range incident.Milestones() {
		named[m.Name] = true
		d.Rows = append(d.Rows, o.milestoneRow(r.Reader(), m))
	}
	for _, s := range o.Milestones {
		if !named[s.Milestone] {
			named[s.Milestone] = true
			d.Filings = append(d.Filings, o.milestoneRow(r.Reader(), incident.MilestoneInfo{Name: s.Milestone, Label: string(s.Milestone)}))
		}
	}
	p := o.page(r, "Milestones", d)
	p.Lead = "The instants that deadlines are counted from. Setting one again keeps the old value, because authorities ask."
	return r.Show("milestones", p)
}

func (o *openCase) milestoneRow(reader view.Reader, m incident.MilestoneInfo) milestoneRow {
	row := milestoneRow{Name: string(m.Name), Label: m.Label, Help: m.Help}
	inForce, set := o.InForce[m.Name]
	if set {
		row.Value, row.Reason, row.By, row.Zone = milestoneTime(reader, inForce), inForce.Reason, o.who(inForce.SetBy), inForce.Zone
	}
	for _, s := range o.Milestones {
		if s.Milestone != m.Name {
			continue
		}
		row.Count++
		// A candidate that was overtaken by a decision is history.
		if s.Candidate && (!set || s.Seq > inForce.Seq) {
			row.Candidates = append(row.Candidates, candidateRow{Seq: s.Seq, At: milestoneTime(reader, s), Reason: s.Reason, By: o.who(s.SetBy), SetAt: s.SetAt})
		}
	}
	return row
}

type milestonePage struct {
	Help    string
	Form    *view.Form // nil where this person may not set it
	History []settingRow
}

type settingRow struct {
	Seq                int
	At                 any
	Zone, Given        string // as it was given
	Reason, By         string
	SetAt              time.Time
	InForce, Candidate bool
}

// MilestonePage sets one milestone and shows what it was before.
func (c *Console) MilestonePage(r *Request) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	form, p, err := o.milestonePage(r)
	if err != nil {
		return err
	}
	if seq := r.Query("candidate"); seq != "" && form != nil {
		for _, s := range o.Milestones {
			if itoa(s.Seq) == seq && string(s.Milestone) == r.Param("milestone") {
				o.fillMilestone(form, s)
			}
		}
	}
	return r.Show("milestone", p)
}

func (o *openCase) fillMilestone(form *view.Form, s incident.MilestoneSetting) {
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		zone = time.UTC
	}
	for n := range form.Fields {
		f := &form.Fields[n]
		switch f.Name {
		case "at":
			f.Value = s.At.In(zone).Format("2006-01-02T15:04")
		case "zone":
			f.Value = zone.String()
		case "precision":
			f.Value = string(s.Precision)
		}
	}
	form.Submit = "Confirm as " + s.Milestone.Label()
}

func (o *openCase) milestonePage(r *Request) (*view.Form, view.Page, error) {
	m := incident.Milestone(r.Param("milestone"))
	if !m.Known() {
		return nil, view.Page{}, incident.Errorf(incident.NotFound, "There is no such milestone.")
	}
	d := milestonePage{}
	for _, info := range incident.Milestones() {
		if info.Name == m {
			d.Help = info.Help
		}
	}
	inForce, set := o.InForce[m]
	for n := len(o.Milestones) - 1; n >= 0; n-- {
		if s := o.Milestones[n]; s.Milestone == m {
			d.History = append(d.History, settingRow{Seq: s.Seq, At: milestoneTime(r.Reader(), s), Zone: s.Zone, Given: s.Text(), Reason: s.Reason, By: o.who(s.SetBy),
				SetAt: s.SetAt, Candidate: s.Candidate, InForce: set && s.Seq == inForce.Seq})
		}
	}
	if o.may(incident.SetMilestones) {
		d.Form = o.milestoneForm(r, m)
	}
	p := o.page(r, m.Label(), d)
	p.Crumbs = []view.Link{{Text: "Milestones", URL: o.URL("/milestones")}}
	return d.Form, p, nil
}

func (o *openCase) milestoneForm(r *Request, m incident.Milestone) *view.Form {
	value := func(field, otherwise string) string {
		if v := r.Form(field); v != "" {
			return v
		}
		return otherwise
	}
	return &view.Form{Action: o.URL("/milestones/" + string(m)), Submit: "Set it", Cancel: o.URL("/milestones"), Fields: []view.Field{
		{Name: "at", Label: "Date and time", Help: "Where only the day is known, the time of day is left out of account.", Type: "datetime-local", Value: r.Form("at"), Required: true},
		{Name: "zone", Label: "Time zone", Help: "As in Europe/Berlin or America/New_York.", Value: value("zone", r.Account.Location().String()), Required: true},
		{Name: "precision", Label: "How exactly it is known", Type: "radios", Value: value("precision", string(incident.ToTheInstant)), Required: true,
			Options: []view.Option{{Value: string(incident.ToTheInstant), Text: "To the minute"}, {Value: string(incident.ToTheDay), Text: "Only the day"}}},
		{Name: "reason", Label: "Why this instant", Help: "Who concluded it, from what. An authority will ask.", Type: "textarea", Rows: 3, Value: r.Form("reason"), Required: true},
	}}
}

// SetMilestone sets it.
func (c *Console) SetMilestone(r *Request) error {
	m := incident.Milestone(r.Param("milestone"))
	err := c.setMilestone(r, m)
	if err == nil {
		return r.Done("/incidents/"+r.Param("incident")+"/milestones", "Set: "+m.Label()+". The deadlines are counted anew.")
	}
	o, oerr := c.openCase(r)
	if oerr != nil {
		return oerr
	}
	form, p, perr := o.milestonePage(r)
	if perr != nil || form == nil {
		return err
	}
	return r.Wrong(placed(err, string(m), "at"), form, "milestone", p)
}

func (c *Console) setMilestone(r *Request, m incident.Milestone) error {
	zone, err := time.LoadLocation(r.Form("zone"))
	if err != nil || r.Form("zone") == "" {
		return oneProblem("zone", "This is not a time zone. Write it as in Europe/Berlin.")
	}
	at, err := localTime(r.Form("at"), zone, "at")
	if err != nil {
		return err
	}
	if r.Form("reason") == "" {
		return oneProblem("reason", "Say why: who concluded it, from what.")
	}
	precision := incident.Precision(r.Form("precision"))
	if precision == incident.ToTheDay && !at.IsZero() {
		at = time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, zone)
	}
	return c.Desk.SetMilestone(r.Ctx(), r.By, r.Param("incident"), casework.SetMilestone{Milestone: m, At: at, Zone: zone.String(), Precision: precision, Reason: r.Form("reason")})
}

// placed moves the problems the desk reports under one name to the field of the
// form that they are about.
func placed(err error, from, to string) error {
	problems := incident.ProblemsOf(err)
	if len(problems) == 0 {
		return err
	}
	moved := make([]incident.Problem, len(problems))
	for n, p := range problems {
		if p.Where == from {
			p.Where = to
		}
		p.What = sentenceCase(p.What)
		moved[n] = p
	}
	return &incident.Error{Kind: incident.KindOf(err), Message: incident.Sentence(err), Problems: moved, Cause: err}
}
