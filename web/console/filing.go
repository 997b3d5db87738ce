package console

import (
	"tocsin/incident/casework"
	"tocsin/notify/outbox"
)

// RecordFiling keeps that a notice was handed in, with its receipt as evidence.
func (c *Console) RecordFiling(r *Request) error {
	err := c.recordFiling(r, "")
	base := "/incidents/" + r.Param("incident")
	if r.Form("page") == "filing" {
		if err != nil {
			return c.showFiling(r, r.Form("stage"), err)
		}
		return r.Done(base+"/duties/"+r.Param("obligation")+"/filing#versions", "The filing is on record; what counts from it has begun to run.")
	}
	if err != nil {
		return c.showObligations(r, err)
	}
	return r.Done(base+"/obligations", "The filing is on record; what counts from it has begun to run.")
}

// LetterTold keeps that an approved letter was handed over, with its proof: the duty
// it is for is met.
func (c *Console) LetterTold(r *Request) error {
	return c.draftDone(r, c.recordFiling(r, r.Param("draft")), "On record, with the letter as it was handed over.")
}

// recordFiling records what the form says of the duty in the address, or of the one
// the letter is for.
func (c *Console) recordFiling(r *Request, draft string) error {
	u, err := r.upload()
	if err != nil {
		return err
	}
	zone := r.Account.Location()
	at, err := localTime(r.Form("at"), zone, "at")
	if err == nil && at.IsZero() {
		err = oneProblem("at", "Say when it was filed.")
	}
	if err != nil {
		return u.wrong(err)
	}
	in := outbox.RecordFiling{Stage: r.Form("stage"), At: at, Zone: zone.String(), Reference: r.Form("reference"), LateReasons: r.Form("late_reasons"), Version: atoi(r.Form("version")), Draft: draft}
	obligation := obligationID(r.Param("obligation"))
	if draft != "" {
		obligation = r.Form("obligation")
	}
	// What is wrong is said before the receipt becomes an exhibit, which nothing
	// takes back.
	if err := c.Outbox.CheckFiling(r.Ctx(), r.By, r.Param("incident"), obligation, in); err != nil {
		return u.wrong(err)
	}
	if u.body != nil {
		e, err := c.Desk.CollectEvidence(r.Ctx(), r.By, r.Param("incident"), casework.NewEvidence{
			Title: "Receipt of filing", Kind: "receipt", Source: receiptSource(&in), FileName: u.name, MediaType: u.media,
		}, u.body)
		if err != nil {
			return u.wrong(err)
		}
		in.Receipt = e.ID
	}
	return c.Outbox.RecordFiling(r.Ctx(), r.By, r.Param("incident"), obligation, in)
}

func (c *Console) concludeRisk(r *Request, o *openCase) error {
	level := r.Form("level")
	if level == "" {
		level = "?"
	}
	fact, err := outbox.Conclude(outbox.RiskQuestion, level, r.Form("reason"))
	if err != nil {
		return renamed(err, map[string]string{"answer": "level"})
	}
	return c.Desk.SetFacts(r.Ctx(), r.By, o.Incident.ID, []casework.NewFact{fact})
}

// receiptSource says where a proof comes from.
func receiptSource(in *outbox.RecordFiling) string {
	if in.Draft != "" {
		return "whoever was told"
	}
	return "the authority"
}
