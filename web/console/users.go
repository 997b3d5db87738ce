package console

import (
	"tocsin/web/auth"
	"tocsin/web/view"
)

type userRow struct {
	ID, Name, Login string
	Grants          []string
	State           view.Badge
	This            bool
}

// Users lists the accounts.
func (c *Console) Users(r *Request) error {
	all, err := c.Auth.Users(r.Ctx(), r.By)
	if err != nil {
		return err
	}
	rows := make([]userRow, 0, len(all))
	for _, a := range all {
		row := userRow{ID: a.ID, Name: a.Name, Login: a.Login, State: accountState(a), This: a.ID == r.Account.ID}
		for _, g := range a.Grants {
			name, _ := grantLabel(g)
			row.Grants = append(row.Grants, name)
		}
		rows = append(rows, row)
	}
	return r.Show("users", view.Page{Title: "People", Lead: "Who may sign in, and what they may do across all incidents.", Data: rows})
}

func accountState(a auth.Account) view.Badge {
	switch {
	case a.Disabled:
		return view.Badge{Text: "Disabled", Tone: view.NotOwed}
	case !a.Enrolled:
		return view.Badge{Text: "Not enrolled yet", Tone: view.Waiting}
	default:
		return view.Badge{Text: "Active", Tone: view.Done}
	}
}

func people() []view.Link { return []view.Link{{Text: "People", URL: "/users"}} }

func newUserForm(login, name, zone string, grants []string) *view.Form {
	return &view.Form{Action: "/users/new", Submit: "Make the invitation", Cancel: "/users", Fields: []view.Field{
		{Name: "login", Label: "E-mail address", Type: "email", Value: login, Required: true, MaxLength: 254, Autocomplete: "off"},
		{Name: "name", Label: "Name", Help: "As colleagues will see it.", Value: name, Required: true, MaxLength: 100, Autocomplete: "off"},
		{Name: "zone", Label: "Time zone", Help: "Such as Europe/Berlin. They can change it.", Value: zone, MaxLength: 64},
		{Name: "grants", Label: "What they may do", Type: "checkboxes", Options: grantOptions(), Values: grants},
	}}
}

// NewUserPage asks whom to invite.
func (c *Console) NewUserPage(r *Request) error {
	form := newUserForm("", "", r.Account.Zone, []string{"responder"})
	return r.Show("form", view.Page{Title: "Invite somebody", Crumbs: people(), Data: form})
}

// AddUser makes the account and shows the link, once.
func (c *Console) AddUser(r *Request) error {
	u := auth.NewUser{Login: r.Form("login"), Name: r.Form("name"), Zone: r.Form("zone"), Grants: grantsOf(r.FormAll("grants"))}
	a, path, err := c.Auth.AddUser(r.Ctx(), r.By, u)
	if err != nil {
		form := newUserForm(u.Login, u.Name, u.Zone, grantValues(u.Grants))
		return r.Wrong(err, form, "form", view.Page{Title: "Invite somebody", Crumbs: people(), Data: form})
	}
	return r.showLink("Invitation for "+a.Name, r.URL(path))
}

// showLink shows a link that nobody will see again.
func (r *Request) showLink(title, url string) error {
	return r.Show("link", view.Page{Title: title, Crumbs: people(), Data: url})
}
