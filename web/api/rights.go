package api

import (
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
)

func rights(c *call) (reply, error) {
	all, err := c.a.Desk.Rights(c.r.Context(), c.by)
	if err != nil {
		return reply{}, err
	}
	return page(c, all, func(q incident.RightRequest) string { return q.Number })
}

type newRight struct {
	Right      string     `json:"right"`
	Regime     string     `json:"regime"`
	Zone       string     `json:"zone"`
	Channel    string     `json:"channel"`
	ReceivedAt *time.Time `json:"received_at"` // now where it is absent
	CustomerID string     `json:"customer_id"`
	Email      string     `json:"email"`
	Phone      string     `json:"phone"`
	Name       string     `json:"name"`
	BirthDate  string     `json:"birth_date"`
	Words      string     `json:"words"`
}

func receiveRight(c *call) (reply, error) {
	in, err := decode[newRight](c)
	if err != nil {
		return reply{}, err
	}
	n := casework.NewRight{Right: incident.Right(in.Right), Regime: in.Regime, Zone: in.Zone, Channel: in.Channel,
		Asker: casework.Asker{CustomerID: in.CustomerID, Email: in.Email, Phone: in.Phone, Name: in.Name, BirthDate: in.BirthDate, Words: in.Words}}
	if in.ReceivedAt != nil {
		n.ReceivedAt = *in.ReceivedAt
	}
	q, err := c.a.Desk.ReceiveRight(c.r.Context(), c.by, n)
	if err != nil {
		return reply{}, err
	}
	return created("/rights/"+q.Number, q)
}

// right is a request with who asks, for officers.
type right struct {
	incident.RightRequest
	State     incident.RightState   `json:"state"`
	Asker     casework.Asker        `json:"asker"`
	Copy      *casework.RightCopy   `json:"copy"`
	Marks     []casework.PersonMark `json:"marks"`
	Incidents []string              `json:"incidents"` // numbers of those it is linked to and that may be seen
}

func getRight(c *call) (reply, error) {
	f, err := c.a.Desk.RightFile(c.r.Context(), c.by, c.at("right"))
	if err != nil {
		return reply{}, err
	}
	out := right{RightRequest: f.RightRequest, State: f.State(), Asker: f.Asker, Copy: f.Copy, Marks: f.Marks, Incidents: []string{}}
	for _, s := range f.Asker.Subjects {
		if n := f.Numbers[s.Incident]; n != "" {
			out.Incidents = append(out.Incidents, n)
		}
	}
	if out.Marks == nil {
		out.Marks = []casework.PersonMark{}
	}
	return ok(out)
}

// again answers an act on a request with its line in the register. It does not
// say who asks: answers to requests with an Idempotency-Key are kept for days,
// outside the key that seals that.
func again(c *call, err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	all, err := c.a.Desk.Rights(c.r.Context(), c.by)
	if err != nil {
		return reply{}, err
	}
	for n := range all {
		if strings.EqualFold(all[n].Number, c.at("right")) || all[n].ID == c.at("right") {
			return ok(all[n])
		}
	}
	return reply{}, incident.Errorf(incident.NotFound, "There is no such request.")
}

// unrepeated refuses a key for what says who somebody is: the answer would be kept.
func unrepeated(c *call) error {
	if c.r.Header.Get("Idempotency-Key") != "" {
		return incident.Errorf(incident.Invalid, "This answer is about a person and is not kept: send it without an Idempotency-Key.")
	}
	return nil
}

type identityCheck struct {
	Outcome string `json:"outcome"`
	How     string `json:"how"`
}

func checkIdentity(c *call) (reply, error) {
	in, err := decode[identityCheck](c)
	if err != nil {
		return reply{}, err
	}
	return again(c, c.a.Desk.CheckIdentity(c.r.Context(), c.by, c.at("right"), in.Outcome, in.How))
}

type rightExtension struct {
	Reason string    `json:"reason"`
	ToldAt time.Time `json:"told_at"`
}

func extendRight(c *call) (reply, error) {
	in, err := decode[rightExtension](c)
	if err != nil {
		return reply{}, err
	}
	return again(c, c.a.Desk.ExtendRight(c.r.Context(), c.by, c.at("right"), in.Reason, in.ToldAt))
}

type rightDecision struct {
	Outcome string `json:"outcome"`
	Basis   string `json:"basis"`
	Reason  string `json:"reason"`
}

func decideRight(c *call) (reply, error) {
	in, err := decode[rightDecision](c)
	if err != nil {
		return reply{}, err
	}
	return again(c, c.a.Desk.DecideRight(c.r.Context(), c.by, c.at("right"), in.Outcome, in.Basis, in.Reason))
}

type rightAnswer struct {
	ToldAt time.Time `json:"told_at"`
}

func answerRight(c *call) (reply, error) {
	in, err := decode[rightAnswer](c)
	if err != nil {
		return reply{}, err
	}
	return again(c, c.a.Desk.AnswerRight(c.r.Context(), c.by, c.at("right"), in.ToldAt))
}

func withdrawRight(c *call) (reply, error) {
	return again(c, c.a.Desk.WithdrawRight(c.r.Context(), c.by, c.at("right")))
}

func forgetRight(c *call) (reply, error) {
	return again(c, c.a.Desk.ForgetRight(c.r.Context(), c.by, c.at("right")))
}

func makeRightCopy(c *call) (reply, error) {
	_, err := c.a.Desk.MakeCopy(c.r.Context(), c.by, c.at("right"))
	return again(c, err)
}

// takeRightCopy sends the copy, once. It is a POST because it ends the copy.
func takeRightCopy(c *call) (reply, error) {
	if err := unrepeated(c); err != nil {
		return reply{}, err
	}
	name, size, body, err := c.a.Desk.TakeCopy(c.r.Context(), c.by, c.at("right"))
	if err != nil {
		return reply{}, err
	}
	return reply{file: &file{ReadCloser: body, name: name, media: "application/zip", size: size}}, nil
}
