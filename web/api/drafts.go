package api

import (
	"bytes"
	"io"
	"strconv"

	"tocsin/incident"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
)

type draftReturn struct {
	Digest string `json:"digest"` // of the version that was read
	Reason string `json:"reason"`
}

// returnDraft sends a text back with what is to be changed.
func returnDraft(c *call) (reply, error) {
	in, err := decode[draftReturn](c)
	if err != nil {
		return reply{}, err
	}
	if err := c.a.Outbox.ReturnDraft(c.r.Context(), c.by, c.ref(), c.at("draft"), in.Digest, in.Reason); err != nil {
		return reply{}, err
	}
	return getDraft(c)
}

// draftComments are the remarks that the caller may see, oldest first.
func draftComments(c *call) (reply, error) {
	all, err := c.a.Outbox.DraftComments(c.r.Context(), c.by, c.ref(), c.at("draft"))
	if err != nil {
		return reply{}, err
	}
	return whole(all)
}

type newComment struct {
	Text       string `json:"text"`
	Passage    string `json:"passage"` // words of the newest version; may be empty
	Privileged bool   `json:"privileged"`
}

func commentOnDraft(c *call) (reply, error) {
	in, err := decode[newComment](c)
	if err != nil {
		return reply{}, err
	}
	out, err := c.a.Outbox.CommentOnDraft(c.r.Context(), c.by, c.ref(), c.at("draft"), outbox.NewDraftComment{Text: in.Text, Passage: in.Passage, Privileged: in.Privileged})
	if err != nil {
		return reply{}, err
	}
	return reply{status: 201, body: out}, nil
}

type commentDone struct {
	Note string `json:"note"` // how; may be empty
}

func resolveComment(c *call) (reply, error) {
	in, err := decode[commentDone](c)
	if err != nil {
		return reply{}, err
	}
	n, err := strconv.Atoi(c.at("comment"))
	if err != nil {
		return reply{}, incident.Errorf(incident.NotFound, "There is no such comment.")
	}
	if err := c.a.Outbox.ResolveComment(c.r.Context(), c.by, c.ref(), c.at("draft"), n, in.Note); err != nil {
		return reply{}, err
	}
	return draftComments(c)
}

// draftChanges is what a version says otherwise than an earlier one, or than the
// template, which is 0. By default the newest, and the one before.
func draftChanges(c *call) (reply, error) {
	d, err := c.a.Outbox.Draft(c.r.Context(), c.by, c.ref(), c.at("draft"))
	if err != nil {
		return reply{}, err
	}
	to, err := versionAsked(c, "to", d.Current().N)
	if err != nil {
		return reply{}, err
	}
	from, err := versionAsked(c, "from", max(to-1, outbox.TemplateVersion))
	if err != nil {
		return reply{}, err
	}
	out, err := c.a.Outbox.CompareDraft(c.r.Context(), c.by, c.ref(), d.ID, from, to)
	if err != nil {
		return reply{}, err
	}
	return ok(out)
}

func versionAsked(c *call, name string, otherwise int) (int, error) {
	text := c.query(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, wrong(name, "the number of a version, or 0 for the template")
	}
	return n, nil
}

// draftFile is a letter as text, HTML, PDF, or a message to be sent by hand.
func draftFile(c *call) (reply, error) {
	version, err := versionAsked(c, "version", 0)
	if err != nil {
		return reply{}, err
	}
	as := outbox.DraftAs{Version: version, Variant: letter.Variant(c.query("variant")), Format: c.query("format")}
	if as.Format == "" {
		as.Format = "txt"
	}
	body, media, err := c.a.Outbox.DraftFile(c.r.Context(), c.by, c.ref(), c.at("draft"), as)
	if err != nil {
		return reply{}, err
	}
	return reply{file: &file{ReadCloser: io.NopCloser(bytes.NewReader(body)), name: c.at("draft") + "." + as.Format, media: media, size: int64(len(body))}}, nil
}
