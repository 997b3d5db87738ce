package api

import (
	"io"
	"strconv"

	"tocsin/notify/outbox"
)

func postings(c *call) (reply, error) {
	all, err := c.a.Outbox.Postings(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return whole(all)
}

// postingPlan is what a release would do now.
type postingPlan struct {
	outbox.Posting
	Blocked string   `json:"blocked,omitempty"` // why nothing can be printed
	Sealed  bool     `json:"sealed"`
	Drafts  []string `json:"drafts"` // ids of the letters
}

func planPosting(c *call) (reply, error) {
	series := 0
	if text := c.query("series"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return reply{}, wrong("series", "a whole number from 0 on")
		}
		series = n
	}
	everyone, err := c.flag("everyone")
	if err != nil {
		return reply{}, err
	}
	plan, err := c.a.Outbox.PlanPosting(c.r.Context(), c.by, c.ref(), series, everyone)
	if err != nil {
		return reply{}, err
	}
	out := postingPlan{Posting: plan.Posting, Blocked: plan.Blocked, Sealed: plan.Sealed, Drafts: []string{}}
	for n := range plan.Drafts {
		out.Drafts = append(out.Drafts, plan.Drafts[n].ID)
	}
	return ok(out)
}

type newPosting struct {
	Roster   string `json:"roster"` // digest of the list the plan was made from
	Series   int    `json:"series"`
	Everyone bool   `json:"everyone"`
}

func releasePosting(c *call) (reply, error) {
	in, err := decode[newPosting](c)
	if err != nil {
		return reply{}, err
	}
	x, err := c.a.Outbox.ReleasePosting(c.r.Context(), c.by, c.ref(), in.Roster, in.Series, in.Everyone)
	if err != nil {
		return reply{}, err
	}
	return created("/incidents/"+c.ref()+"/postings/"+x.ID, x)
}

func getPosting(c *call) (reply, error) {
	x, err := c.a.Outbox.Posting(c.r.Context(), c.by, c.ref(), c.at("posting"))
	if err != nil {
		return reply{}, err
	}
	return ok(x)
}

// takePackage is carried out each time: that it was taken is on record before the
// first byte is written.
func takePackage(c *call) (reply, error) {
	name, write, err := c.a.Outbox.Package(c.r.Context(), c.by, c.ref(), c.at("posting"))
	if err != nil {
		return reply{}, err
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(write(c.r.Context(), w)) }()
	return reply{file: &file{ReadCloser: r, name: name, media: "application/octet-stream", size: -1}}, nil
}

type postedPosting struct {
	Digest   string `json:"digest"`    // as the mail house repeats it
	PostedOn string `json:"posted_on"` // YYYY-MM-DD
}

func confirmPosting(c *call) (reply, error) {
	in, err := decode[postedPosting](c)
	if err != nil {
		return reply{}, err
	}
	if err := c.a.Outbox.ConfirmPosting(c.r.Context(), c.by, c.ref(), c.at("posting"), in.Digest, in.PostedOn); err != nil {
		return reply{}, err
	}
	return getPosting(c)
}

type why struct {
	Why string `json:"why"`
}

func stopPosting(c *call) (reply, error) {
	in, err := decode[why](c)
	if err != nil {
		return reply{}, err
	}
	if err := c.a.Outbox.StopPosting(c.r.Context(), c.by, c.ref(), c.at("posting"), in.Why); err != nil {
		return reply{}, err
	}
	return getPosting(c)
}

func retryPosting(c *call) (reply, error) {
	if err := c.a.Outbox.RetryPosting(c.r.Context(), c.by, c.ref(), c.at("posting")); err != nil {
		return reply{}, err
	}
	return getPosting(c)
}

// returnsTaken is what became of a list of returned letters.
type returnsTaken struct {
	Taken    int         `json:"taken"`
	Known    int         `json:"known"`
	Problems []returnBad `json:"problems"`
}

type returnBad struct {
	Where string `json:"where"`
	What  string `json:"what"`
}

func takeReturns(c *call) (reply, error) {
	got, err := c.a.Outbox.TakeReturns(c.r.Context(), c.by, c.ref(), c.at("posting"), c.r.Body)
	if err != nil {
		return reply{}, err
	}
	out := returnsTaken{Taken: got.Taken, Known: got.Known, Problems: []returnBad{}}
	for _, p := range got.Problems {
		out.Problems = append(out.Problems, returnBad{p.Where, p.What})
	}
	return ok(out)
}
