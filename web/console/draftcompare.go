package console

import (
	"strings"

	"tocsin/notify/letter"
	"tocsin/notify/outbox"
	"tocsin/web/view"
)

type draftComparePage struct {
	URL     string
	Pick    *view.Form
	From    string
	To      string
	Subject []letter.Change
	Lines   []comparedLine
	Same    bool
	Words   string // the comparison where there is no colour
	Empty   view.Empty
}

// comparedLine is a stretch of the comparison: shown, or so much that is the same.
type comparedLine struct {
	Parts []letter.Change
	Same  int // lines left out
}

func versionWords(n int) string {
	if n == outbox.TemplateVersion {
		return "the template, with what is known now"
	}
	return "version " + itoa(n)
}

// versionsForm asks for two versions.
func versionsForm(base string, v *outbox.DraftView, from, to int) *view.Form {
	var list []view.Option
	for n := len(v.Versions); n > 0; n-- {
		list = append(list, view.Option{Value: itoa(n), Text: "Version " + itoa(n)})
	}
	list = append(list, view.Option{Value: itoa(outbox.TemplateVersion), Text: "The template"})
	return &view.Form{Action: base + "/compare", Submit: "Compare", Fields: []view.Field{
		{Name: "from", Label: "From", Type: "select", Value: itoa(from), Options: list, Required: true},
		{Name: "to", Label: "To", Type: "select", Value: itoa(to), Options: list, Required: true},
	}}
}

// CompareDraft shows what one version of a letter says otherwise than another, or
// than the template it came from.
func (c *Console) CompareDraft(r *Request) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	v, err := c.Outbox.Draft(r.Ctx(), r.By, o.Incident.ID, r.Param("draft"))
	if err != nil {
		return err
	}
	from, to := atoi(r.Query("from")), atoi(r.Query("to"))
	found, err := c.Outbox.CompareDraft(r.Ctx(), r.By, o.Incident.ID, v.ID, from, to)
	if err != nil {
		return err
	}
	d := draftComparePage{URL: o.URL("/notices/" + v.ID), From: versionWords(from), To: versionWords(to), Subject: found.Subject, Same: found.Same(),
		Words: "Subject: " + letter.DiffText(found.Subject) + "\n\n" + letter.DiffText(found.Source),
		Empty: view.Empty{Title: "Nothing differs", Text: "The two say the same, word by word."}}
	d.Pick = versionsForm(d.URL, &v, from, to)
	d.Lines = folded(found.Source)
	p := o.page(r, "Compare "+versionWords(from)+" with "+versionWords(to), d)
	row := draftRowOf(o, &v)
	p.Crumbs = []view.Link{{Text: "Notices", URL: o.URL("/notices")}, {Text: row.Title + ": " + row.To, URL: d.URL}}
	return r.Show("draft-compare", p)
}

// around is how many lines are shown before and after what changed.
const around = 2

// folded leaves long stretches out in which nothing changed.
func folded(list []letter.Change) []comparedLine {
	var out []comparedLine
	var show []letter.Change
	for n, c := range list {
		lines := strings.SplitAfter(c.Text, "\n")
		if c.Op != letter.Kept || len(lines) <= 2*around+3 {
			show = append(show, c)
			continue
		}
		head, tail := around+1, around+1
		if n == 0 {
			head = 0
		}
		if n == len(list)-1 {
			tail = 0
		}
		if head > 0 {
			show = append(show, letter.Change{Op: letter.Kept, Text: strings.Join(lines[:head], "")})
		}
		if len(show) > 0 {
			out = append(out, comparedLine{Parts: show})
			show = nil
		}
		out = append(out, comparedLine{Same: len(lines) - head - tail})
		if tail > 0 {
			show = append(show, letter.Change{Op: letter.Kept, Text: strings.Join(lines[len(lines)-tail:], "")})
		}
	}
	if len(show) > 0 {
		out = append(out, comparedLine{Parts: show})
	}
	return out
}
