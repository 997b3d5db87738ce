package console

import "tocsin/web/view"

// SlackPage asks before a Slack identity is taken.
func (c *Console) SlackPage(r *Request) error {
	id, err := c.Auth.SlackIdentity(r.Ctx(), r.Param("secret"))
	if err != nil {
		return err
	}
	return r.Show("ask", view.Page{Title: "Link your Slack account", Data: view.Confirm{
		Question: "Shall what this Slack user does count as done by you?",
		Facts:    []view.Fact{{Name: "Slack workspace and user", Value: id}, {Name: "Your account", Value: r.Account.Login}},
		Warning:  "Go on only if you asked for this link yourself, in Slack, just now.",
		Form:     view.Form{Action: r.HTTP().URL.Path, Submit: "Link this Slack user to me", Cancel: "/account"},
	}})
}

// LinkSlack takes it.
func (c *Console) LinkSlack(r *Request) error {
	if err := c.Auth.LinkSlack(r.Ctx(), r.Account, r.Param("secret")); err != nil {
		return err
	}
	return r.Done("/account", "Your Slack user is linked.")
}

// UnlinkSlack gives it up.
func (c *Console) UnlinkSlack(r *Request) error {
	if err := c.Auth.UnlinkSlack(r.Ctx(), r.Account); err != nil {
		return err
	}
	return r.Done("/account", "Your Slack user is no longer linked.")
}
