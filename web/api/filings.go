package api

import (
	"bytes"
	"io"
	"strconv"
	"time"

	"tocsin/incident"
	"tocsin/notify/filing"
	"tocsin/notify/outbox"
)

// filingDuties are the duties with a form, and how far each form has come.
func filingDuties(c *call) (reply, error) {
	all, err := c.a.Outbox.FilingDuties(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return whole(all)
}

// filingPack answers every field of the authority's form from the case.
func filingPack(c *call) (reply, error) {
	p, err := c.a.Outbox.FilingPackAt(c.r.Context(), c.by, c.ref(), c.at("obligation"), c.query("stage"))
	if err != nil {
		return reply{}, err
	}
	return ok(p)
}

// filingPackFile is the pack as HTML, JSON, PDF or all in one zip.
func filingPackFile(c *call) (reply, error) {
	p, err := c.a.Outbox.FilingPackAt(c.r.Context(), c.by, c.ref(), c.at("obligation"), c.query("stage"))
	if err != nil {
		return reply{}, err
	}
	return c.filingFile(p, time.Time{}, p.Form.ID)
}

// filingFile names a file without the incident's title: a reference and a form. A
// pack that is not frozen has no date of its own, and its file says none.
func (c *call) filingFile(p filing.Pack, at time.Time, name string) (reply, error) {
	format := c.query("format")
	if format == "" {
		format = "zip"
	}
	body, media, err := outbox.FilingFile(p, at, format)
	if err != nil {
		return reply{}, err
	}
	return reply{file: &file{ReadCloser: io.NopCloser(bytes.NewReader(body)), name: p.Reference + "-" + name + "." + format, media: media, size: int64(len(body))}}, nil
}

type filingAnswersIn struct {
	Answers map[string][]string `json:"answers"` // by field id; an empty list withdraws one's own
}

func answerFiling(c *call) (reply, error) {
	in, err := decode[filingAnswersIn](c)
	if err != nil {
		return reply{}, err
	}
	if err := c.a.Outbox.AnswerFiling(c.r.Context(), c.by, c.ref(), c.at("obligation"), in.Answers); err != nil {
		return reply{}, err
	}
	return filingPack(c)
}

// filingAnswers is every answer anybody gave, oldest first.
func filingAnswers(c *call) (reply, error) {
	all, err := c.a.Outbox.FilingAnswers(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return whole(all)
}

func filingVersions(c *call) (reply, error) {
	all, err := c.a.Outbox.FilingVersions(c.r.Context(), c.by, c.ref(), c.at("obligation"))
	if err != nil {
		return reply{}, err
	}
	return whole(all)
}

type filingStage struct {
	Stage string `json:"stage"` // the next to be filed if empty
}

func freezeFiling(c *call) (reply, error) {
	in, err := decode[filingStage](c)
	if err != nil {
		return reply{}, err
	}
	v, err := c.a.Outbox.FreezeFiling(c.r.Context(), c.by, c.ref(), c.at("obligation"), in.Stage)
	if err != nil {
		return reply{}, err
	}
	return reply{status: 201, body: v}, nil
}

func (c *call) filingVersion() (outbox.FilingVersion, error) {
	n, err := strconv.Atoi(c.at("version"))
	if err != nil {
		return outbox.FilingVersion{}, incident.Errorf(incident.NotFound, "There is no such version of this filing.")
	}
	return c.a.Outbox.FilingVersion(c.r.Context(), c.by, c.ref(), c.at("obligation"), n)
}

func getFilingVersion(c *call) (reply, error) {
	v, err := c.filingVersion()
	if err != nil {
		return reply{}, err
	}
	return ok(v)
}

type filingApproval struct {
	Digest string `json:"digest"` // of the version that was read
}

// approveFiling is counsel's word on a frozen version; somebody else files it.
func approveFiling(c *call) (reply, error) {
	in, err := decode[filingApproval](c)
	if err != nil {
		return reply{}, err
	}
	n, err := strconv.Atoi(c.at("version"))
	if err != nil {
		return reply{}, incident.Errorf(incident.NotFound, "There is no such version of this filing.")
	}
	if err := c.a.Outbox.ApproveFiling(c.r.Context(), c.by, c.ref(), c.at("obligation"), n, in.Digest); err != nil {
		return reply{}, err
	}
	return getFilingVersion(c)
}

func filingVersionFile(c *call) (reply, error) {
	v, err := c.filingVersion()
	if err != nil {
		return reply{}, err
	}
	return c.filingFile(v.Pack, v.At, v.Form+"-v"+strconv.Itoa(v.N))
}

// filingChanges is what a version says otherwise than an earlier one, by default
// the one before it.
func filingChanges(c *call) (reply, error) {
	v, err := c.filingVersion()
	if err != nil {
		return reply{}, err
	}
	since := v.N - 1
	if text := c.query("since"); text != "" {
		if since, err = strconv.Atoi(text); err != nil {
			return reply{}, wrong("since", "the number of a version")
		}
	}
	all, err := c.a.Outbox.CompareFilings(c.r.Context(), c.by, c.ref(), c.at("obligation"), since, v.N)
	if err != nil {
		return reply{}, err
	}
	return whole(all)
}

func filings(c *call) (reply, error) {
	all, err := c.a.Outbox.Filings(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return whole(all)
}

type newFiling struct {
	Obligation  string `json:"obligation"`
	Stage       string `json:"stage"`
	At          string `json:"at"` // an instant
	Zone        string `json:"zone"`
	Reference   string `json:"reference"`
	Receipt     string `json:"receipt"`      // number or id of the evidence
	Version     int    `json:"version"`      // of the pack that was handed in; 0: as it is now
	LateReasons string `json:"late_reasons"` // needed after the limit
	Draft       string `json:"draft"`        // id of the approved letter that was handed over; may be empty
}

func recordFiling(c *call) (reply, error) {
	in, err := decode[newFiling](c)
	if err != nil {
		return reply{}, err
	}
	at, precision, err := moment("at", in.At, in.Zone)
	if err != nil {
		return reply{}, err
	}
	if precision != incident.ToTheInstant {
		return reply{}, wrong("at", "the instant it was handed in, such as 2026-03-02T09:00:00Z")
	}
	err = c.a.Outbox.RecordFiling(c.r.Context(), c.by, c.ref(), in.Obligation, outbox.RecordFiling{
		Stage: in.Stage, At: at, Zone: in.Zone, Reference: in.Reference, Receipt: in.Receipt, Version: in.Version, LateReasons: in.LateReasons, Draft: in.Draft,
	})
	if err != nil {
		return reply{}, err
	}
	all, err := c.a.Outbox.Filings(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	for n := len(all) - 1; n >= 0; n-- {
		if all[n].Obligation == in.Obligation {
			return reply{status: 201, body: all[n]}, nil
		}
	}
	return reply{status: 201}, nil
}
