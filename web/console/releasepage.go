package console

import (
	"maps"
	"slices"
	"strings"

	"tocsin/notify/outbox"
	"tocsin/web/view"
)

type releasePage struct {
	Confirm view.Confirm
	Sum     string
	Places  view.Chart
	Letters []releaseLetter
	Reasons []view.Bar // why people are left out
	Left    int
	Waiting []draftRow // not approved
	Further []draftRow
	Without []view.Bar // places without an approved letter
	Samples []sampleRow
	Blind   bool // this person may not see names
}

type releaseLetter struct {
	draftRow
	Gets int
}

type sampleRow struct {
	outbox.Sample
	Title, URL string
	Language   string
}

// ReleasePage restates the numbers before letters go out.
func (c *Console) ReleasePage(r *Request) error { return c.showRelease(r, nil) }

func (c *Console) showRelease(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	f, err := c.Outbox.ForecastRelease(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	d := releasePage{Confirm: o.releaseConfirm(&f), Blind: f.Recipients > 0 && f.Samples == nil}
	for _, n := range f.Excluded {
		d.Left += n
	}
	d.Sum = view.Thousands(f.People) + " on the list = " + view.Thousands(f.Recipients) + " get a letter + " + view.Thousands(f.Accounts) + " further accounts of theirs + " +
		view.Thousands(f.Earlier) + " told before + " + view.Thousands(d.Left) + " left out with a reason"
	if len(f.ByJurisdiction) > 0 {
		d.Places = view.Chart{Title: "Who gets a letter, by where they live", Label: "Jurisdiction", Unit: "People", Bars: bars(f.ByJurisdiction)}
	}
	d.Reasons = bars(f.Excluded)
	for n := range d.Reasons {
		d.Reasons[n].Label = sentenceCase(d.Reasons[n].Label)
	}
	d.Without = bars(f.Uncovered)
	rows := map[string]draftRow{}
	for n := range f.Letters {
		row := draftRowOf(o, &f.Letters[n])
		rows[f.Letters[n].ID] = row
		d.Letters = append(d.Letters, releaseLetter{row, f.ByLetter[f.Letters[n].ID]})
	}
	slices.SortStableFunc(d.Letters, func(a, b releaseLetter) int { return b.Gets - a.Gets })
	for n := range f.Unapproved {
		d.Waiting = append(d.Waiting, draftRowOf(o, &f.Unapproved[n]))
	}
	for n := range f.Further {
		d.Further = append(d.Further, draftRowOf(o, &f.Further[n]))
	}
	for _, s := range f.Samples {
		row := rows[s.Draft]
		d.Samples = append(d.Samples, sampleRow{Sample: s, Title: row.Title, URL: row.URL, Language: languageName(s.Language)})
	}
	p := o.page(r, "Release the letters", d)
	p.Crumbs = []view.Link{{Text: "Notices", URL: o.URL("/notices")}}
	if wrong != nil {
		return r.Wrong(wrong, &d.Confirm.Form, "release", p)
	}
	return r.Show("release", p)
}

// releaseConfirm is the question with its numbers.
func (o *openCase) releaseConfirm(f *outbox.Forecast) view.Confirm {
	left := 0
	for _, n := range f.Excluded {
		left += n
	}
	languages := map[string]bool{}
	for n := range f.Letters {
		if f.ByLetter[f.Letters[n].ID] > 0 {
			languages[languageName(f.Letters[n].Language)] = true
		}
	}
	confirm := view.Confirm{
		Question: "Send the approved letters to " + view.Thousands(f.Recipients) + " people in " + view.Thousands(len(f.ByJurisdiction)) + " jurisdictions?",
		Facts: []view.Fact{
			{Name: "People on the list", Value: view.Thousands(f.People)}, {Name: "Get a letter", Value: view.Thousands(f.Recipients)},
			{Name: "Jurisdictions of theirs", Value: view.Thousands(len(f.ByJurisdiction))}, {Name: "Left out with a reason", Value: view.Thousands(left)},
			{Name: "Letters approved", Value: view.Thousands(len(f.Letters))}, {Name: "Letters not approved", Value: view.Thousands(len(f.Unapproved))},
			{Name: "Languages", Value: strings.Join(slices.Sorted(maps.Keys(languages)), ", ")}, {Name: "List", Value: view.Shorten(f.Roster)},
		},
		Warning: "A letter that was handed over cannot be taken back. The first few go alone; if many are not taken, the mailing waits.",
		Form: view.Form{Action: o.URL("/release"), Submit: "Send to " + view.Thousands(f.Recipients) + " people", Danger: true, Cancel: o.URL("/notices"),
			Hidden: map[string]string{"roster": f.Roster, "numbers": f.Digest}},
	}
	if f.Accounts > 0 {
		confirm.Facts = append(confirm.Facts, view.Fact{Name: "Further accounts of theirs", Value: view.Thousands(f.Accounts)})
	}
	if f.Earlier > 0 {
		confirm.Facts = append(confirm.Facts, view.Fact{Name: "Told before", Value: view.Thousands(f.Earlier)})
	}
	if n := len(f.Further); n > 0 {
		confirm.Facts = append(confirm.Facts, view.Fact{Name: "Letters for a mailing after this one", Value: view.Thousands(n)})
	}
	if o.Incident.Drill {
		confirm.Warning = "This is a drill: nothing will leave. What would have been sent is counted."
	}
	if f.Blocked != "" {
		confirm.Question, confirm.Warning = "Nothing can be sent yet", f.Blocked
		confirm.Form = view.Form{Cancel: o.URL("/notices")}
	}
	return confirm
}

// Release sends them, if the numbers that were read still stand.
func (c *Console) Release(r *Request) error {
	m, err := c.Outbox.ReleaseAs(r.Ctx(), r.By, r.Param("incident"), r.Form("roster"), r.Form("numbers"))
	if err != nil {
		return c.showRelease(r, err)
	}
	return r.Done("/incidents/"+r.Param("incident")+"/mailings/"+m.ID, "Released.")
}
