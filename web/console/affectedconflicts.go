package console

import (
	"net/url"
	"strconv"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/web/view"
)

type conflictsPage struct {
	URL      string
	Progress *view.Progress
	States   []view.Link // what can be chosen: all, open, decided, left as they are
	Rows     []conflictLine
	First    string // of the pages; "" on the first
	NextURL  string
	Pending  int
	Rerun    *view.Form
	Empty    view.Empty
}

type conflictLine struct {
	URL, Name string
	People    int
	Rows      int
	Why       string
	State     view.Badge
}

// conflictsShown is how many of the queue one page has.
const conflictsShown = 100

// Conflicts shows a page of the queue of a run.
func (c *Console) Conflicts(r *Request) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	asked := casework.QueuePage{Most: conflictsShown, State: r.Query("state")}
	asked.From, _ = strconv.Atoi(r.Query("from")) // no number: the first page
	q, err := c.Desk.Conflicts(r.Ctx(), r.By, o.Incident.ID, r.Param("run"), asked)
	if err != nil {
		return err
	}
	d := conflictsPage{URL: o.URL("/affected/runs/" + r.Param("run")), Pending: q.Pending,
		Empty: view.Empty{Title: "No conflicts", Text: "Every row that names somebody names one person. Rows that could mean several people would be here for you to settle."}}
	at := d.URL + "/conflicts"
	for _, k := range q.Clusters {
		name := strconv.FormatInt(k.First, 10)
		d.Rows = append(d.Rows, conflictLine{URL: at + "/" + name, Name: "Conflict " + name, People: k.People, Rows: k.Rows, Why: reasons(k.Why), State: conflictBadge(k.State)})
	}
	if q.Total > 0 {
		d.Progress = &view.Progress{Label: "Conflicts looked at", Total: q.Total, Parts: []view.Part{{Text: "decided", Count: q.Decided, Tone: view.Done}, {Text: "left as they are", Count: q.Skipped, Tone: view.NotOwed}}}
		for _, s := range []struct {
			state, text string
			count       int
		}{{"", "All", q.Total}, {"open", "Open", q.Total - q.Decided - q.Skipped}, {"decided", "Decided", q.Decided}, {"skipped", "Left as they are", q.Skipped}} {
			link := view.Link{Text: s.text + " (" + view.Thousands(s.count) + ")", URL: at}
			if s.state != "" {
				link.URL += "?state=" + s.state
			}
			if s.state == asked.State {
				link.URL = ""
			}
			d.States = append(d.States, link)
		}
	}
	if asked.From > 0 {
		d.First = queueURL(at, asked.State, 0)
	}
	if q.Next > 0 {
		d.NextURL = queueURL(at, asked.State, q.Next)
	}
	if q.Pending > 0 {
		d.Rerun = &view.Form{Action: d.URL + "/rerun", Submit: "Match again with the decisions"}
	}
	p := o.page(r, "Conflicts", d)
	p.Lead = "Rows that could mean several people. Nothing is merged on a guess: until you decide, such a row counts for the first person of its strongest key."
	p.Crumbs = runCrumbs(o, r.Param("run"))
	return r.Show("conflicts", p)
}

// queueURL is where a page of the queue begins.
func queueURL(at, state string, from int) string {
	v := url.Values{}
	if state != "" {
		v.Set("state", state)
	}
	if from > 0 {
		v.Set("from", strconv.Itoa(from))
	}
	if len(v) == 0 {
		return at
	}
	return at + "?" + v.Encode()
}

func runCrumbs(o *openCase, run string) []view.Link {
	return []view.Link{{Text: "Affected people", URL: o.URL("/affected")}, {Text: "Matching run", URL: o.URL("/affected/runs/" + run)}}
}

func reasons(why map[string]int) string {
	var out []string
	for _, b := range bars(why) {
		out = append(out, b.Label)
	}
	return strings.Join(out, "; ")
}

func conflictBadge(state string) view.Badge {
	switch state {
	case "decided":
		return view.Badge{Text: "Decided", Tone: view.Done}
	case "skipped":
		return view.Badge{Text: "Left as it is", Tone: view.NotOwed}
	}
	return view.Badge{Text: "Open", Tone: view.Soon}
}

type conflictPage struct {
	casework.Conflicting
	Badge   view.Badge
	Form    *view.Form
	Choices []view.Option // of a single row
	Names   []string
	NextURL string
	Lines   []rowLine
}

type rowLine struct {
	casework.MaskedRow
	Field  string // form name
	Keys   []keyLine
	Ruled  string
	Choice string // what was decided or sent
}

type keyLine struct {
	Name, Value string
	Fits        string // the people whose it is
}

// Conflict shows one, masked, and asks whom its rows mean.
func (c *Console) Conflict(r *Request) error { return c.showConflict(r, nil) }

func (c *Console) showConflict(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	cluster, _ := strconv.ParseInt(r.Param("conflict"), 10, 64)
	k, err := c.Desk.Conflict(r.Ctx(), r.By, o.Incident.ID, r.Param("run"), cluster)
	if err != nil {
		return err
	}
	at := o.URL("/affected/runs/" + r.Param("run") + "/conflicts")
	d := conflictPage{Conflicting: *k, Badge: conflictBadge(k.State), Choices: []view.Option{{Text: "as for all"}}}
	f := &view.Form{Action: at + "/" + r.Param("conflict"), Submit: "Keep the decision"}
	var options []view.Option
	for _, p := range k.People {
		n := strconv.FormatInt(p.Person, 10)
		options = append(options, view.Option{Value: n, Text: "Customer " + n + ", line " + strconv.FormatUint(p.Line, 10) + " of the directory"})
		d.Choices = append(d.Choices, view.Option{Value: n, Text: "customer " + n})
	}
	options = append(options, view.Option{Value: "nobody", Text: "Nobody of these"}, view.Option{Value: "skip", Text: "Leave it as it is", Help: "It stays in the list of conflicts and counts for the first person of its strongest key."})
	d.Choices = append(d.Choices, view.Option{Value: "nobody", Text: "nobody"}, view.Option{Value: "skip", Text: "leave it"})
	f.Fields = []view.Field{
		{Name: "person", Label: "Whom the rows mean", Type: "radios", Options: options, Required: true, Value: r.Form("person")},
		{Name: "why", Label: "Why", Type: "textarea", Rows: 2, Required: true, Value: r.Form("why"), Help: "It stays with the decision, and with the case."},
	}
	for _, name := range k.Columns {
		d.Names = append(d.Names, sentenceCase(words(name)))
	}
	for n, row := range k.Rows {
		line := rowLine{MaskedRow: row, Field: "row." + itoa(n), Choice: r.Form("row." + itoa(n))}
		for i, name := range row.Names {
			line.Keys = append(line.Keys, keyLine{Name: words(name), Value: row.Values[i], Fits: fitting(k.People, row.Fits[i])})
		}
		if row.Ruling != nil {
			line.Ruled = ruled(row.Ruling) + ", " + o.who(row.Ruling.By) + ": " + row.Ruling.Why
		}
		d.Lines = append(d.Lines, line)
	}
	if k.Next > 0 {
		d.NextURL = at + "/" + strconv.FormatInt(k.Next, 10)
	}
	d.Form = f
	p := o.page(r, "Conflict "+r.Param("conflict"), d)
	p.Crumbs = append(runCrumbs(o, r.Param("run")), view.Link{Text: "Conflicts", URL: at})
	if wrong != nil {
		return r.Wrong(wrong, f, "conflict", p)
	}
	return r.Show("conflict", p)
}

func fitting(people []casework.MaskedPerson, fits []bool) string {
	var out []string
	for n, fit := range fits {
		if fit {
			out = append(out, strconv.FormatInt(people[n].Person, 10))
		}
	}
	if len(out) == 0 {
		return "nobody here"
	}
	return "customer " + strings.Join(out, " and ")
}

func ruled(v *casework.Ruling) string {
	switch {
	case v.Skip:
		return "Left as it is"
	case v.Person == 0:
		return "Nobody of these"
	}
	return "Customer " + strconv.FormatInt(v.Person, 10)
}

// DecideConflict keeps what somebody decided.
func (c *Console) DecideConflict(r *Request) error {
	cluster, _ := strconv.ParseInt(r.Param("conflict"), 10, 64)
	v := casework.Verdict{Why: r.Form("why"), Rows: map[affected.Place]casework.RowVerdict{}}
	whole, err := choice("person", r.Form("person"))
	v.Person, v.Skip = whole.Person, whole.Skip
	if err == nil && rowsSent(r) {
		err = c.rowChoices(r, cluster, &v)
	}
	if err == nil {
		err = c.Desk.DecideConflict(r.Ctx(), r.By, r.Param("incident"), r.Param("run"), cluster, v)
	}
	if err != nil {
		return c.showConflict(r, err)
	}
	return r.Done(runURL(r)+"/conflicts", "Decided. The list changes when it is matched again.")
}

func rowsSent(r *Request) bool {
	for name, values := range r.HTTP().PostForm {
		if strings.HasPrefix(name, "row.") && len(values) > 0 && values[0] != "" {
			return true
		}
	}
	return false
}

// rowChoices reads the rows that mean somebody else than the others.
func (c *Console) rowChoices(r *Request, cluster int64, v *casework.Verdict) error {
	k, err := c.Desk.Conflict(r.Ctx(), r.By, r.Param("incident"), r.Param("run"), cluster)
	if err != nil {
		return err
	}
	for n, row := range k.Rows {
		said := r.Form("row." + itoa(n))
		if said == "" {
			continue
		}
		one, err := choice("row."+itoa(n), said)
		if err != nil {
			return err
		}
		v.Rows[row.Place] = one
	}
	return nil
}

func choice(where, said string) (casework.RowVerdict, error) {
	switch said {
	case "nobody":
		return casework.RowVerdict{}, nil
	case "skip":
		return casework.RowVerdict{Skip: true}, nil
	}
	n, err := strconv.ParseInt(said, 10, 64)
	if err != nil || n < 1 {
		return casework.RowVerdict{}, &incident.Error{Kind: incident.Invalid, Message: "The conflict cannot be settled like that.", Problems: []incident.Problem{{Where: where, What: "Say whom the rows mean."}}}
	}
	return casework.RowVerdict{Person: n}, nil
}
