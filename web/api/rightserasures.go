package api

import (
	"time"
)

func erasureList(c *call) (reply, error) {
	k, err := c.a.Desk.Erasures(c.r.Context(), c.by)
	if err != nil {
		return reply{}, err
	}
	return ok(k)
}

func proposeErasure(c *call) (reply, error) {
	return erasureDone(c, c.a.Desk.ProposeErasure(c.r.Context(), c.by, c.ref()))
}

func withdrawErasure(c *call) (reply, error) {
	return erasureDone(c, c.a.Desk.WithdrawErasure(c.r.Context(), c.by, c.ref()))
}

func erasureDone(c *call, err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	return done()
}

type erasureApproval struct {
	Number string `json:"number"` // of the incident, once more
}

func approveErasure(c *call) (reply, error) {
	in, err := decode[erasureApproval](c)
	if err != nil {
		return reply{}, err
	}
	return erasureDone(c, c.a.Desk.EraseIncident(c.r.Context(), c.by, c.ref(), in.Number))
}

type keptLonger struct {
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"`
}

func extendRetention(c *call) (reply, error) {
	in, err := decode[keptLonger](c)
	if err != nil {
		return reply{}, err
	}
	return erasureDone(c, c.a.Desk.ExtendRetention(c.r.Context(), c.by, c.ref(), in.Until, in.Reason))
}

type legalHold struct {
	On     bool   `json:"on"`
	Reason string `json:"reason"`
}

func setLegalHold(c *call) (reply, error) {
	in, err := decode[legalHold](c)
	if err != nil {
		return reply{}, err
	}
	return erasureDone(c, c.a.Desk.SetLegalHold(c.r.Context(), c.by, c.ref(), in.On, in.Reason))
}
