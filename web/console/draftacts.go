package console

import (
	"bytes"

	"tocsin/notify/letter"
	"tocsin/notify/outbox"
)

func (c *Console) noticeURL(r *Request, rest string) string {
	return "/incidents/" + r.Param("incident") + "/notices" + rest
}

func (c *Console) draftDone(r *Request, err error, note string) error {
	if err != nil {
		return c.showDraft(r, err)
	}
	return r.Done(c.noticeURL(r, "/"+r.Param("draft")), note)
}

// EditDraft saves a person's words as a new version.
func (c *Console) EditDraft(r *Request) error {
	err := c.Outbox.EditDraft(r.Ctx(), r.By, r.Param("incident"), r.Param("draft"), r.Form("subject"), r.Secret("source"), r.Form("why"))
	return c.draftDone(r, err, "Saved as a new version. An approval of the old one is void.")
}

// RefreshDraft writes the letter anew from the facts.
func (c *Console) RefreshDraft(r *Request) error {
	err := c.Outbox.RefreshDraft(r.Ctx(), r.By, r.Param("incident"), r.Param("draft"))
	return c.draftDone(r, err, "Written anew from what is known now.")
}

// ApproveDraft is counsel's word on the text that was shown.
func (c *Console) ApproveDraft(r *Request) error {
	if err := c.Outbox.Approve(r.Ctx(), r.By, r.Param("incident"), r.Param("draft"), r.Form("digest")); err != nil {
		return c.showDraft(r, err)
	}
	return r.Done(c.noticeURL(r, ""), "Approved. It holds for this text, this list of people, these duties and what the case says now.")
}

// ReturnDraft sends the text back with what is to be changed.
func (c *Console) ReturnDraft(r *Request) error {
	err := c.Outbox.ReturnDraft(r.Ctx(), r.By, r.Param("incident"), r.Param("draft"), r.Form("read"), r.Form("reason"))
	return c.draftDone(r, err, "Sent back. Whoever writes it reads why.")
}

// CommentOnDraft keeps a remark.
func (c *Console) CommentOnDraft(r *Request) error {
	_, err := c.Outbox.CommentOnDraft(r.Ctx(), r.By, r.Param("incident"), r.Param("draft"), outbox.NewDraftComment{
		Text: r.Form("text"), Passage: r.Form("passage"), Privileged: r.Form("privileged") == "yes",
	})
	return c.draftDone(r, err, "The comment is kept.")
}

// ResolveComment says that a remark was dealt with.
func (c *Console) ResolveComment(r *Request) error {
	err := c.Outbox.ResolveComment(r.Ctx(), r.By, r.Param("incident"), r.Param("draft"), atoi(r.Param("comment")), r.Form("note"))
	return c.draftDone(r, err, "The comment is resolved.")
}

// DraftFile sends a letter as a file: to be printed, or to be sent by hand.
func (c *Console) DraftFile(r *Request) error {
	as := outbox.DraftAs{Version: atoi(r.Query("version")), Variant: letter.Variant(r.Query("variant")), Format: r.Query("format")}
	body, media, err := c.Outbox.DraftFile(r.Ctx(), r.By, r.Param("incident"), r.Param("draft"), as)
	if err != nil {
		return err
	}
	return r.send(bytes.NewReader(body), r.Param("incident")+"-letter."+as.Format, media, int64(len(body)))
}
