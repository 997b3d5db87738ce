package api

func mailings(c *call) (reply, error) {
	all, err := c.a.Outbox.Mailings(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return whole(all)
}

func getMailing(c *call) (reply, error) {
	m, err := c.a.Outbox.Mailing(c.r.Context(), c.by, c.ref(), c.at("mailing"))
	if err != nil {
		return reply{}, err
	}
	return ok(m)
}

func pauseMailing(c *call) (reply, error) {
	in, err := decode[reason](c)
	if err != nil {
		return reply{}, err
	}
	if err := c.a.Outbox.Pause(c.r.Context(), c.by, c.ref(), c.at("mailing"), in.Reason); err != nil {
		return reply{}, err
	}
	return getMailing(c)
}

func resumeMailing(c *call) (reply, error) {
	if err := c.a.Outbox.Resume(c.r.Context(), c.by, c.ref(), c.at("mailing")); err != nil {
		return reply{}, err
	}
	return getMailing(c)
}

func stopMailing(c *call) (reply, error) {
	if err := c.a.Outbox.Stop(c.r.Context(), c.by, c.ref(), c.at("mailing")); err != nil {
		return reply{}, err
	}
	return getMailing(c)
}

// unsettled is a delivery nobody knows the end of. It names no person: line is
// a row of the list in the vault.
type unsettled struct {
	Key     string `json:"key"`
	Mailing string `json:"mailing"`
	Line    int    `json:"line"`
	At      string `json:"at"`
	Detail  string `json:"detail"`
}

func uncertain(c *call) (reply, error) {
	limit, err := c.limit()
	if err != nil {
		return reply{}, err
	}
	all, err := c.a.Outbox.Uncertains(c.r.Context(), c.by, c.ref(), limit)
	if err != nil {
		return reply{}, err
	}
	out := make([]unsettled, len(all))
	for n, u := range all {
		out[n] = unsettled{u.Key, u.Mailing, u.Line, u.At.UTC().Format("2006-01-02T15:04:05Z07:00"), u.Detail}
	}
	return whole(out)
}

type settlement struct {
	Key     string `json:"key"` // of one delivery
	All     bool   `json:"all"` // of every uncertain one of the incident
	Arrived *bool  `json:"arrived"`
}

func settleUncertain(c *call) (reply, error) {
	in, err := decode[settlement](c)
	if err != nil {
		return reply{}, err
	}
	if (in.Key == "") != in.All {
		return reply{}, wrong("key", "name one delivery, or say all: true")
	}
	if in.Arrived == nil {
		return reply{}, wrong("arrived", "true, or false to send it again")
	}
	n, err := c.a.Outbox.SettleUncertain(c.r.Context(), c.by, c.ref(), in.Key, *in.Arrived)
	if err != nil {
		return reply{}, err
	}
	return ok(map[string]int{"settled": n})
}
