package api

import (
	"strconv"

	"tocsin/notify/outbox"
)

func drafts(c *call) (reply, error) {
	all, err := c.a.Outbox.Drafts(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return page(c, all, func(d outbox.DraftView) string { return d.ID })
}

func (c *call) draft(id string, status int) (reply, error) {
	d, err := c.a.Outbox.Draft(c.r.Context(), c.by, c.ref(), id)
	if err != nil {
		return reply{}, err
	}
	return reply{status: status, body: d}, nil
}

func getDraft(c *call) (reply, error) { return c.draft(c.at("draft"), 200) }

type newDraft struct {
	Obligation string `json:"obligation"`
	Language   string `json:"language"` // BCP 47
}

func createDraft(c *call) (reply, error) {
	in, err := decode[newDraft](c)
	if err != nil {
		return reply{}, err
	}
	if in.Obligation == "" {
		return reply{}, wrong("obligation", "the id of the obligation the letter is for")
	}
	if in.Language == "" {
		in.Language = "en"
	}
	d, err := c.a.Outbox.CreateDraft(c.r.Context(), c.by, c.ref(), in.Obligation, in.Language)
	if err != nil {
		return reply{}, err
	}
	return c.draft(d.ID, 201)
}

type wording struct {
	Subject string `json:"subject"`
	Source  string `json:"source"`
	Why     string `json:"why"` // may be empty
}

func editDraft(c *call) (reply, error) {
	in, err := decode[wording](c)
	if err != nil {
		return reply{}, err
	}
	if err := c.a.Outbox.EditDraft(c.r.Context(), c.by, c.ref(), c.at("draft"), in.Subject, in.Source, in.Why); err != nil {
		return reply{}, err
	}
	return getDraft(c)
}

func refreshDraft(c *call) (reply, error) {
	if err := c.a.Outbox.RefreshDraft(c.r.Context(), c.by, c.ref(), c.at("draft")); err != nil {
		return reply{}, err
	}
	return getDraft(c)
}

type approval struct {
	Digest string `json:"digest"` // of the version that was read
}

func approveDraft(c *call) (reply, error) {
	in, err := decode[approval](c)
	if err != nil {
		return reply{}, err
	}
	if err := c.a.Outbox.Approve(c.r.Context(), c.by, c.ref(), c.at("draft"), in.Digest); err != nil {
		return reply{}, err
	}
	return getDraft(c)
}

type releaseOf struct {
	Roster  string `json:"roster"`  // digest of the list of people it is for
	Numbers string `json:"numbers"` // of the plan that was read: what moved since is not sent; may be empty
}

func release(c *call) (reply, error) {
	in, err := decode[releaseOf](c)
	if err != nil {
		return reply{}, err
	}
	m, err := c.a.Outbox.ReleaseAs(c.r.Context(), c.by, c.ref(), in.Roster, in.Numbers)
	if err != nil {
		return reply{}, err
	}
	i, err := c.a.Desk.Incident(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return created("/incidents/"+i.Number+"/mailings/"+m.ID, m)
}

// number reads a whole number that a log counts with.
func number(where, text string) (uint64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return 0, wrong(where, "a number")
	}
	return n, nil
}
