package statute

import (
	"slices"
	"strings"
	"time"

	"tocsin/incident/condition"
)

// recipient is one who must be told by a rule.
type recipient struct {
	name      string
	place     string // its jurisdiction
	authority string
	zone      *time.Location
	channel   ChannelOut
	languages []string
}

// route gives the recipients of a rule: always one at least.
func (a *assessor) route(r *Rule) []recipient {
	kind := r.Recipient.Kind
	if kind == "" {
		kind = "data_protection"
	}
	switch r.Recipient.Route {
	case "named":
		return []recipient{a.toName(r, r.Recipient.Name, r.Jurisdiction)}
	case "authority":
		return []recipient{a.toAuthority(r, a.library.byAuthority[r.Recipient.Authority], r.Jurisdiction)}
	case "supervisory_authority":
		return a.toPlaces(r, kind, a.competent(r.Jurisdiction))
	case "established":
		return a.toPlaces(r, kind, a.seats(r.Jurisdiction))
	case "residence":
		return a.toPlaces(r, kind, a.homes(r.Jurisdiction))
	}
	name := r.Recipient.Name
	if name == "" {
		name = "the people affected"
	}
	return []recipient{a.toName(r, name, r.Jurisdiction)}
}

// competent gives the places of the authorities a controller must tell
// (Regulation (EU) 2016/679, articles 55 and 56; EDPB Guidelines 9/2022,
// paragraphs 69 to 73): of the main establishment in the area; of the only
// establishment there where no main one is known, which is then the main one;
// else of every member state where people are affected, or where it is
// established when nobody is known to be.
func (a *assessor) competent(area string) []string {
	o := &a.facts.Organisation
	if world().Within(o.MainEstablishment, area) == condition.Yes {
		return []string{o.MainEstablishment}
	}
	seats := a.establishments(area)
	if o.MainEstablishment == "" && len(countries(seats)) == 1 {
		return []string{finest(seats)}
	}
	if homes := a.homes(area); len(homes) > 0 {
		return homes
	}
	return seats
}

// seats gives the place of the main establishment in the area, else all of them.
func (a *assessor) seats(area string) []string {
	if m := a.facts.Organisation.MainEstablishment; world().Within(m, area) == condition.Yes {
		return []string{m}
	}
	return a.establishments(area)
}

func (a *assessor) establishments(area string) []string {
	var out []string
	for _, p := range a.facts.Organisation.EstablishedIn {
		if world().Within(p, area) == condition.Yes {
			out = add(out, p)
		}
	}
	return out
}

// homes gives the places in the area where affected people live.
func (a *assessor) homes(area string) []string {
	var out []string
	for i := range a.facts.Affected {
		g := &a.facts.Affected[i]
		if (g.People == nil || *g.People > 0) && world().Within(g.Residence, area) == condition.Yes {
			out = add(out, g.Residence)
		}
	}
	return out
}

func countries(places []string) []string {
	var out []string
	for _, p := range places {
		out = add(out, world().Country(p))
	}
	return out
}

// finest is the place that says most: DE-BY rather than DE.
func finest(places []string) string {
	return slices.MaxFunc(places, func(x, y string) int { return len(x) - len(y) })
}

// toPlaces gives the authority of each place once; where none is known, a
// recipient that says so.
func (a *assessor) toPlaces(r *Rule, kind string, places []string) []recipient {
	var out []recipient
	for _, p := range places {
		to := a.toAuthority(r, a.authorityOf(p, kind), p)
		if to.authority == "" {
			to = a.toName(r, kindWords(kind)+" of "+p, p)
		}
		if !slices.ContainsFunc(out, func(o recipient) bool { return o.name == to.name }) {
			out = append(out, to)
		}
	}
	if len(out) == 0 {
		return []recipient{a.toName(r, kindWords(kind)+" (which one is not known yet)", r.Jurisdiction)}
	}
	slices.SortStableFunc(out, func(x, y recipient) int { return strings.Compare(x.place, y.place) })
	return out
}

// authorityOf is the authority of a kind for a place: of its subdivision where
// there is one, else of its country; of the sector the organisation is in.
func (a *assessor) authorityOf(place, kind string) *Authority {
	place = world().Canonical(place)
	sector := "private"
	if slices.Contains(a.facts.Organisation.RegulatedAs, "public_body") {
		sector = "public"
	}
	for _, p := range []string{place, world().Country(place)} {
		for _, au := range a.library.authorities {
			if au.Kind == kind && au.Place() == p && (au.Sector == "" || au.Sector == sector) {
				return au
			}
		}
	}
	return nil
}

func (a *assessor) toAuthority(r *Rule, au *Authority, place string) recipient {
	if au == nil {
		return recipient{}
	}
	to := a.toName(r, au.Name+", "+au.Place(), place)
	if au.Subdivision != "" || countryOf(place) != au.Country {
		to.place = au.Place()
	}
	to.authority, to.languages = au.ID, au.Languages
	if r.Zone == "" {
		to.zone = world().Zone(au.Place())
		if loc := world().Location(au.Zone); loc != nil {
			to.zone = loc
		}
	}
	if au.Channel.Type != "" {
		to.channel.Type = au.Channel.Type
	}
	if au.Channel.URL != "" {
		url := au.Channel.URL
		to.channel.URL = &url
	}
	return to
}

// toName is a recipient without a record. Its channel is the rule's; people are
// written to, authorities have a form where nothing else is known.
func (a *assessor) toName(r *Rule, name, place string) recipient {
	to := recipient{name: name, place: place, zone: world().Zone(place)}
	if r.Zone != "" {
		to.zone = a.zone(r)
	}
	to.channel.Type = r.Channel.Type
	if r.Channel.URL != "" {
		url := r.Channel.URL
		to.channel.URL = &url
	}
	if to.channel.Type == "" {
		switch r.Audience {
		case "individuals", "parents":
			to.channel.Type = "letter"
		case "regulator", "csirt":
			to.channel.Type = "portal"
		default:
			to.channel.Type = "email"
		}
	}
	return to
}

func kindWords(kind string) string {
	switch kind {
	case "data_protection":
		return "the supervisory authority"
	case "csirt":
		return "the CSIRT or competent authority"
	case "financial":
		return "the financial supervisor"
	case "insurance":
		return "the insurance supervisor"
	case "attorney_general":
		return "the Attorney General"
	case "telecom":
		return "the authority for electronic communications"
	}
	return "the authority (" + strings.ReplaceAll(kind, "_", " ") + ")"
}
