package console

import (
	"time"

	"tocsin/web/auth"
	"tocsin/web/view"
)

type userPage struct {
	ID, Login, Zone, Slack string
	State                  view.Badge
	Added                  time.Time
	Sessions               int
	Grants                 *view.Form
	Disabled, This         bool
}

// UserPage is one account, with what an administrator can do to it.
func (c *Console) UserPage(r *Request) error {
	a, err := c.Auth.Account(r.Ctx(), r.Param("user"))
	if err != nil {
		return err
	}
	p, err := c.userPage(r, a, grantsForm(a, grantValues(a.Grants)))
	if err != nil {
		return err
	}
	return r.Show("user", p)
}

func grantsForm(a auth.Account, values []string) *view.Form {
	return &view.Form{Action: "/users/" + a.ID + "/grants", Submit: "Save", Fields: []view.Field{
		{Name: "grants", Label: "What they may do", Type: "checkboxes", Options: grantOptions(), Values: values},
	}}
}

func (c *Console) userPage(r *Request, a auth.Account, form *view.Form) (view.Page, error) {
	sessions, err := c.Auth.SessionsOf(r.Ctx(), r.By, a.ID)
	if err != nil {
		return view.Page{}, err
	}
	zone := a.Zone
	if zone == "" {
		zone = "UTC"
	}
	return view.Page{Title: a.Name, Crumbs: people(), Data: userPage{ID: a.ID, Login: a.Login, Zone: zone, Slack: a.Slack,
		State: accountState(a), Added: a.AddedAt, Sessions: len(sessions), Grants: form, Disabled: a.Disabled, This: a.ID == r.Account.ID}}, nil
}

// SetGrants changes what an account may do.
func (c *Console) SetGrants(r *Request) error {
	a, err := c.Auth.Account(r.Ctx(), r.Param("user"))
	if err != nil {
		return err
	}
	values := r.FormAll("grants")
	if err := c.Auth.SetGrants(r.Ctx(), r.By, a.ID, grantsOf(values)); err != nil {
		form := grantsForm(a, values)
		p, perr := c.userPage(r, a, form)
		if perr != nil {
			return perr
		}
		return r.Wrong(err, form, "user", p)
	}
	return r.Done("/users/"+a.ID, "The grants are saved.")
}

// EndUserSessions signs somebody out everywhere.
func (c *Console) EndUserSessions(r *Request) error {
	keep := ""
	if r.Param("user") == r.Account.ID {
		keep = r.Session.ID
	}
	if err := c.Auth.EndSessions(r.Ctx(), r.By, r.Param("user"), keep); err != nil {
		return err
	}
	return r.Done("/users/"+r.Param("user"), "They are signed out everywhere.")
}

// EnableUser lets a disabled account in again.
func (c *Console) EnableUser(r *Request) error {
	if err := c.Auth.Enable(r.Ctx(), r.By, r.Param("user")); err != nil {
		return err
	}
	return r.Done("/users/"+r.Param("user"), "The account is enabled.")
}

// DisableUserPage asks before an account is closed.
func (c *Console) DisableUserPage(r *Request) error {
	return c.askUser(r, "Disable this account?", "disable", "Disable the account",
		"They are signed out at once and cannot sign in until an administrator enables the account. What they did keeps their name.")
}

// DisableUser closes it.
func (c *Console) DisableUser(r *Request) error {
	if err := c.Auth.Disable(r.Ctx(), r.By, r.Param("user")); err != nil {
		return err
	}
	return r.Done("/users", "The account is disabled.")
}

// ResetUserPage asks before factors are taken away.
func (c *Console) ResetUserPage(r *Request) error {
	return c.askUser(r, "Reset password and second factor?", "reset", "Reset and make a link",
		"Password, authenticator app and recovery codes stop working at once. You get a link for them to set new ones: hand it over in person or by a channel you trust.")
}

// ResetUser takes them away and shows the link, once.
func (c *Console) ResetUser(r *Request) error {
	a, err := c.Auth.Account(r.Ctx(), r.Param("user"))
	if err != nil {
		return err
	}
	path, err := c.Auth.Reset(r.Ctx(), r.By, a.ID)
	if err != nil {
		return err
	}
	return r.showLink("New sign-in for "+a.Name, r.URL(path))
}

func (c *Console) askUser(r *Request, question, act, submit, warning string) error {
	a, err := c.Auth.Account(r.Ctx(), r.Param("user"))
	if err != nil {
		return err
	}
	sessions, err := c.Auth.SessionsOf(r.Ctx(), r.By, a.ID)
	if err != nil {
		return err
	}
	return r.Show("ask", view.Page{Title: a.Name, Crumbs: people(), Data: view.Confirm{
		Question: question, Warning: warning,
		Facts: []view.Fact{{Name: "Account", Value: a.Login}, {Name: "May", Value: grantWords(a.Grants)}, {Name: "Signed in", Value: sessionWords(len(sessions))}},
		Form:  view.Form{Action: "/users/" + a.ID + "/" + act, Submit: submit, Danger: true, Cancel: "/users/" + a.ID},
	}})
}

func sessionWords(n int) string {
	switch n {
	case 0:
		return "nowhere"
	case 1:
		return "in 1 browser"
	}
	return "in " + view.Thousands(n) + " browsers"
}
