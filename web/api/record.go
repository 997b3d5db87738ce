package api

import (
	"strconv"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/notify/register"
	"tocsin/web/auth"
)

// breachRegister lists the breaches the caller may see, those not notified included.
func breachRegister(c *call) (reply, error) {
	all, err := register.Read(c.r.Context(), c.a.Desk, c.a.Ledger, c.by)
	if err != nil {
		return reply{}, err
	}
	return page(c, all, func(e register.Entry) string { return e.Number })
}

func audit(c *call) (reply, error) {
	if !incident.Can(c.by, incident.ReadAudit, nil) {
		return reply{}, incident.Errorf(incident.Forbidden, "You may not read the audit log.")
	}
	limit, err := c.limit()
	if err != nil {
		return reply{}, err
	}
	before, err := number("after", c.query("after"))
	if err != nil {
		return reply{}, err
	}
	var entries []ledger.Entry
	err = c.a.Ledger.View(c.r.Context(), func(tx *ledger.Tx) (err error) {
		entries, err = ledger.EntriesBefore(tx, before, c.query("object"), limit+1)
		return err
	})
	if err != nil {
		return reply{}, err
	}
	out := list[ledger.Entry]{Items: entries}
	if len(entries) > limit {
		next := strconv.FormatUint(entries[limit-1].Number, 10)
		out.Items, out.Next = entries[:limit], &next
	}
	if out.Items == nil {
		out.Items = []ledger.Entry{}
	}
	return ok(out)
}

// auditHead is the signed checkpoint, to be kept elsewhere.
func auditHead(c *call) (reply, error) {
	if !incident.Can(c.by, incident.ReadAudit, nil) {
		return reply{}, incident.Errorf(incident.Forbidden, "You may not read the audit log.")
	}
	head, err := c.a.Ledger.Head(c.r.Context())
	if err != nil {
		return reply{}, err
	}
	return ok(map[string]string{"head": head, "verifier": c.a.Ledger.VerifierKey()})
}

type user struct {
	ID       string           `json:"id"`
	Login    string           `json:"login"`
	Name     string           `json:"name"`
	Grants   []incident.Grant `json:"grants"`
	Disabled bool             `json:"disabled"`
	Enrolled bool             `json:"enrolled"`
	Zone     string           `json:"zone,omitempty"`
	AddedAt  time.Time        `json:"added_at"`
}

func users(c *call) (reply, error) {
	all, err := c.a.Auth.Users(c.r.Context(), c.by)
	if err != nil {
		return reply{}, err
	}
	out := make([]user, len(all))
	for n, a := range all {
		out[n] = shown(a)
	}
	return page(c, out, func(u user) string { return u.ID })
}

func shown(a auth.Account) user {
	u := user{a.ID, a.Login, a.Name, a.Grants, a.Disabled, a.Enrolled, a.Zone, a.AddedAt}
	if u.Grants == nil {
		u.Grants = []incident.Grant{}
	}
	return u
}
