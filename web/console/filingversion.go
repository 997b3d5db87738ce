package console

import (
	"net/http"
	"strconv"
	"time"

	"tocsin/incident"
	"tocsin/notify/filing"
	"tocsin/notify/outbox"
	"tocsin/web/view"
)

type filingVersionPage struct {
	Version  frozenRow
	URL      string
	Sections []filingSection
	CanPass  bool
	Why      string // why this person cannot approve it
}

type filingComparePage struct {
	From, To    int
	Differences []filing.Difference
	Pick        []view.Field
	URL         string
	Empty       view.Empty
}

// FilingVersionPage shows a frozen version as it was filed, or was to be.
func (c *Console) FilingVersionPage(r *Request) error { return c.showFilingVersion(r, nil) }

func (c *Console) showFilingVersion(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	duty, err := o.dutyOf(obligationID(r.Param("obligation")))
	if err != nil {
		return err
	}
	v, err := c.Outbox.FilingVersion(r.Ctx(), r.By, o.Incident.ID, duty.ID, atoi(r.Param("version")))
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
	var filed []filedRow
	for _, f := range handed {
		if f.Obligation == duty.ID {
			filed = append(filed, o.filedRow(f, exhibits))
		}
	}
	d := filingVersionPage{URL: o.filingURL(duty.ID), Version: o.frozenRow(o.filingURL(duty.ID), v, filed)}
	for n, s := range v.Pack.Sections() {
		sec := filingSection{Key: sectionKey(n), Title: s.Name}
		for _, a := range s.Fields {
			sec.Lines = append(sec.Lines, filingLine{Answer: a, Heading: a.Heading(), Shown: shownAnswer(a, r.Reader().Zone)})
		}
		d.Sections = append(d.Sections, sec)
	}
	d.CanPass = o.may(incident.ApproveNotice) && len(d.Version.Filed) == 0 && (v.Approval == nil || len(v.Void) > 0) && v.Pack.Fileable()
	if d.CanPass && v.By == r.By.ID {
		d.CanPass, d.Why = false, "You froze it. Somebody else must approve it."
	}
	p := o.page(r, v.Pack.Form.Title+", v"+itoa(v.N), d)
	p.Crumbs = []view.Link{{Text: "Filings", URL: o.URL("/filings")}, {Text: v.Pack.Form.Title, URL: d.URL}}
	if wrong != nil {
		return r.Wrong(wrong, &view.Form{}, "filing-version", p)
	}
	return r.Show("filing-version", p)
}

// ApproveFiling is counsel's word on a frozen version.
func (c *Console) ApproveFiling(r *Request) error {
	obligation := obligationID(r.Param("obligation"))
	n := atoi(r.Param("version"))
	if err := c.Outbox.ApproveFiling(r.Ctx(), r.By, r.Param("incident"), obligation, n, r.Form("digest")); err != nil {
		return c.showFilingVersion(r, err)
	}
	return r.Done("/incidents/"+r.Param("incident")+"/duties/"+pathID(obligation)+"/filing#versions", "v"+itoa(n)+" is approved. Somebody else files it.")
}

// CompareFilings shows what one version says otherwise than another.
func (c *Console) CompareFilings(r *Request) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	duty, err := o.dutyOf(obligationID(r.Param("obligation")))
	if err != nil {
		return err
	}
	versions, err := c.Outbox.FilingVersions(r.Ctx(), r.By, o.Incident.ID, duty.ID)
	if err != nil {
		return err
	}
	d := filingComparePage{From: atoi(r.Query("from")), To: atoi(r.Query("to")), URL: o.filingURL(duty.ID),
		Empty: view.Empty{Title: "Nothing differs", Text: "The two versions answer every field the same."}}
	var list []view.Option
	for _, v := range versions {
		list = append(list, view.Option{Value: itoa(v.N), Text: "v" + itoa(v.N) + ", " + v.Pack.Step()})
	}
	d.Pick = []view.Field{{Name: "from", Label: "From", Type: "select", Value: itoa(d.From), Options: list, Required: true}, {Name: "to", Label: "To", Type: "select", Value: itoa(d.To), Options: list, Required: true}}
	if d.Differences, err = c.Outbox.CompareFilings(r.Ctx(), r.By, o.Incident.ID, duty.ID, d.From, d.To); err != nil {
		return err
	}
	p := o.page(r, "v"+itoa(d.From)+" and v"+itoa(d.To)+" compared", d)
	p.Crumbs = []view.Link{{Text: "Filings", URL: o.URL("/filings")}, {Text: "The form", URL: d.URL}}
	return r.Show("filing-compare", p)
}

// ExportFiling sends a pack, or a frozen version of it, as HTML to print, JSON,
// PDF, or all of them in one archive.
func (c *Console) ExportFiling(r *Request) error {
	obligation := obligationID(r.Param("obligation"))
	name, at := r.Param("incident"), c.Clock()
	var pack filing.Pack
	if text := r.Query("version"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return incident.Errorf(incident.NotFound, "There is no version %q of this filing.", clip(text, 20))
		}
		v, err := c.Outbox.FilingVersion(r.Ctx(), r.By, r.Param("incident"), obligation, n)
		if err != nil {
			return err
		}
		pack, at, name = v.Pack, v.At, name+"-"+v.Form+"-v"+itoa(v.N)
	} else {
		var err error
		if pack, err = c.Outbox.FilingPackAt(r.Ctx(), r.By, r.Param("incident"), obligation, r.Query("stage")); err != nil {
			return err
		}
		name += "-" + pack.Form.ID
	}
	return r.sendPack(pack, at, name, r.Query("format"))
}

func (r *Request) sendPack(pack filing.Pack, at time.Time, name, format string) error {
	body, media, err := outbox.FilingFile(pack, at, format)
	if err != nil {
		return err
	}
	h := r.Writer().Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", `attachment; filename="`+name+"."+format+`"`)
	h.Set("Cache-Control", "no-store")
	r.Writer().WriteHeader(http.StatusOK)
	_, err = r.Writer().Write(body)
	return err
}
