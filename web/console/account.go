package console

import (
	"time"

	"tocsin/web/auth"
	"tocsin/web/view"
)

type accountPage struct {
	Profile  *view.Form
	Facts    []view.Fact
	Factors  auth.Factors
	Slack    string
	Sessions []sessionRow
}

type sessionRow struct {
	Browser, Method string
	Opened, Seen    time.Time
	This            bool
}

// AccountPage is one's own account: profile, factors, sessions.
func (c *Console) AccountPage(r *Request) error {
	form := profileForm(r.Account.Name, r.Account.Zone)
	p, err := c.accountPage(r, form)
	if err != nil {
		return err
	}
	return r.Show("account", p)
}

func profileForm(name, zone string) *view.Form {
	return &view.Form{Action: "/account/profile", Submit: "Save", Fields: []view.Field{
		{Name: "name", Label: "Name", Help: "As colleagues see it.", Value: name, Required: true, Autocomplete: "name", MaxLength: 100},
		{Name: "zone", Label: "Time zone", Help: "Such as Europe/Berlin or America/New_York. Times are shown in it; empty means UTC.", Value: zone, MaxLength: 64},
	}}
}

func (c *Console) accountPage(r *Request, form *view.Form) (view.Page, error) {
	factors, err := c.Auth.Factors(r.Ctx(), r.Account)
	if err != nil {
		return view.Page{}, err
	}
	sessions, err := c.Auth.SessionsOf(r.Ctx(), r.By, r.Account.ID)
	if err != nil {
		return view.Page{}, err
	}
	d := accountPage{Profile: form, Facts: []view.Fact{
		{Name: "You sign in as", Value: r.Account.Login}, {Name: "You are", Value: grantWords(r.Account.Grants)}}, Factors: factors, Slack: r.Account.Slack}
	for _, s := range sessions {
		d.Sessions = append(d.Sessions, sessionRow{Browser: s.Browser, Method: s.Method, Opened: s.OpenedAt, Seen: s.SeenAt, This: s.ID == r.Session.ID})
	}
	return view.Page{Title: "Your account", Data: d}, nil
}

// SaveProfile changes name and zone.
func (c *Console) SaveProfile(r *Request) error {
	name, zone := r.Form("name"), r.Form("zone")
	err := c.Auth.SetProfile(r.Ctx(), r.Account, name, zone)
	if err != nil {
		form := profileForm(name, zone)
		form.Explain(err)
		p, perr := c.accountPage(r, form)
		if perr != nil {
			return perr
		}
		return r.Wrong(err, form, "account", p)
	}
	return r.Done("/account", "Your profile is saved.")
}

// EndSessions signs out everywhere else.
func (c *Console) EndSessions(r *Request) error {
	if err := c.Auth.EndSessions(r.Ctx(), r.By, r.Account.ID, r.Session.ID); err != nil {
		return err
	}
	return r.Done("/account", "All your other sessions are signed out.")
}

// RenewRecovery shows new recovery codes; the old ones stop working.
func (c *Console) RenewRecovery(r *Request) error {
	codes, err := c.Auth.RenewRecovery(r.Ctx(), r.Account)
	if err != nil {
		return err
	}
	return r.Show("recovery", view.Page{Title: "Keep your recovery codes", Data: codes})
}

// Reenrol goes to a form for a new password and authenticator app.
func (c *Console) Reenrol(r *Request) error {
	path, err := c.Auth.Reenrol(r.Ctx(), r.Account)
	if err != nil {
		return err
	}
	return r.Go(path)
}
