package api

import (
	"strconv"

	"tocsin/notify/outbox"
)

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

// unsettled is a delivery nobody knows the end of. line is a row of the list in
// the vault; who it is comes masked, and only to whoever may see the list.
type unsettled struct {
	Key       string `json:"key"`
	Mailing   string `json:"mailing"`
	Line      int    `json:"line"`
	Batch     uint64 `json:"batch,omitempty"`
	At        string `json:"at"`
	Try       int    `json:"try"`
	Code      int    `json:"code,omitempty"`
	Detail    string `json:"detail"`
	MessageID string `json:"message_id"`
	Name      string `json:"name,omitempty"`
	Email     string `json:"email,omitempty"`
}

func uncertain(c *call) (reply, error) {
	limit, err := c.limit()
	if err != nil {
		return reply{}, err
	}
	all, err := c.a.Outbox.Uncertain(c.r.Context(), c.by, c.ref(), outbox.UncertainQuery{
		Mailing: c.query("mailing"), After: c.query("after"), Limit: limit + 1, People: true,
	})
	if err != nil {
		return reply{}, err
	}
	var next *string
	if len(all) > limit {
		all = all[:limit]
		next = &all[limit-1].Key
	}
	out := make([]unsettled, len(all))
	for n, u := range all {
		out[n] = unsettled{
			Key: u.Key, Mailing: u.Mailing, Line: u.Line, Batch: u.Batch, At: u.At.UTC().Format("2006-01-02T15:04:05Z07:00"),
			Try: u.Try, Code: u.Code, Detail: u.Detail, MessageID: u.MessageID, Name: u.Name, Email: u.Email,
		}
	}
	return ok(list[unsettled]{Items: out, Next: next})
}

type settlement struct {
	Key     string `json:"key"`     // of one delivery
	Mailing string `json:"mailing"` // every uncertain one of it
	All     bool   `json:"all"`     // every uncertain one of the incident
	Reason  string `json:"reason"`  // of those, the ones with this detail
	Batch   uint64 `json:"batch"`   // of those, the ones of this batch
	As      string `json:"as"`      // arrived, again, letter
	Arrived *bool  `json:"arrived"` // the same in an older form: true, or false to send it again
	Note    string `json:"note"`
}

func settleUncertain(c *call) (reply, error) {
	in, err := decode[settlement](c)
	if err != nil {
		return reply{}, err
	}
	if (in.Key == "" && in.Mailing == "") != in.All {
		return reply{}, wrong("key", "name one delivery, or a mailing, or say all: true")
	}
	if in.Key != "" && (in.Reason != "" || in.Batch > 0) {
		return reply{}, wrong("key", "one delivery has one reason and one batch: leave them out")
	}
	as := outbox.SettleAs(in.As)
	if in.Arrived != nil {
		if in.As != "" {
			return reply{}, wrong("arrived", "give as or arrived, not both")
		}
		if as = outbox.SettleAgain; *in.Arrived {
			as = outbox.SettleArrived
		}
	}
	switch as {
	case outbox.SettleArrived, outbox.SettleAgain, outbox.SettleLetter:
	default:
		return reply{}, wrong("as", "arrived, again or letter")
	}
	n, err := c.a.Outbox.Settle(c.r.Context(), c.by, c.ref(), outbox.Settlement{
		Key: in.Key, Mailing: in.Mailing, Reason: in.Reason, Batch: in.Batch, As: as, Note: in.Note,
	})
	if err != nil {
		return reply{}, err
	}
	return ok(map[string]int{"settled": n})
}

// notTold is who was not told by a mailing.
type notTold struct {
	People  int            `json:"people"`
	Reasons []notToldWhy   `json:"reasons"`
	Places  map[string]int `json:"by_jurisdiction"`
	Duties  []string       `json:"duties"`
	Rows    []notToldOne   `json:"rows"`
	Next    *string        `json:"next"`
}

type notToldWhy struct {
	Reason string `json:"reason"`
	People int    `json:"people"`
}

type notToldOne struct {
	Line         int    `json:"line"`
	Reason       string `json:"reason"`
	Jurisdiction string `json:"jurisdiction"`
	Name         string `json:"name,omitempty"`
	Email        string `json:"email,omitempty"`
}

func notToldBy(c *call) (reply, error) {
	limit, err := c.limit()
	if err != nil {
		return reply{}, err
	}
	after, err := number("after", c.query("after"))
	if err != nil {
		return reply{}, err
	}
	got, err := c.a.Outbox.NotTold(c.r.Context(), c.by, c.ref(), c.at("mailing"), outbox.NotToldQuery{Reason: c.query("reason"), After: int(after), Limit: limit + 1})
	if err != nil {
		return reply{}, err
	}
	out := notTold{People: got.People, Places: got.Places, Duties: got.Duties, Reasons: []notToldWhy{}, Rows: []notToldOne{}}
	if out.Duties == nil {
		out.Duties = []string{}
	}
	for _, r := range got.Reasons {
		out.Reasons = append(out.Reasons, notToldWhy(r))
	}
	for n, r := range got.Rows {
		if n == limit {
			next := strconv.Itoa(got.Rows[n-1].Line)
			out.Next = &next
			break
		}
		out.Rows = append(out.Rows, notToldOne(r))
	}
	return ok(out)
}
