package api

import (
	"net/http"

	"tocsin/incident/casework"
	"tocsin/notify/outbox"
)

// conclusions are what people concluded in writing, oldest first.
func conclusions(c *call) (reply, error) {
	all, err := c.a.Outbox.Conclusions(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return whole(all)
}

type newConclusion struct {
	Question string `json:"question"` // incident.risk, incident.hipaa_low_probability, incident.rrosh
	Answer   string `json:"answer"`   // empty withdraws the one in force
	Reason   string `json:"reason"`
}

func conclude(c *call) (reply, error) {
	in, err := decode[newConclusion](c)
	if err != nil {
		return reply{}, err
	}
	fact, err := outbox.Conclude(outbox.Question(in.Question), in.Answer, in.Reason)
	if err != nil {
		return reply{}, err
	}
	if err := c.a.Desk.SetFacts(c.r.Context(), c.by, c.ref(), []casework.NewFact{fact}); err != nil {
		return reply{}, err
	}
	all, err := c.a.Outbox.Conclusions(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	for n := len(all) - 1; n >= 0; n-- {
		if string(all[n].Question) == in.Question {
			return reply{status: http.StatusCreated, body: all[n]}, nil
		}
	}
	return reply{status: http.StatusCreated}, nil
}

// reviewQueue is what waits for counsel, the nearest deadline first.
func reviewQueue(c *call) (reply, error) {
	all, err := c.a.Outbox.ReviewQueue(c.r.Context(), c.by)
	if err != nil {
		return reply{}, err
	}
	return whole(all)
}

func getReview(c *call) (reply, error) { return c.review(nil) }

// review answers with the review as an act left it.
func (c *call) review(err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	f, err := c.a.Outbox.Review(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return ok(f)
}

type reviewRequest struct {
	Question string `json:"question"`
}

func askReview(c *call) (reply, error) {
	in, err := decode[reviewRequest](c)
	if err != nil {
		return reply{}, err
	}
	return c.review(c.a.Outbox.AskReview(c.r.Context(), c.by, c.ref(), in.Question))
}

func withdrawReview(c *call) (reply, error) {
	return c.review(c.a.Outbox.WithdrawReview(c.r.Context(), c.by, c.ref()))
}

type reviewNote struct {
	Note string `json:"note"`
}

func addReviewNote(c *call) (reply, error) {
	in, err := decode[reviewNote](c)
	if err != nil {
		return reply{}, err
	}
	return c.review(c.a.Outbox.AddReviewNote(c.r.Context(), c.by, c.ref(), in.Note))
}

type dutyRemark struct {
	Obligation string `json:"obligation"`
	Remark     string `json:"remark"`
}

func remarkOnDuty(c *call) (reply, error) {
	in, err := decode[dutyRemark](c)
	if err != nil {
		return reply{}, err
	}
	return c.review(c.a.Outbox.RemarkOnDuty(c.r.Context(), c.by, c.ref(), in.Obligation, in.Remark))
}

type signOff struct {
	Digest    string `json:"digest"` // of the assessment that was read: basis.digest
	Statement string `json:"statement"`
}

func signReview(c *call) (reply, error) {
	in, err := decode[signOff](c)
	if err != nil {
		return reply{}, err
	}
	return c.review(c.a.Outbox.SignReview(c.r.Context(), c.by, c.ref(), in.Digest, in.Statement))
}
