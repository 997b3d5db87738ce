package api

import (
	"tocsin/incident"
	"tocsin/notify/outbox"
)

func clocks(c *call) (reply, error) {
	limit, err := c.limit()
	if err != nil {
		return reply{}, err
	}
	all, err := c.a.Outbox.NextClocks(c.r.Context(), c.by, limit)
	if err != nil {
		return reply{}, err
	}
	return whole(all)
}

func caseClocks(c *call) (reply, error) {
	all, err := c.a.Outbox.CaseClocks(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return whole(all)
}

// assessment is what the obligations do not say one by one: risk, open
// questions, notices.
func assessment(c *call) (reply, error) {
	s, err := c.a.Outbox.Standing(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return ok(s)
}

func obligations(c *call) (reply, error) {
	all, err := c.a.Outbox.Obligations(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	if want := c.query("applies"); want != "" {
		if want != "yes" && want != "no" && want != "unknown" {
			return reply{}, wrong("applies", "yes, no or unknown")
		}
		var kept []outbox.Obligation
		for _, o := range all {
			if o.Applies == want {
				kept = append(kept, o)
			}
		}
		all = kept
	}
	return page(c, all, func(o outbox.Obligation) string { return o.ID })
}

// obligation answers with the one in the path, as an act left it.
func (c *call) obligation(err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	all, err := c.a.Outbox.Obligations(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	for _, o := range all {
		if o.ID == c.at("obligation") {
			return ok(o)
		}
	}
	return reply{}, incident.Errorf(incident.NotFound, "There is no such obligation on this incident.")
}

// filingPack answers every field of the authority's form from the case.
func filingPack(c *call) (reply, error) {
	p, err := c.a.Outbox.FilingPack(c.r.Context(), c.by, c.ref(), c.at("obligation"))
	if err != nil {
		return reply{}, err
	}
	return ok(p)
}

func decideNotToNotify(c *call) (reply, error) {
	in, err := decode[reason](c)
	if err != nil {
		return reply{}, err
	}
	return c.obligation(c.a.Outbox.DecideNotToNotify(c.r.Context(), c.by, c.ref(), c.at("obligation"), in.Reason))
}

type agreement struct {
	Agree *bool `json:"agree"`
}

func approveDecision(c *call) (reply, error) {
	in, err := decode[agreement](c)
	if err != nil {
		return reply{}, err
	}
	if in.Agree == nil {
		return reply{}, wrong("agree", "true, or false to withdraw the proposal")
	}
	return c.obligation(c.a.Outbox.ApproveDecision(c.r.Context(), c.by, c.ref(), c.at("obligation"), *in.Agree))
}

func filings(c *call) (reply, error) {
	all, err := c.a.Outbox.Filings(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return whole(all)
}

type newFiling struct {
	Obligation string `json:"obligation"`
	Stage      string `json:"stage"`
	At         string `json:"at"` // an instant
	Zone       string `json:"zone"`
	Reference  string `json:"reference"`
	Receipt    string `json:"receipt"` // number or id of the evidence
}

func recordFiling(c *call) (reply, error) {
	in, err := decode[newFiling](c)
	if err != nil {
		return reply{}, err
	}
	at, precision, err := moment("at", in.At, in.Zone)
	if err != nil {
		return reply{}, err
	}
	if precision != incident.ToTheInstant {
		return reply{}, wrong("at", "the instant it was handed in, such as 2026-03-02T09:00:00Z")
	}
	err = c.a.Outbox.RecordFiling(c.r.Context(), c.by, c.ref(), in.Obligation, outbox.RecordFiling{
		Stage: in.Stage, At: at, Zone: in.Zone, Reference: in.Reference, Receipt: in.Receipt,
	})
	if err != nil {
		return reply{}, err
	}
	all, err := c.a.Outbox.Filings(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	for n := len(all) - 1; n >= 0; n-- {
		if all[n].Obligation == in.Obligation {
			return reply{status: 201, body: all[n]}, nil
		}
	}
	return reply{status: 201}, nil
}
