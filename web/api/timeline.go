package api

import (
	"strconv"
	"time"

	"tocsin/incident"
)

func timeline(c *call) (reply, error) {
	all, err := c.a.Desk.Timeline(c.r.Context(), c.by, c.ref(), 0)
	if err != nil {
		return reply{}, err
	}
	return page(c, all, func(e incident.TimelineEntry) string { return strconv.Itoa(e.Seq) })
}

type newNote struct {
	Text       string    `json:"text"`
	At         time.Time `json:"at"`
	Privileged bool      `json:"privileged"`
	Names      []string  `json:"names"` // account ids that may see a privileged note besides counsel
}

func addNote(c *call) (reply, error) {
	in, err := decode[newNote](c)
	if err != nil {
		return reply{}, err
	}
	var mark *incident.Privilege
	switch {
	case in.Privileged:
		mark = &incident.Privilege{Names: in.Names}
	case len(in.Names) > 0:
		return reply{}, wrong("names", "only for a privileged note")
	}
	if err := c.a.Desk.Note(c.r.Context(), c.by, c.ref(), in.Text, in.At, mark); err != nil {
		return reply{}, err
	}
	return c.newest("note")
}

// newest answers with the line that the caller's act has just added.
func (c *call) newest(act string) (reply, error) {
	all, err := c.a.Desk.Timeline(c.r.Context(), c.by, c.ref(), 0)
	if err != nil {
		return reply{}, err
	}
	for _, e := range all { // newest first
		if e.Act == act && e.By == c.by.ID {
			return reply{status: 201, body: e}, nil
		}
	}
	return reply{status: 201}, nil
}

// line is the number of the line in the path.
func (c *call) line() (int, error) {
	n, err := strconv.Atoi(c.at("line"))
	if err != nil || n < 1 {
		return 0, incident.Errorf(incident.NotFound, "There is no such line on the timeline.")
	}
	return n, nil
}

type correction struct {
	Text string `json:"text"`
}

func correctLine(c *call) (reply, error) {
	in, err := decode[correction](c)
	if err != nil {
		return reply{}, err
	}
	n, err := c.line()
	if err != nil {
		return reply{}, err
	}
	if err := c.a.Desk.CorrectEntry(c.r.Context(), c.by, c.ref(), n, in.Text); err != nil {
		return reply{}, err
	}
	return c.newest("correction")
}

func pinLine(c *call) (reply, error)   { return c.pin(true) }
func unpinLine(c *call) (reply, error) { return c.pin(false) }

func (c *call) pin(on bool) (reply, error) {
	n, err := c.line()
	if err != nil {
		return reply{}, err
	}
	if err := c.a.Desk.PinEntry(c.r.Context(), c.by, c.ref(), n, on); err != nil {
		return reply{}, err
	}
	return done()
}
