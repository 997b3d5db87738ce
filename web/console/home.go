package console

import "tocsin/web/view"

// Home is the start page.
func (c *Console) Home(r *Request) error {
	return r.Show("home", view.Page{Title: "Incidents", Data: view.Empty{
		Title: "No incidents",
		Text:  "Here you will see every incident with its nearest deadline. One opens when somebody declares it, or when an alert matches a rule.",
	}})
}
