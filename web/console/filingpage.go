package console

import (
	"net/http"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/notify/filing"
	"tocsin/notify/outbox"
	"tocsin/web/view"
)

type filingPage struct {
	URL, Stage, StageTitle string
	Pack                   filing.Pack
	Duty                   *outbox.Obligation
	State                  view.Badge
	Due                    *time.Time
	Zone                   string
	Stages                 view.Field
	Answered, Asked        int
	Missing                []missingRow
	Sections               []filingSection
	Versions               []frozenRow
	Filed                  []filedRow
	Record                 *view.Form
	RecordSent             bool
	Verify                 bool
	Write                  bool // may answer, freeze and record
}

type missingRow struct {
	Label, Anchor string
	Where         view.Link
}

type frozenRow struct {
	outbox.FilingVersion
	URL, Compare, Who, StageWords, KindWords string
	Passed                                   view.Badge // whether it is approved
	Approver                                 string
	Filed                                    []filedRow
}

// FilingPage shows the form of an authority: what is answered, what is open and
// where to answer it, and what was filed.
func (c *Console) FilingPage(r *Request) error { return c.showFiling(r, r.Query("stage"), nil) }

func (c *Console) showFiling(r *Request, stage string, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	duty, err := o.dutyOf(obligationID(r.Param("obligation")))
	if err != nil {
		return err
	}
	pack, err := c.Outbox.FilingPackAt(r.Ctx(), r.By, o.Incident.ID, duty.ID, stage)
	if err != nil {
		return err
	}
	versions, err := c.Outbox.FilingVersions(r.Ctx(), r.By, o.Incident.ID, duty.ID)
	if err != nil {
		return err
	}
	exhibits, err := c.Desk.Exhibits(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	handed, err := c.Outbox.Filings(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	d := filingPage{URL: o.filingURL(duty.ID), Stage: pack.Stage, StageTitle: pack.Step(), Pack: pack, Duty: duty,
		State: obligationBadge(duty, r.Reader().Now), Verify: pack.Form.Confidence != "high", Write: o.may(incident.WriteNotice)}
	for _, s := range duty.Stages {
		if s.Stage == pack.Stage {
			d.Due, d.Zone, d.State = s.Due, s.Zone, stageBadge(s, r.Reader().Now)
		}
	}
	d.Stages = stageField(duty, pack)
	d.Answered, d.Asked = pack.Answered()
	for _, a := range pack.Missing() {
		d.Missing = append(d.Missing, missingRow{Label: a.Heading(), Anchor: a.ID, Where: o.placeLink(a.Place)})
	}
	d.Sections = o.filingSections(r, pack)
	for _, f := range handed {
		if f.Obligation == duty.ID {
			d.Filed = append(d.Filed, o.filedRow(f, exhibits))
		}
	}
	for n := len(versions) - 1; n >= 0; n-- {
		d.Versions = append(d.Versions, o.frozenRow(d.URL, versions[n], d.Filed))
	}
	if d.Write && duty.Applies != "no" {
		d.Record = recordForm(o.URL("/duties/"+pathID(duty.ID)), duty, &d, r.Reader())
	}
	p := o.page(r, pack.Form.Title, d)
	p.Crumbs = []view.Link{{Text: "Filings", URL: o.URL("/filings")}}
	p.Lead = pack.Authority()
	if wrong == nil {
		return r.Show("filing", p)
	}
	return r.Wrong(wrong, d.sent(r), "filing", p)
}

// sent is the form on the page that was sent, with what was sent in it.
func (d *filingPage) sent(r *Request) *view.Form {
	if d.Record != nil && r.HTTP().Method == http.MethodPost && d.Record.Action == r.HTTP().URL.Path {
		d.RecordSent = true
		for n := range d.Record.Fields {
			if f := &d.Record.Fields[n]; f.Type != "file" && r.Form(f.Name) != "" {
				f.Value = r.Form(f.Name)
			}
		}
		return d.Record
	}
	for n := range d.Sections {
		if d.Sections[n].Key == r.Form("section") {
			return d.Sections[n].Form
		}
	}
	return &view.Form{}
}

func stageField(duty *outbox.Obligation, pack filing.Pack) view.Field {
	f := view.Field{Name: "stage", Label: "Stage", Type: "select", Value: pack.Stage, Required: true}
	for _, s := range duty.Stages {
		text := pack.Form.Stage(s.Stage).Title
		if text == "" || pack.Form.Stage(s.Stage).Name != s.Stage {
			text = sentenceCase(words(s.Stage))
		}
		if s.Met != nil {
			text += " (filed)"
		}
		f.Options = append(f.Options, view.Option{Value: s.Stage, Text: text})
	}
	return f
}

// placeLink is where a person goes to answer a field; none for the form itself.
func (o *openCase) placeLink(p filing.Place) view.Link {
	l := view.Link{Text: p.Words()}
	switch p.Kind {
	case "fact":
		if l.URL = o.answerURL(p.Name); l.URL == "" || strings.HasPrefix(p.Name, "notice.") {
			l.URL = o.URL("/facts/" + p.Name)
		}
	case "milestone":
		l.URL = o.URL("/milestones/" + p.Name)
	case "people":
		l.URL = o.URL("/affected")
	case "notices":
		l.URL = o.URL("/notices")
	case "incident":
		l.URL = o.URL("")
	}
	return l
}

func (o *openCase) frozenRow(base string, v outbox.FilingVersion, filed []filedRow) frozenRow {
	row := frozenRow{FilingVersion: v, URL: base + "/versions/" + itoa(v.N), Who: o.who(v.By), StageWords: v.Pack.Step(), KindWords: sentenceCase(v.Kind)}
	switch {
	case v.Approval == nil:
	case len(v.Void) > 0:
		row.Passed, row.Approver = view.Badge{Text: "Approval void", Tone: view.Overdue}, o.who(v.Approval.By)
	default:
		row.Passed, row.Approver = view.Badge{Text: "Approved", Tone: view.Done}, o.who(v.Approval.By)
	}
	if v.N > 1 {
		row.Compare = base + "/compare?from=" + itoa(v.N-1) + "&to=" + itoa(v.N)
	}
	for _, f := range filed {
		if f.Version == v.N {
			row.Filed = append(row.Filed, f)
		}
	}
	return row
}

// recordForm asks what became of the filing. The version is the one that was
// handed in; unless said otherwise, the answers as they are now.
func recordForm(path string, duty *outbox.Obligation, d *filingPage, reader view.Reader) *view.Form {
	f := fileForm(path, duty, reader)
	f.Hidden = map[string]string{"page": "filing"}
	versions := []view.Option{{Value: "", Text: "The answers as they are now"}}
	for _, v := range d.Versions {
		if len(v.Filed) == 0 && v.Stage == d.Stage {
			versions = append(versions, view.Option{Value: itoa(v.N), Text: "v" + itoa(v.N)})
		}
	}
	stage := &f.Fields[0]
	stage.Value = d.Stage
	if !stage.Chosen(d.Stage) || len(stage.Options) == 0 {
		stage.Options = append(stage.Options, view.Option{Value: d.Stage, Text: d.StageTitle})
	}
	has := false
	for _, op := range stage.Options {
		has = has || op.Value == d.Stage
	}
	if !has {
		stage.Options = append(stage.Options, view.Option{Value: d.Stage, Text: d.StageTitle})
	}
	last := len(f.Fields) - 1 // the file comes last
	f.Fields = append(f.Fields[:last:last], view.Field{Name: "version", Label: "What was handed in", Type: "select", Options: versions, Help: "It is kept as it is, as a version that never changes."}, f.Fields[last])
	return f
}

// AnswerFiling keeps what a person typed into one section of a form.
func (c *Console) AnswerFiling(r *Request) error {
	stage := r.Form("stage")
	obligation := obligationID(r.Param("obligation"))
	pack, err := c.Outbox.FilingPackAt(r.Ctx(), r.By, r.Param("incident"), obligation, stage)
	if err != nil {
		return err
	}
	in, err := typed(r, pack, r.Form("section"))
	if err == nil {
		err = c.Outbox.AnswerFiling(r.Ctx(), r.By, r.Param("incident"), obligation, in)
	}
	if err != nil {
		return c.showFiling(r, stage, err)
	}
	return r.Done("/incidents/"+r.Param("incident")+"/duties/"+pathID(obligation)+"/filing?stage="+stage+"#"+r.Form("section"), "The answers are kept.")
}

// FreezeFiling keeps the form as it is to be filed.
func (c *Console) FreezeFiling(r *Request) error {
	obligation := obligationID(r.Param("obligation"))
	v, err := c.Outbox.FreezeFiling(r.Ctx(), r.By, r.Param("incident"), obligation, r.Form("stage"))
	if err != nil {
		if incident.KindOf(err) == incident.Conflict {
			return c.showFiling(r, r.Form("stage"), err)
		}
		return err
	}
	return r.Done("/incidents/"+r.Param("incident")+"/duties/"+pathID(obligation)+"/filing?stage="+v.Stage+"#versions", "v"+itoa(v.N)+" is frozen as it is to be filed.")
}
