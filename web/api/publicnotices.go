package api

import (
	"bytes"
	"io"
	"time"

	"tocsin/notify/outbox"
)

// publicNotice is a notice to all as it was put up; its page has an address of its own.
type publicNotice struct {
	outbox.PublicNotice
	Page  []byte    `json:"page,omitempty"` // left out: it shadows the notice's own
	Path  string    `json:"path"`           // where everybody reads it
	Least time.Time `json:"least,omitzero"` // until when a law wants it up
}

func noticeOf(n *outbox.PublicNotice) publicNotice {
	return publicNotice{PublicNotice: *n, Path: "/notices/" + n.Slug, Least: n.Least()}
}

// substituteDuties are the owed duties that have a notice to all.
func substituteDuties(c *call) (reply, error) {
	v, err := c.a.Outbox.Substitutes(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return whole(substituteRules(v.Duties))
}

func publicNotices(c *call) (reply, error) {
	v, err := c.a.Outbox.Substitutes(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	out := make([]publicNotice, len(v.Notices))
	for n := range v.Notices {
		out[n] = noticeOf(&v.Notices[n])
	}
	return whole(out)
}

type newSubstitute struct {
	Obligations []string `json:"obligations"`
	Language    string   `json:"language"` // BCP 47; en if empty
}

// writeSubstitute makes the draft, which is edited and approved like any other.
func writeSubstitute(c *call) (reply, error) {
	in, err := decode[newSubstitute](c)
	if err != nil {
		return reply{}, err
	}
	d, err := c.a.Outbox.WriteSubstitute(c.r.Context(), c.by, c.ref(), in.Obligations, in.Language)
	if err != nil {
		return reply{}, err
	}
	return c.draft(d.ID, 201)
}

type newPublication struct {
	Draft    string    `json:"draft"`
	Digest   string    `json:"digest"`
	Slug     string    `json:"slug"`
	Language string    `json:"language"`
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"`
	Why      string    `json:"why"` // it is up for less than the law's least time
}

func publishNotice(c *call) (reply, error) {
	in, err := decode[newPublication](c)
	if err != nil {
		return reply{}, err
	}
	n, err := c.a.Outbox.PublishNotice(c.r.Context(), c.by, c.ref(), outbox.Publication(in))
	if err != nil {
		return reply{}, err
	}
	return created("/incidents/"+c.ref()+"/public-notices/"+n.ID, noticeOf(n))
}

func getPublicNotice(c *call) (reply, error) {
	n, err := c.a.Outbox.PublicNotice(c.r.Context(), c.by, c.ref(), c.at("notice"))
	if err != nil {
		return reply{}, err
	}
	return ok(noticeOf(&n))
}

// publicNoticePage is the page as it was published, also when it is down.
func publicNoticePage(c *call) (reply, error) {
	n, err := c.a.Outbox.PublicNotice(c.r.Context(), c.by, c.ref(), c.at("notice"))
	if err != nil {
		return reply{}, err
	}
	return reply{file: &file{ReadCloser: io.NopCloser(bytes.NewReader(n.Page)), name: n.Slug + ".html", media: "text/html; charset=utf-8", size: int64(len(n.Page))}}, nil
}

type takedown struct {
	Reason string `json:"reason"`
	Early  bool   `json:"early"` // the law's least time is not over, and the caller knows
}

func withdrawNotice(c *call) (reply, error) {
	in, err := decode[takedown](c)
	if err != nil {
		return reply{}, err
	}
	if err := c.a.Outbox.WithdrawNotice(c.r.Context(), c.by, c.ref(), c.at("notice"), in.Reason, in.Early); err != nil {
		return reply{}, err
	}
	return getPublicNotice(c)
}
