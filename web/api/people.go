package api

import (
	"strconv"

	"tocsin/incident"
)

func rosters(c *call) (reply, error) {
	all, err := c.a.Desk.Rosters(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return page(c, all, func(r incident.Roster) string { return strconv.Itoa(r.Seq) })
}

// rosterFile gives the list of people in force or one of its reports; that it
// was read is on record.
func rosterFile(c *call) (reply, error) {
	body, err := c.a.Desk.OpenRoster(c.r.Context(), c.by, c.ref(), c.at("file"))
	if err != nil {
		return reply{}, err
	}
	return reply{file: &file{ReadCloser: body, name: c.at("file"), media: "text/csv; charset=utf-8", size: -1}}, nil
}

func caseAlerts(c *call) (reply, error) {
	f, err := c.a.Desk.File(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return whole(f.Alerts)
}

func alerts(c *call) (reply, error) {
	all, err := c.a.Desk.Alerts(c.r.Context(), c.by, 0)
	if err != nil {
		return reply{}, err
	}
	return page(c, all, func(a incident.Alert) string { return a.ID })
}

type attach struct {
	Incident string `json:"incident"`
}

func attachAlert(c *call) (reply, error) {
	in, err := decode[attach](c)
	if err != nil {
		return reply{}, err
	}
	if err := c.a.Desk.AttachAlert(c.r.Context(), c.by, c.at("alert"), in.Incident); err != nil {
		return reply{}, err
	}
	return done()
}
