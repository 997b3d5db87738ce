package console

import "tocsin/web/view"

// rightDone ends an act on a request, or shows the page again with what was wrong.
func (c *Console) rightDone(r *Request, err error, prefix, note string) error {
	if err != nil {
		return c.showRight(r, within(err, prefix))
	}
	return r.Done("/rights/"+r.Param("right"), note)
}

// CheckIdentity records who the person is.
func (c *Console) CheckIdentity(r *Request) error {
	err := c.Desk.CheckIdentity(r.Ctx(), r.By, r.Param("right"), r.Form("identity-outcome"), r.Form("identity-how"))
	return c.rightDone(r, err, "identity-", "The identity check is recorded.")
}

// ExtendRight takes the later limit.
func (c *Console) ExtendRight(r *Request) error {
	at, err := localTime(r.Form("extend-told_at"), r.Account.Location(), "told_at")
	if err == nil {
		err = c.Desk.ExtendRight(r.Ctx(), r.By, r.Param("right"), r.Form("extend-reason"), at)
	}
	return c.rightDone(r, err, "extend-", "The limit is extended.")
}

// DecideRight records the decision.
func (c *Console) DecideRight(r *Request) error {
	err := c.Desk.DecideRight(r.Ctx(), r.By, r.Param("right"), r.Form("decide-outcome"), r.Form("decide-basis"), r.Form("decide-reason"))
	return c.rightDone(r, err, "decide-", "Decided. Now tell the person.")
}

// AnswerRight records that the person was told.
func (c *Console) AnswerRight(r *Request) error {
	at, err := localTime(r.Form("answer-told_at"), r.Account.Location(), "told_at")
	if err == nil {
		err = c.Desk.AnswerRight(r.Ctx(), r.By, r.Param("right"), at)
	}
	return c.rightDone(r, err, "answer-", "Answered; its clock has ended.")
}

// WithdrawRight records that it was taken back.
func (c *Console) WithdrawRight(r *Request) error {
	return c.rightDone(r, c.Desk.WithdrawRight(r.Ctx(), r.By, r.Param("right")), "", "The request is withdrawn.")
}

// MakeCopy gathers what is held.
func (c *Console) MakeCopy(r *Request) error {
	_, err := c.Desk.MakeCopy(r.Ctx(), r.By, r.Param("right"))
	return c.rightDone(r, err, "", "The copy is made. It can be taken once.")
}

// TakeCopy is the one download of it. It is asked for by POST: a link would be
// followed by whatever looks at links.
func (c *Console) TakeCopy(r *Request) error {
	name, size, body, err := c.Desk.TakeCopy(r.Ctx(), r.By, r.Param("right"))
	if err != nil {
		return c.rightDone(r, err, "", "")
	}
	defer func() {
		if err := body.Close(); err != nil {
			c.Logger.Error("a copy that was taken could not be deleted", "error", err)
		}
	}()
	return r.send(body, name, "application/zip", size)
}

// ForgetPage asks before who asked is erased.
func (c *Console) ForgetPage(r *Request) error {
	_, p := forgetConfirm(r)
	return r.Show("ask", p)
}

func forgetConfirm(r *Request) (*view.Confirm, view.Page) {
	at := "/rights/" + r.Param("right")
	q := &view.Confirm{Question: "Erase who made " + r.Param("right") + "?",
		Warning: "The key under which the person's data in this request is sealed is destroyed, with every copy. What was asked, when and what came of it stays. This cannot be undone.",
		Form:    view.Form{Action: at + "/forget", Submit: "Erase who asked", Danger: true, Cancel: at}}
	return q, view.Page{Title: "Erase who asked", Crumbs: []view.Link{{Text: "People's rights", URL: "/rights"}, {Text: r.Param("right"), URL: at}}, Data: q}
}

// ForgetRight erases who asked.
func (c *Console) ForgetRight(r *Request) error {
	if err := c.Desk.ForgetRight(r.Ctx(), r.By, r.Param("right")); err != nil {
		q, p := forgetConfirm(r)
		return r.Wrong(err, &q.Form, "ask", p)
	}
	return r.Done("/rights/"+r.Param("right"), "Who asked is erased.")
}
