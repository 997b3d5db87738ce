package api

import (
	"tocsin/incident/casework"
)

type personCorrection struct {
	Values map[string]string `json:"values"` // column → corrected value
}

func correctPerson(c *call) (reply, error) {
	in, err := decode[personCorrection](c)
	if err != nil {
		return reply{}, err
	}
	return again(c, c.a.Desk.CorrectPerson(c.r.Context(), c.by, c.at("right"), c.ref(), in.Values))
}

func restrictPerson(c *call) (reply, error) {
	return again(c, c.a.Desk.RestrictPerson(c.r.Context(), c.by, c.at("right"), c.ref()))
}

type noticeAllowed struct {
	Reason string `json:"reason"`
}

func allowNotice(c *call) (reply, error) {
	in, err := decode[noticeAllowed](c)
	if err != nil {
		return reply{}, err
	}
	return again(c, c.a.Desk.AllowNotice(c.r.Context(), c.by, c.at("right"), c.ref(), c.at("mark"), in.Reason))
}

func liftRestriction(c *call) (reply, error) {
	in, err := decode[rightAnswer](c)
	if err != nil {
		return reply{}, err
	}
	return again(c, c.a.Desk.LiftRestriction(c.r.Context(), c.by, c.at("right"), c.ref(), c.at("mark"), in.ToldAt))
}

// personErasure is what erasing one person would do, or did.
type personErasure struct {
	Number    string              `json:"number"`
	Lists     int                 `json:"lists"`
	Rows      int                 `json:"rows"`
	Uploads   []string            `json:"uploads"`
	Notices   int                 `json:"notices"`
	Marks     int                 `json:"marks"`
	Obstacles []casework.Obstacle `json:"obstacles"`
}

func personErasureOf(p casework.ErasurePlan) personErasure {
	return personErasure{p.Number, p.Lists, p.Rows, append([]string{}, p.Uploads...), p.Notices, p.Marks, append([]casework.Obstacle{}, p.Obstacles...)}
}

func planPersonErasure(c *call) (reply, error) {
	p, err := c.a.Desk.PlanErasure(c.r.Context(), c.by, c.at("right"), c.ref())
	if err != nil {
		return reply{}, err
	}
	return ok(personErasureOf(p))
}

func erasePerson(c *call) (reply, error) {
	p, err := c.a.Desk.EraseFrom(c.r.Context(), c.by, c.at("right"), c.ref())
	if err != nil {
		return reply{}, err
	}
	return ok(personErasureOf(p))
}
