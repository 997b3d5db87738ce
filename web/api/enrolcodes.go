package api

import "strings"

// enrolCodes is how many codes of the monitoring there are, and whether letters
// carry them.
type enrolCodesView struct {
	Wanted bool `json:"wanted"`
	Total  int  `json:"total"`
	Given  int  `json:"given"`
	Left   int  `json:"left"`
}

func enrolCodes(c *call) (reply, error) {
	e, wanted, err := c.a.Outbox.EnrolCodes(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return ok(enrolCodesView{wanted, e.Total, e.Given, e.Left()})
}

type newCodes struct {
	Codes []string `json:"codes"`
}

// addEnrolCodes adds a list; a mistake in it refuses it whole.
func addEnrolCodes(c *call) (reply, error) {
	in, err := decode[newCodes](c)
	if err != nil {
		return reply{}, err
	}
	for _, code := range in.Codes {
		if strings.ContainsAny(code, "\r\n,\"") {
			return reply{}, wrong("codes", "codes without commas, quotes and line ends")
		}
	}
	if _, err := c.a.Outbox.AddEnrolCodes(c.r.Context(), c.by, c.ref(), strings.NewReader(strings.Join(in.Codes, "\n"))); err != nil {
		return reply{}, err
	}
	return enrolCodes(c)
}
