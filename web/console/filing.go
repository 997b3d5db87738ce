package console

import (
	"errors"
	"net/http"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/notify/outbox"
)

// RecordFiling keeps that a notice was handed in, with its receipt as evidence.
func (c *Console) RecordFiling(r *Request) error {
	if err := c.recordFiling(r); err != nil {
		return c.showObligations(r, err)
	}
	return r.Done("/incidents/"+r.Param("incident")+"/obligations", "The filing is on record; what counts from it has begun to run.")
}

func (c *Console) recordFiling(r *Request) error {
	if err := r.HTTP().ParseMultipartForm(1 << 20); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return incident.Because(incident.Invalid, err, "The form could not be read.")
	}
	defer func() {
		if m := r.HTTP().MultipartForm; m != nil {
			_ = m.RemoveAll()
		}
	}()
	value := r.HTTP().PostFormValue
	zone := r.Reader().Zone
	at, err := time.ParseInLocation("2006-01-02T15:04", value("at"), zone)
	if err != nil {
		return incident.Errorf(incident.Invalid, "Say when it was filed.")
	}
	in := outbox.RecordFiling{Stage: value("stage"), At: at, Zone: zone.String(), Reference: value("reference")}
	file, header, err := r.HTTP().FormFile("receipt")
	if err == nil {
		defer file.Close()
		e, err := c.Desk.CollectEvidence(r.Ctx(), r.By, r.Param("incident"), casework.NewEvidence{
			Title: "Receipt of filing", Kind: "receipt", Source: "the authority", FileName: header.Filename, MediaType: header.Header.Get("Content-Type"),
		}, file)
		if err != nil {
			return err
		}
		in.Receipt = e.ID
	}
	return c.Outbox.RecordFiling(r.Ctx(), r.By, r.Param("incident"), obligationID(r.Param("obligation")), in)
}

func (c *Console) concludeRisk(r *Request, o *openCase) error {
	level, reason := r.Form("level"), r.Form("reason")
	if reason == "" {
		return incident.Errorf(incident.Invalid, "Give the reasons for the conclusion.")
	}
	return c.Desk.SetFacts(r.Ctx(), r.By, o.Incident.ID, []casework.NewFact{
		{Name: "incident.risk", Values: []string{level}, Certainty: incident.Known, Source: "conclusion: " + reason},
	})
}
