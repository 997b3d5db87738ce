package api

import (
	"io"
	"strconv"

	"tocsin/incident/affected"
	"tocsin/incident/casework"
)

// conflict is one of the queue: rows that could mean several people.
type conflict struct {
	Conflict int64            `json:"conflict"` // the lowest of its people's numbers
	People   []int64          `json:"people"`   // the first of them
	Count    int              `json:"people_count"`
	Rows     int              `json:"rows"`
	Why      map[string]int   `json:"why"`
	Places   []affected.Place `json:"places"` // of the first rows
	State    string           `json:"state"`
}

func conflicts(c *call) (reply, error) {
	limit, err := c.limit()
	if err != nil {
		return reply{}, err
	}
	asked := casework.QueuePage{Most: limit, State: c.query("state")}
	if asked.State != "" && asked.State != "open" && asked.State != "decided" && asked.State != "skipped" {
		return reply{}, wrong("state", "open, decided or skipped")
	}
	if after := c.query("after"); after != "" {
		if asked.After, err = strconv.ParseInt(after, 10, 64); err != nil || asked.After < 1 {
			return reply{}, wrong("after", "not what \"next\" of this list was")
		}
	}
	q, err := c.a.Desk.Conflicts(c.r.Context(), c.by, c.ref(), c.at("run"), asked)
	if err != nil {
		return reply{}, err
	}
	out := list[conflict]{Items: []conflict{}}
	for _, k := range q.Clusters {
		out.Items = append(out.Items, conflict{k.First, k.Numbers, k.People, k.Rows, k.Why, k.Places, k.State})
	}
	if q.Next > 0 {
		next := strconv.FormatInt(q.Clusters[len(q.Clusters)-1].First, 10)
		out.Next = &next
	}
	return ok(out)
}

func (c *call) conflict() int64 {
	n, err := strconv.ParseInt(c.at("conflict"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func getConflict(c *call) (reply, error) {
	k, err := c.a.Desk.Conflict(c.r.Context(), c.by, c.ref(), c.at("run"), c.conflict())
	if err != nil {
		return reply{}, err
	}
	type person struct {
		Person int64             `json:"person"`
		Line   uint64            `json:"line"`
		Values map[string]string `json:"values"` // masked
	}
	type row struct {
		affected.Place
		Why    string            `json:"why"`
		Values map[string]string `json:"values"` // masked
		Fits   map[string][]bool `json:"fits"`   // by key, for each person: whether theirs is the same
	}
	out := struct {
		State  string   `json:"state"`
		People []person `json:"people"`
		Rows   []row    `json:"rows"`
		More   int      `json:"more"` // rows that are not shown
	}{State: k.State, People: []person{}, Rows: []row{}, More: k.More}
	for _, p := range k.People {
		one := person{p.Person, p.Line, map[string]string{}}
		for n, name := range k.Columns {
			one.Values[name] = p.Values[n]
		}
		out.People = append(out.People, one)
	}
	for _, r := range k.Rows {
		one := row{r.Place, r.Why, map[string]string{}, map[string][]bool{}}
		for n, name := range r.Names {
			one.Values[name], one.Fits[name] = r.Values[n], r.Fits[n]
		}
		out.Rows = append(out.Rows, one)
	}
	return ok(out)
}

type verdict struct {
	Person *int64 `json:"person"` // one of the conflict's people; 0: nobody
	Skip   bool   `json:"skip"`
	Why    string `json:"why"`
	Rows   []struct {
		Path   string `json:"path"`
		Line   uint64 `json:"line"`
		Person int64  `json:"person"`
		Skip   bool   `json:"skip"`
	} `json:"rows"` // those that mean somebody else
}

func decideConflict(c *call) (reply, error) {
	in, err := decode[verdict](c)
	if err != nil {
		return reply{}, err
	}
	if (in.Person == nil) != in.Skip {
		return reply{}, wrong("person", "say whom the rows mean (0: nobody), or skip")
	}
	v := casework.Verdict{Skip: in.Skip, Why: in.Why, Rows: map[affected.Place]casework.RowVerdict{}}
	if in.Person != nil {
		v.Person = *in.Person
	}
	for _, r := range in.Rows {
		v.Rows[affected.Place{Path: r.Path, Line: r.Line}] = casework.RowVerdict{Person: r.Person, Skip: r.Skip}
	}
	if err := c.a.Desk.DecideConflict(c.r.Context(), c.by, c.ref(), c.at("run"), c.conflict(), v); err != nil {
		return reply{}, err
	}
	return done()
}

func decisions(c *call) (reply, error) {
	all, err := c.a.Desk.Rulings(c.r.Context(), c.by, c.ref(), c.at("run"))
	if err != nil {
		return reply{}, err
	}
	return page(c, all, func(r casework.Ruling) string { return r.Path + ":" + strconv.FormatUint(r.Line, 10) })
}

// question is one person, by a key, or one row. It is a body, never an address.
type question struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	File  string `json:"file"` // SHA-256 or name of the data set
	Line  uint64 `json:"line"`
}

func search(c *call) (reply, error) {
	in, err := decode[question](c)
	if err != nil {
		return reply{}, err
	}
	var a *casework.Answer
	switch {
	case (in.Key == "") == (in.File == ""):
		return reply{}, wrong("key", "give either a key and its value, or a file and a line")
	case in.Key != "":
		a, err = c.a.Desk.SearchPerson(c.r.Context(), c.by, c.ref(), c.at("run"), in.Key, in.Value)
	default:
		a, err = c.a.Desk.SearchRow(c.r.Context(), c.by, c.ref(), c.at("run"), in.File, in.Line)
	}
	if err != nil {
		return reply{}, err
	}
	return ok(a)
}

func diff(c *call) (reply, error) {
	got, err := c.a.Desk.CompareResolutions(c.r.Context(), c.by, c.ref(), c.at("run"), c.query("after"))
	if err != nil {
		return reply{}, err
	}
	return ok(got)
}

func exclusions(c *call) (reply, error) {
	all, err := c.a.Desk.Exclusions(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return page(c, all, func(e casework.Exclusion) string { return strconv.Itoa(e.Seq) })
}

type newExclusion struct {
	Kind        string   `json:"kind"`
	Why         string   `json:"why"`
	CustomerIDs []string `json:"customer_ids"`
	Emails      []string `json:"emails"`
	Domains     []string `json:"domains"`
}

func proposeExclusion(c *call) (reply, error) {
	in, err := decode[newExclusion](c)
	if err != nil {
		return reply{}, err
	}
	exclusion := casework.Exclusion{Kind: in.Kind, Why: in.Why, CustomerIDs: in.CustomerIDs, Emails: in.Emails, Domains: in.Domains}
	if in.Kind == casework.KindNotCounted {
		byPlace, err := c.a.Outbox.NotCounted(c.r.Context(), c.by, c.ref())
		if err != nil {
			return reply{}, err
		}
		for _, n := range byPlace {
			exclusion.People += n
		}
	}
	e, err := c.a.Desk.ProposeExclusion(c.r.Context(), c.by, c.ref(), exclusion)
	if err != nil {
		return reply{}, err
	}
	return created("/incidents/"+c.ref()+"/exclusions", e)
}

func (c *call) exclusion() int {
	n, err := strconv.Atoi(c.at("exclusion"))
	if err != nil {
		return 0
	}
	return n
}

func approveExclusion(c *call) (reply, error) {
	if err := c.a.Desk.ApproveExclusion(c.r.Context(), c.by, c.ref(), c.exclusion()); err != nil {
		return reply{}, err
	}
	return done()
}

func endExclusion(c *call) (reply, error) {
	in, err := decode[because](c)
	if err != nil {
		return reply{}, err
	}
	if err := c.a.Desk.EndExclusion(c.r.Context(), c.by, c.ref(), c.exclusion(), in.Why); err != nil {
		return reply{}, err
	}
	return done()
}

type newExport struct {
	Recipient string `json:"recipient"` // an age key
	Why       string `json:"why"`
}

// exportRoster streams the list in force, sealed to the recipient.
func exportRoster(c *call) (reply, error) {
	in, err := decode[newExport](c)
	if err != nil {
		return reply{}, err
	}
	e, err := c.a.Desk.ExportRoster(c.r.Context(), c.by, c.ref(), in.Recipient, in.Why)
	if err != nil {
		return reply{}, err
	}
	read, write := io.Pipe()
	go func() { write.CloseWithError(e.Write(c.r.Context(), write)) }()
	return reply{file: &file{ReadCloser: read, name: e.Name, media: "application/octet-stream", size: -1}}, nil
}
