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
