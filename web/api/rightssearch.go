package api

import (
	"strconv"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
)

type personQuery struct {
	CustomerID string `json:"customer_id"`
	Email      string `json:"email"`
	Phone      string `json:"phone"`
	Name       string `json:"name"`
	BirthDate  string `json:"birth_date"`
	Request    string `json:"request"`
}

func searchPerson(c *call) (reply, error) {
	in, err := decode[personQuery](c)
	if err != nil {
		return reply{}, err
	}
	id, err := c.a.Desk.BeginPersonSearch(c.r.Context(), c.by, casework.PersonQuery(in))
	if err != nil {
		return reply{}, err
	}
	return created("/person-searches/"+id, struct {
		ID string `json:"id"`
	}{id})
}

// personSearch is how far a search is. Hits do not say who: that is asked one
// by one, and recorded.
type personSearch struct {
	ID         string      `json:"id"`
	Began      time.Time   `json:"began_at"`
	Ended      *time.Time  `json:"ended_at"`
	Error      string      `json:"error,omitempty"`
	Incidents  int         `json:"incidents"`
	Searched   int         `json:"searched"`
	Rows       int         `json:"rows"`
	Restricted int         `json:"restricted"`
	Erased     int         `json:"erased"`
	Unreadable []string    `json:"unreadable"`
	Cut        bool        `json:"cut"`
	Hits       []personHit `json:"hits"`
}

type personHit struct {
	Hit    int    `json:"hit"`
	Number string `json:"number"`
	Where  string `json:"where"`
	Text   string `json:"text"`
	Sure   bool   `json:"sure"`
	Why    string `json:"why"`
	Marked bool   `json:"marked"`
	Held   int    `json:"held"`
}

func getPersonSearch(c *call) (reply, error) {
	s, err := c.a.Desk.Search(c.r.Context(), c.by, c.at("search"))
	if err != nil {
		return reply{}, err
	}
	out := personSearch{ID: s.ID, Began: s.Began, Ended: s.Ended, Error: s.Error, Incidents: s.Cases, Searched: s.Done, Rows: s.Rows, Restricted: s.Restricted,
		Erased: s.Erased, Unreadable: append([]string{}, s.Unreadable...), Cut: s.Cut, Hits: []personHit{}}
	for n, h := range s.Hits {
		out.Hits = append(out.Hits, personHit{n, h.Number, h.Where, h.Text, h.Sure, h.Why, h.Marked, len(h.Held)})
	}
	return ok(out)
}

func cancelPersonSearch(c *call) (reply, error) {
	if err := c.a.Desk.CancelSearch(c.r.Context(), c.by, c.at("search")); err != nil {
		return reply{}, err
	}
	return done()
}

// shownPerson is one hit in the clear.
type shownPerson struct {
	CustomerID string   `json:"customer_id"`
	Name       string   `json:"name"`
	Email      string   `json:"email"`
	Country    string   `json:"country"`
	Region     string   `json:"region"`
	Elements   []string `json:"elements"`
}

func showPersonHit(c *call) (reply, error) {
	if err := unrepeated(c); err != nil {
		return reply{}, err
	}
	n, err := strconv.Atoi(c.at("hit"))
	if err != nil {
		return reply{}, incident.Errorf(incident.NotFound, "There is no such hit.")
	}
	h, err := c.a.Desk.ShowHit(c.r.Context(), c.by, c.at("search"), n)
	if err != nil {
		return reply{}, err
	}
	p := h.Person
	return ok(shownPerson{p.CustomerID, p.Name, p.Email, p.Country, p.Region, append([]string{}, p.Elements.Names()...)})
}

type linkedHits struct {
	Search string `json:"search"`
	Hits   []int  `json:"hits"`
}

func linkPersonHits(c *call) (reply, error) {
	in, err := decode[linkedHits](c)
	if err != nil {
		return reply{}, err
	}
	return again(c, c.a.Desk.LinkHits(c.r.Context(), c.by, in.Search, c.at("right"), in.Hits))
}
