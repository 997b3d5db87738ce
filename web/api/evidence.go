package api

import (
	"fmt"
	"strconv"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
)

// exhibit is an exhibit with its custody.
type exhibit struct {
	incident.Evidence
	Custody []incident.CustodyEvent `json:"custody"`
	Broken  int                     `json:"custody_broken_at,omitempty"` // first event whose hash or link does not hold
}

func (c *call) exhibits() ([]exhibit, error) {
	all, err := c.a.Desk.Exhibits(c.r.Context(), c.by, c.ref())
	if err != nil {
		return nil, err
	}
	out := make([]exhibit, len(all))
	for n, e := range all {
		out[n] = exhibit{e.Evidence, e.Custody, e.Broken}
		out[n].CustodySeq = 0 // custody itself says it
	}
	return out, nil
}

func evidence(c *call) (reply, error) {
	all, err := c.exhibits()
	if err != nil {
		return reply{}, err
	}
	return page(c, all, func(e exhibit) string { return strconv.Itoa(e.Number) })
}

func getEvidence(c *call) (reply, error) {
	all, err := c.exhibits()
	if err != nil {
		return reply{}, err
	}
	for _, e := range all {
		if ref := c.at("exhibit"); e.ID == ref || strconv.Itoa(e.Number) == ref {
			return ok(e)
		}
	}
	return reply{}, incident.Errorf(incident.NotFound, "There is no such evidence on this incident.")
}

// newEvidence describes an exhibit: as JSON for one without a file, as fields
// of a form before the file for one with.
type newEvidence struct {
	Title       string    `json:"title"`
	Kind        string    `json:"kind"`
	Source      string    `json:"source"`
	CollectedAt time.Time `json:"collected_at"`
	Method      string    `json:"method"`
	Tool        string    `json:"tool"`
	Link        string    `json:"link"`
	Note        string    `json:"note"`
	Task        string    `json:"task"`
	Privileged  bool      `json:"privileged"`
}

func (n newEvidence) act() casework.NewEvidence {
	return casework.NewEvidence{
		Title: n.Title, Kind: n.Kind, Source: n.Source, CollectedAt: n.CollectedAt, Method: n.Method, Tool: n.Tool,
		Link: n.Link, Note: n.Note, Task: n.Task, Privileged: n.Privileged,
	}
}

func collectEvidence(c *call) (reply, error) {
	if c.upload {
		return c.collectFile()
	}
	in, err := decode[newEvidence](c)
	if err != nil {
		return reply{}, err
	}
	e, err := c.a.Desk.CollectEvidence(c.r.Context(), c.by, c.ref(), in.act(), nil)
	if err != nil {
		return reply{}, err
	}
	return c.collected(e)
}

func (c *call) collected(e *incident.Evidence) (reply, error) {
	i, err := c.a.Desk.Incident(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	e.CustodySeq = 0
	return created(fmt.Sprintf("/incidents/%s/evidence/%d", i.Number, e.Number), e)
}

// evidenceFile gives the bytes; that they were downloaded is on record before
// the first of them leaves.
func evidenceFile(c *call) (reply, error) {
	purpose := c.query("purpose")
	if purpose == "" {
		purpose = "downloaded through the API"
	}
	e, body, err := c.a.Desk.OpenEvidence(c.r.Context(), c.by, c.ref(), c.at("exhibit"), purpose)
	if err != nil {
		return reply{}, err
	}
	name := e.FileName
	if name == "" {
		name = fmt.Sprintf("evidence-%d", e.Number)
	}
	// Never the media type somebody uploaded it as: evidence may be hostile.
	return reply{file: &file{ReadCloser: body, name: name, media: "application/octet-stream", size: e.Size}}, nil
}

func verifyEvidence(c *call) (reply, error) {
	if err := c.a.Desk.VerifyEvidence(c.r.Context(), c.by, c.ref(), c.at("exhibit")); err != nil {
		return reply{}, err
	}
	return getEvidence(c)
}

type transfer struct {
	To      string `json:"to"`
	Purpose string `json:"purpose"`
}

func transferEvidence(c *call) (reply, error) {
	in, err := decode[transfer](c)
	if err != nil {
		return reply{}, err
	}
	if err := c.a.Desk.TransferEvidence(c.r.Context(), c.by, c.ref(), c.at("exhibit"), in.To, in.Purpose); err != nil {
		return reply{}, err
	}
	return getEvidence(c)
}
