package console

import (
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/incident/condition"
	"tocsin/web/view"
)

// whatIfFields lays out everything that can be supposed, each beside what is so
// now.
func (c *Console) whatIfFields(r *Request, o *openCase, d *whatIfPage) {
	vocabulary := condition.Base()
	for _, name := range vocabulary.Names() {
		if !recordable(name) {
			continue
		}
		f := vocabulary[name]
		field := factFields(f, r.Form, r.FormAll)[0]
		field.Label, field.Required, field.Focus = f.Ask, true, r.Query("fact") == name
		now := "nobody has said"
		if have, ok := o.Facts[name]; ok {
			value, state := factWords(have)
			now = value
			if state.Text != "Known" {
				now += " (" + strings.ToLower(state.Text) + ")"
			}
		}
		field.Help = "Now: " + now + "."
		if field.Type == "select" {
			field.Options[0].Text = "As it is"
			field.Options[len(field.Options)-1].Text = "Not known"
		}
		if strings.HasPrefix(name, "affected.") {
			d.Groups = field
			continue
		}
		d.Facts = append(d.Facts, field)
	}
	// What somebody came to change stands first.
	slices.SortStableFunc(d.Facts, func(a, b view.Field) int {
		switch {
		case a.Focus == b.Focus:
			return 0
		case a.Focus:
			return -1
		}
		return 1
	})
	for _, m := range incident.Milestones() {
		field := view.Field{Name: "at." + string(m.Name), Label: m.Label, Type: "datetime-local", Value: r.Form("at." + string(m.Name)), Required: true, Help: "Now: not set."}
		if s, ok := o.InForce[m.Name]; ok {
			field.Help = "Now: " + s.At.In(r.Account.Location()).Format("2 Jan 2006, 15:04 MST") + "."
		}
		d.Milestones = append(d.Milestones, field)
	}
	known := "Nobody is on a list yet."
	if o.Roster != nil {
		known = view.Thousands(o.Roster.People) + " people are on the list in force."
	}
	for n := range supposedPeople {
		k := itoa(n)
		place := view.Field{Name: "place." + k, Label: "Place", Value: r.Form("place." + k), Required: true, Mono: true, Help: "An ISO 3166 code such as DE or US-CA."}
		people := view.Field{Name: "people." + k, Label: "People there", InputMode: "numeric", Value: r.Form("people." + k), Required: true, Help: known}
		if n > 0 {
			place.Label, people.Label = "Another place", "People in it"
			people.Help = "All who live there together."
		}
		d.People = append(d.People, place, people)
	}
	d.Elements = view.Field{Name: "elements", Label: "Their data", Type: "checkboxes", Values: r.FormAll("elements"), Help: "None: as they are on the list, or as most are where the place is new."}
	for _, e := range condition.Elements() {
		d.Elements.Options = append(d.Elements.Options, view.Option{Value: e, Text: c.elementWord(e)})
	}
	d.Certainty = view.Field{Name: "certainty", Label: "Suppose the facts to be", Type: "select", Required: true, Value: r.Form("certainty"),
		Options: []view.Option{{Value: string(incident.Known), Text: "Known"}, {Value: string(incident.SuspectedTrue), Text: "Suspected only"}}}
}
