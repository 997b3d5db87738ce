package console

import (
	"strconv"

	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

// personSearchForm asks whom to look for. It is sent by POST alone: nothing of a
// person belongs in an address, which is written down everywhere.
func personSearchForm(q casework.PersonQuery) *view.Form {
	f := &view.Form{Action: "/rights/search", Submit: "Search all incidents", Fields: []view.Field{
		{Name: "customer_id", Label: "Customer id", Value: q.CustomerID, MaxLength: 300},
		{Name: "email", Label: "E-mail address", Type: "email", Value: q.Email, MaxLength: 300},
		{Name: "phone", Label: "Phone number", Value: q.Phone, MaxLength: 300, Help: "Looked up in the customer directories that lists were made from."},
		{Name: "name", Label: "Name", Value: q.Name, MaxLength: 300},
		{Name: "birth_date", Label: "Birth date", Type: "date", Value: q.BirthDate, Help: "With a name: it tells namesakes apart, where a directory has it."},
	}}
	if q.Request != "" {
		f.Hidden = map[string]string{"request": q.Request}
	}
	return f
}

func searchQuery(r *Request) casework.PersonQuery {
	return casework.PersonQuery{CustomerID: r.Form("customer_id"), Email: r.Form("email"), Phone: r.Form("phone"), Name: r.Form("name"), BirthDate: r.Form("birth_date"), Request: r.Form("request")}
}

func searchPageOf(f *view.Form) view.Page {
	return view.Page{Title: "Search a person", Lead: "In every list of affected people, in exclusions and deliveries, in earlier requests and in the names of evidence files. That you search is recorded, and for whom is not.",
		Crumbs: []view.Link{{Text: "People's rights", URL: "/rights"}}, Data: f}
}

// SearchPersonPage asks whom to look for.
func (c *Console) SearchPersonPage(r *Request) error {
	return r.Show("form", searchPageOf(personSearchForm(casework.PersonQuery{})))
}

// SearchPerson begins a search.
func (c *Console) SearchPerson(r *Request) error {
	id, err := c.Desk.BeginPersonSearch(r.Ctx(), r.By, searchQuery(r))
	if err != nil {
		f := personSearchForm(searchQuery(r))
		return r.Wrong(err, f, "form", searchPageOf(f))
	}
	return r.Go("/rights/search/" + id)
}

type foundPage struct {
	Search    casework.PersonSearch
	URL       string
	Running   bool
	Progress  view.Progress
	Hits      []hitRow
	Link      bool // there is a request to link to, and somebody to link
	Shown     *shownHit
	Unsure    bool
	StateText string
}

type hitRow struct {
	N                    int
	Number, Where, Text  string
	Why, Name, ID, Email string // masked
	Badge                view.Badge
	Linkable             bool
	Held                 []string
	Marked               bool
}

type shownHit struct {
	N     int
	Facts []view.Fact
}

// PersonFound shows how far a search is, and what it found, masked.
func (c *Console) PersonFound(r *Request) error { return c.showFound(r, nil, nil) }

func (c *Console) showFound(r *Request, wrong error, shown *shownHit) error {
	s, err := c.Desk.Search(r.Ctx(), r.By, r.Param("search"))
	if err != nil {
		return err
	}
	d := foundPage{Search: s, URL: "/rights/search/" + s.ID, Running: s.Ended == nil, Shown: shown}
	d.Progress = view.Progress{Label: "Incidents searched", Total: s.Cases, Parts: []view.Part{{Text: "searched", Count: s.Done, Tone: view.Done}}}
	for n, h := range s.Hits {
		row := hitRow{N: n, Number: h.Number, Where: h.Where, Text: h.Text, Why: h.Why, Marked: h.Marked, Linkable: h.Where == "list",
			Name: affected.Mask("", h.Person.Name), ID: affected.Mask("", h.Person.CustomerID), Email: affected.Mask(affected.EmailShape, h.Person.Email),
			Badge: view.Badge{Text: "By a key", Tone: view.Done}}
		if !h.Sure && h.Where == "list" {
			row.Badge, d.Unsure = view.Badge{Text: "By name alone", Tone: view.Unknown}, true
		}
		if h.Where == "evidence" {
			row.Badge = view.Badge{Text: "In a file's name", Tone: view.Unknown}
		}
		for _, x := range h.Held {
			text := x.Kind
			if o := x.Values["outcome"]; o != "" {
				text += ": " + o
			}
			row.Held = append(row.Held, text)
		}
		d.Link = d.Link || row.Linkable && s.Query.Request != ""
		d.Hits = append(d.Hits, row)
	}
	p := view.Page{Title: "Found", Crumbs: []view.Link{{Text: "People's rights", URL: "/rights"}, {Text: "Search a person", URL: "/rights/search"}}, Data: d}
	if q := s.Query.Request; q != "" {
		p.Crumbs = []view.Link{{Text: "People's rights", URL: "/rights"}, {Text: q, URL: "/rights/" + q}}
	}
	if wrong != nil {
		return r.Wrong(wrong, &view.Form{}, "rights-found", p)
	}
	return r.Show("rights-found", p)
}

// CancelPersonSearch ends a search; what was found stays.
func (c *Console) CancelPersonSearch(r *Request) error {
	if err := c.Desk.CancelSearch(r.Ctx(), r.By, r.Param("search")); err != nil {
		return err
	}
	return r.Done("/rights/search/"+r.Param("search"), "The search is ended; what it found until then is below.")
}

// ShowHit shows one person unmasked. That somebody looked is recorded.
func (c *Console) ShowHit(r *Request) error {
	n, err := strconv.Atoi(r.Form("hit"))
	if err != nil {
		return c.showFound(r, oneProblem("hit", "Choose a hit."), nil)
	}
	h, err := c.Desk.ShowHit(r.Ctx(), r.By, r.Param("search"), n)
	if err != nil {
		return err
	}
	s := &shownHit{N: n}
	for _, f := range []view.Fact{{Name: "Name", Value: h.Person.Name}, {Name: "Customer id", Value: h.Person.CustomerID}, {Name: "E-mail address", Value: h.Person.Email},
		{Name: "Country", Value: h.Person.Country}, {Name: "Region", Value: h.Person.Region}, {Name: "Postal address", Value: h.Person.PostalAddress}} {
		if f.Value != "" {
			s.Facts = append(s.Facts, f)
		}
	}
	for _, e := range h.Person.Elements.Names() {
		s.Facts = append(s.Facts, view.Fact{Name: "Exposed", Value: c.elementWord(e)})
	}
	return c.showFound(r, nil, s)
}

// LinkHits says who of those found made the request.
func (c *Console) LinkHits(r *Request) error {
	var chosen []int
	for _, s := range r.FormAll("hits") {
		n, err := strconv.Atoi(s)
		if err != nil {
			return c.showFound(r, oneProblem("hits", "Choose from those found."), nil)
		}
		chosen = append(chosen, n)
	}
	s, err := c.Desk.Search(r.Ctx(), r.By, r.Param("search"))
	if err == nil {
		err = c.Desk.LinkHits(r.Ctx(), r.By, s.ID, s.Query.Request, chosen)
	}
	if err != nil {
		return c.showFound(r, err, nil)
	}
	return r.Done("/rights/"+s.Query.Request, "The request knows who it is about.")
}
