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
		Letters: make([]notReachedOne, len(got.Letters)), Substitutes: make([]substituteRule, len(got.Substitutes)),
	}
	for n, l := range got.Letters {
		out.Letters[n] = notReachedOne{l.Line, l.State, l.Status, l.Reason, l.At.UTC()}
	}
	for n, s := range got.Substitutes {
		out.Substitutes[n] = substituteRule{s.Obligation, s.Title, s.Regime, s.Citation, s.Confidence, s.NoAddress, s.From, s.At, s.Public(), s.Says}
	}
	return ok(out)
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
