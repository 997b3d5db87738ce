package console

import (
	"bytes"

	"tocsin/incident"
	"tocsin/notify/outbox"
	"tocsin/web/view"
)

type enrolPanel struct {
	outbox.EnrolCodes
	Unused int
	Form   *view.Form // to add a list; nil where this person may not
	Wanted bool
}

// enrolCodes is the panel of the codes that letters carry; nil where none do and none
// were added.
func (c *Console) enrolCodes(r *Request, o *openCase) (*enrolPanel, error) {
	codes, wanted, err := c.Outbox.EnrolCodes(r.Ctx(), r.By, o.Incident.ID)
	if err != nil || !wanted && codes.Total == 0 {
		return nil, err
	}
	p := &enrolPanel{EnrolCodes: codes, Unused: codes.Left(), Wanted: wanted}
	if o.may(incident.WriteNotice) {
		p.Form = &view.Form{Action: o.URL("/notices/codes"), Submit: "Add the codes", Upload: true, Fields: []view.Field{
			{Name: "codes", Label: "List of codes", Type: "file", Required: true, Accept: ".txt,.csv", Help: "One a line; of a CSV the first column. It is sealed, and nobody sees a code again but in the letter it is given to."},
		}}
	}
	return p, nil
}

// AddEnrolCodes takes a list of the codes that the provider of the monitoring sold.
func (c *Console) AddEnrolCodes(r *Request) error {
	u, err := r.upload()
	if err != nil {
		return c.showNotices(r, err)
	}
	if u.body == nil {
		u.body = bytes.NewReader(nil)
	}
	added, err := c.Outbox.AddEnrolCodes(r.Ctx(), r.By, r.Param("incident"), u.body)
	if err != nil {
		return c.showNotices(r, u.wrong(err))
	}
	return r.Done(c.noticeURL(r, ""), view.Thousands(added.Lists[len(added.Lists)-1].Codes)+" codes are sealed.")
}
