package console

import (
	"io"
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/notify/outbox"
	"tocsin/web/view"
)

type postingRow struct {
	outbox.Posting
	URL, Released string
	Badge         view.Badge
	Bar           view.Progress
	Sum           string
	Why           []view.Bar // why letters go by post
	Left          []view.Bar // why people are left out
	Countries     view.Chart
	Back          []view.Bar // returned letters, by reason
	Handed        []handedRow
}

type handedRow struct {
	Who string
	outbox.HandOver
}

func (o *openCase) postingRow(x *outbox.Posting) postingRow {
	row := postingRow{Posting: *x, URL: o.URL("/posting/" + x.ID), Released: o.who(x.ReleasedBy), Why: sentences(x.Reasons), Left: sentences(x.Excluded), Back: sentences(x.ReturnedBy)}
	switch x.State {
	case outbox.PostingPrinting:
		row.Badge = view.Badge{Text: "Printing", Tone: view.Running}
	case outbox.PostingPrinted:
		row.Badge = view.Badge{Text: "Not posted yet", Tone: view.Soon}
	case outbox.PostingPosted:
		row.Badge = view.Badge{Text: "Posted", Tone: view.Done}
	case outbox.PostingFailed:
		row.Badge = view.Badge{Text: "Failed", Tone: view.Overdue}
	default:
		row.Badge = view.Badge{Text: "Stopped", Tone: view.NotOwed}
	}
	if len(x.ByCountry) > 0 {
		row.Countries = view.Chart{Title: "Letters, by where they go", Label: "Country", Unit: "Letters", Bars: bars(x.ByCountry)}
	}
	for _, h := range x.Handed {
		row.Handed = append(row.Handed, handedRow{o.who(h.By), h})
	}
	row.Bar = view.Progress{ID: "posting-" + x.ID, Label: "Posting " + itoa(x.Seq), Total: x.People}
	if x.State == outbox.PostingPrinting || x.State == outbox.PostingFailed {
		row.Bar.Parts = []view.Part{{Text: "gone through", Count: x.Done, Tone: view.Running}}
		return row
	}
	letters := view.Part{Text: "printed", Count: x.Printed - x.Returned, Tone: view.Soon}
	if x.State == outbox.PostingPosted {
		letters.Text, letters.Tone = "posted", view.Done
	}
	row.Bar.Parts = []view.Part{letters, {Text: "came back", Count: x.Returned, Tone: view.Overdue}, {Text: "by e-mail", Count: x.ByEmail, Tone: view.Running},
		{Text: "had a letter before", Count: x.Earlier, Tone: view.Done}, {Text: "left out", Count: x.Left(), Tone: view.NotOwed}}
	row.Sum = paperSum(x)
	return row
}

// paperSum says where everybody on the list is.
func paperSum(x *outbox.Posting) string {
	return view.Thousands(x.People) + " on the list = " + view.Thousands(x.Printed) + " letters on paper + " + view.Thousands(x.ByEmail) + " by e-mail + " +
		view.Thousands(x.Earlier) + " had a letter before + " + view.Thousands(x.Left()) + " left out with a reason"
}

func sentences(counts map[string]int) []view.Bar {
	out := bars(counts)
	for n := range out {
		out[n].Label = sentenceCase(words(out[n].Label))
	}
	return out
}

type postingsPage struct {
	Rows    []postingRow
	Plan    postingRow
	Letters []draftRow
	Confirm view.Confirm
	Choice  *view.Form // whom to print for
	Proofs  *view.Form
	Empty   view.Empty
}

// PostingsPage shows letters on paper: those made, and what another would be.
func (c *Console) PostingsPage(r *Request) error { return c.showPostings(r, nil) }

func (c *Console) showPostings(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	all, err := c.Outbox.Postings(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	series, everyone := atoi(r.either("series")), r.either("everyone") == "yes"
	plan, err := c.Outbox.PlanPosting(r.Ctx(), r.By, o.Incident.ID, series, everyone)
	if err != nil {
		return err
	}
	d := postingsPage{Empty: view.Empty{Title: "No letters on paper yet", Text: "Whom e-mail does not reach is written to on paper: the approved letters are printed for a mail house, and count as sent when it says that it posted them."}}
	for n := range slices.Backward(all) {
		d.Rows = append(d.Rows, o.postingRow(&all[n]))
	}
	plan.State = outbox.PostingPrinted
	if plan.Blocked == "" {
		d.Plan = o.postingRow(&plan.Posting)
	}
	for n := range plan.Drafts {
		d.Letters = append(d.Letters, draftRowOf(o, &plan.Drafts[n]))
	}
	who := "no"
	if everyone {
		who = "yes"
	}
	d.Choice = &view.Form{Action: o.URL("/posting"), Submit: "Count", Fields: []view.Field{
		{Name: "everyone", Label: "Who is written to on paper", Type: "select", Value: who, Options: []view.Option{{Value: "no", Text: "Whom e-mail does not reach"}, {Value: "yes", Text: "Everybody who was not told by e-mail"}}},
		{Name: "series", Label: "Which letters", Type: "select", Value: itoa(series), Options: []view.Option{{Value: "0", Text: "The first letter somebody gets"}, {Value: "1", Text: "The further letter"}}}}}
	hidden := map[string]string{"roster": plan.Roster, "series": itoa(series), "everyone": who}
	if plan.Blocked == "" && o.may(incident.SeeRoster) {
		d.Proofs = &view.Form{Action: o.URL("/posting/proofs"), Submit: "Download proofs", Hidden: hidden}
	}
	d.Confirm = view.Confirm{Question: "Print " + view.Thousands(plan.Printed) + " letters?", Facts: []view.Fact{
		{Name: "People on the list", Value: view.Thousands(plan.People)}, {Name: "Letters on paper", Value: view.Thousands(plan.Printed)},
		{Name: "By e-mail", Value: view.Thousands(plan.ByEmail)}, {Name: "Left out with a reason", Value: view.Thousands(plan.Left())},
		{Name: "Countries", Value: view.Thousands(len(plan.ByCountry))}, {Name: "List", Value: view.Shorten(plan.Roster)}},
		Warning: "Nothing leaves the house by printing. The package is handed to the mail house after it, and the letters count as sent when it says that they were posted.",
		Form:    view.Form{Action: o.URL("/posting/release"), Submit: "Print " + view.Thousands(plan.Printed) + " letters", Danger: true, Cancel: o.URL("/notices"), Hidden: hidden}}
	switch {
	case plan.Blocked != "":
		d.Confirm = view.Confirm{Question: "Nothing can be printed now", Warning: plan.Blocked, Form: view.Form{Cancel: o.URL("/notices")}}
	case plan.Printed == 0:
		d.Confirm = view.Confirm{Question: "Nobody is to be written to on paper now", Warning: paperSum(&plan.Posting), Form: view.Form{Cancel: o.URL("/notices")}}
	case !o.may(incident.ReleaseNotice):
		d.Confirm.Form, d.Confirm.Warning = view.Form{Cancel: o.URL("/notices")}, "Somebody who releases notices, and approved none of these letters, prints them."
	case !plan.Sealed:
		d.Confirm.Warning += " The package will not be sealed: no key of the mail house is configured."
	}
	p := o.page(r, "Letters on paper", d)
	p.Crumbs = []view.Link{{Text: "Notices", URL: o.URL("/notices")}}
	if wrong != nil {
		return r.Wrong(wrong, &d.Confirm.Form, "postings", p)
	}
	return r.Show("postings", p)
}

// either is a value of the form that was sent, or else of the address.
func (r *Request) either(name string) string {
	if v := r.Form(name); v != "" {
		return v
	}
	return r.Query(name)
}

// CountPosting asks again with another choice; it changes nothing.
func (c *Console) CountPosting(r *Request) error {
	if _, err := c.openCase(r); err != nil {
		return err
	}
	return r.Go("/incidents/" + r.Param("incident") + "/posting?everyone=" + yesNo(r.Form("everyone")) + "&series=" + itoa(atoi(r.Form("series"))))
}

func yesNo(v string) string {
	if v == "yes" {
		return "yes"
	}
	return "no"
}

// ReleasePosting prints them.
func (c *Console) ReleasePosting(r *Request) error {
	x, err := c.Outbox.ReleasePosting(r.Ctx(), r.By, r.Param("incident"), r.Form("roster"), atoi(r.Form("series")), r.Form("everyone") == "yes")
	if err != nil {
		return c.showPostings(r, err)
	}
	return r.Done("/incidents/"+r.Param("incident")+"/posting/"+x.ID, "Released. The letters are being printed.")
}

// PostingProofs gives the first letter of each kind, marked as proofs.
func (c *Console) PostingProofs(r *Request) error {
	write, err := c.Outbox.PostingProofs(r.Ctx(), r.By, r.Param("incident"), atoi(r.Form("series")), r.Form("everyone") == "yes")
	if err != nil {
		return c.showPostings(r, err)
	}
	return r.stream(r.Param("incident")+"-proofs.zip", "application/zip", write)
}

type postingPage struct {
	postingRow
	Package *view.Form
	Confirm *view.Form
	Returns *view.Form
	Stop    *view.Form
	Retry   *view.Form
	Pages   []view.Fact
	Problem []incident.Problem // lines of a list of returns that could not be taken
}

// PostingPage is one posting as it stands.
func (c *Console) PostingPage(r *Request) error { return c.showPosting(r, nil, nil) }

func (c *Console) showPosting(r *Request, wrong error, bad []incident.Problem) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	x, err := c.Outbox.Posting(r.Ctx(), r.By, o.Incident.ID, r.Param("posting"))
	if err != nil {
		return err
	}
	d := postingPage{postingRow: o.postingRow(&x), Problem: bad}
	if rep := x.Report; rep != nil && (x.State == outbox.PostingPrinted || x.State == outbox.PostingPosted) {
		d.Pages = []view.Fact{{Name: "Letters", Value: view.Thousands(rep.Letters)}, {Name: "Pages", Value: view.Thousands(rep.Pages)}, {Name: "Sheets", Value: view.Thousands(rep.Sheets)}, {Name: "Files", Value: view.Thousands(len(rep.Files))}}
	}
	if o.may(incident.ReleaseNotice) {
		d.acts(r, &x)
	}
	p := o.page(r, "Letters on paper, posting "+itoa(x.Seq), d)
	p.Crumbs = []view.Link{{Text: "Notices", URL: o.URL("/notices")}, {Text: "Letters on paper", URL: o.URL("/posting")}}
	if wrong != nil {
		form := d.Confirm
		if form == nil {
			form = &view.Form{}
		}
		return r.Wrong(wrong, form, "posting", p)
	}
	return r.Show("posting", p)
}

// acts are what can be done with it as it stands.
func (d *postingPage) acts(r *Request, x *outbox.Posting) {
	printed, posted := x.State == outbox.PostingPrinted, x.State == outbox.PostingPosted
	if (printed || posted) && !x.Drill {
		d.Package = &view.Form{Action: d.URL + "/package", Submit: "Download the package"}
	}
	if printed && !x.Drill {
		d.Confirm = &view.Form{Action: d.URL + "/posted", Submit: "They were posted", Fields: []view.Field{
			{Name: "digest", Label: "Digest the mail house repeats", Required: true, Mono: true, Value: r.Form("digest"), Help: "SHA-256 of data/manifest.json: it shows that the mail house has this package, whole."},
			{Name: "posted_on", Label: "Posted on", Type: "date", Required: true, Value: r.Form("posted_on")}}}
	}
	if posted {
		d.Returns = &view.Form{Action: d.URL + "/returns", Submit: "Take in", Upload: true, Fields: []view.Field{
			{Name: "file", Label: "The mail house's list of letters that came back", Type: "file", Required: true, Help: "CSV with the columns code, reason and date."}}}
	}
	if x.State == outbox.PostingFailed {
		d.Retry = &view.Form{Action: d.URL + "/retry", Submit: "Print again"}
	}
	if x.Open() {
		d.Stop = &view.Form{Action: d.URL + "/stop", Submit: "Stop it", Danger: true, Fields: []view.Field{
			{Name: "why", Label: "Why", Required: len(x.Handed) > 0, Value: r.Form("why"), Help: "Where the package was handed over: how it was called back. Its people can be written to again."}}}
	}
}

// PostingPackage hands it over.
func (c *Console) PostingPackage(r *Request) error {
	name, write, err := c.Outbox.Package(r.Ctx(), r.By, r.Param("incident"), r.Param("posting"))
	if err != nil {
		return c.showPosting(r, err, nil)
	}
	return r.stream(r.Param("incident")+"-"+name, "application/octet-stream", write)
}

// ConfirmPosting records that they were posted.
func (c *Console) ConfirmPosting(r *Request) error {
	err := c.Outbox.ConfirmPosting(r.Ctx(), r.By, r.Param("incident"), r.Param("posting"), r.Form("digest"), r.Form("posted_on"))
	return c.onPosting(r, err, "Recorded: these people were told on paper.")
}

// StopPosting ends it before that.
func (c *Console) StopPosting(r *Request) error {
	return c.onPosting(r, c.Outbox.StopPosting(r.Ctx(), r.By, r.Param("incident"), r.Param("posting"), r.Form("why")), "Stopped.")
}

// RetryPosting prints it again.
func (c *Console) RetryPosting(r *Request) error {
	return c.onPosting(r, c.Outbox.RetryPosting(r.Ctx(), r.By, r.Param("incident"), r.Param("posting")), "It is printed again.")
}

// TakeReturns reads what came back.
func (c *Console) TakeReturns(r *Request) error {
	file, err := firstFile(r)
	if err != nil {
		return c.showPosting(r, err, nil)
	}
	taken, err := c.Outbox.TakeReturns(r.Ctx(), r.By, r.Param("incident"), r.Param("posting"), file)
	if err == nil && len(taken.Problems) > 0 {
		return c.showPosting(r, nil, taken.Problems)
	}
	note := view.Thousands(taken.Taken) + " noted as returned"
	if taken.Known > 0 {
		note += ", " + view.Thousands(taken.Known) + " known before"
	}
	return c.onPosting(r, err, note+".")
}

// firstFile is the file of an upload, as it comes in.
func firstFile(r *Request) (io.Reader, error) {
	parts, err := r.HTTP().MultipartReader()
	if err != nil {
		return nil, oneProblem("file", "Choose a file.")
	}
	for {
		part, err := parts.NextPart()
		if err != nil {
			return nil, oneProblem("file", "Choose a file.")
		}
		if part.FileName() != "" && strings.TrimSpace(part.FormName()) == "file" {
			return part, nil
		}
	}
}

func (c *Console) onPosting(r *Request, err error, note string) error {
	if err != nil {
		return c.showPosting(r, err, nil)
	}
	return r.Done("/incidents/"+r.Param("incident")+"/posting/"+r.Param("posting"), note)
}
