package api

import (
	"time"

	"tocsin/notify/outbox"
)

// notReached is whom a mailing did not reach. It names no person: line is a row
// of the list in the vault.
type notReached struct {
	Returned    int              `json:"returned"`
	Refused     int              `json:"refused"`
	NeedLetter  int              `json:"need_letter"`
	Letters     []notReachedOne  `json:"letters"`
	Substitutes []substituteRule `json:"substitutes"`
}

type notReachedOne struct {
	Line   int                  `json:"line"`
	State  outbox.DeliveryState `json:"state"`
	Status string               `json:"status,omitempty"`
	Reason string               `json:"reason"`
	At     time.Time            `json:"at"`
}

type substituteRule struct {
	Obligation string `json:"obligation"`
	Title      string `json:"title"`
	Regime     string `json:"regime"`
	Citation   string `json:"citation"`
	Confidence string `json:"confidence"`
	NoAddress  int    `json:"no_address"`
	From       int    `json:"from,omitempty"`
	At         string `json:"at,omitempty"`
	Public     bool   `json:"public"`
	Says       string `json:"says,omitempty"`
	Days       int    `json:"days,omitempty"`
	DaysAt     string `json:"days_at,omitempty"`
}

func unreached(c *call) (reply, error) {
	limit, err := c.limit()
	if err != nil {
		return reply{}, err
	}
	got, err := c.a.Outbox.Unreached(c.r.Context(), c.by, c.ref(), c.at("mailing"), limit)
	if err != nil {
		return reply{}, err
	}
	out := notReached{
		Returned: got.Returned, Refused: got.Refused, NeedLetter: got.NeedLetter,
		Letters: make([]notReachedOne, len(got.Letters)), Substitutes: substituteRules(got.Substitutes),
	}
	for n, l := range got.Letters {
		out.Letters[n] = notReachedOne{l.Line, l.State, l.Status, l.Reason, l.At.UTC()}
	}
	return ok(out)
}

func substituteRules(all []outbox.Substitute) []substituteRule {
	out := make([]substituteRule, len(all))
	for n, s := range all {
		out[n] = substituteRule{s.Obligation, s.Title, s.Regime, s.Citation, s.Confidence, s.NoAddress, s.From, s.At, s.Public(), s.Says, s.Days, s.DaysAt}
	}
	return out
}

func lettersPosted(c *call) (reply, error) {
	in, err := decode[struct {
		How string `json:"how"`
	}](c)
	if err != nil {
		return reply{}, err
	}
	n, err := c.a.Outbox.LettersPosted(c.r.Context(), c.by, c.ref(), c.at("mailing"), in.How)
	if err != nil {
		return reply{}, err
	}
	return ok(map[string]int{"people": n})
}
