package console

import (
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
	"tocsin/web/view"
)

type noticesPage struct {
	URL      string
	Groups   []draftGroup // letters to people, then those to others
	Mailings []mailingRow
	Empty    view.Empty
	Codes    *enrolPanel // of the monitoring; nil where letters carry none
	Write    bool
	Release  bool
}

// sent is the form of the page that was sent: there is but one.
func (d *noticesPage) sent() *view.Form {
	if d.Codes != nil && d.Codes.Form != nil {
		return d.Codes.Form
	}
	return &view.Form{}
}

type draftGroup struct {
	Title string
	Rows  []draftRow
}

type draftRow struct {
	Title, URL string // of the law whose notice it is
	To         string
	Language   string
	Rule       string
	State      view.Badge
	People     int
	Version    int
	Digest     string
	Errors     int
	Open       int
	Comments   int
	Void       []string
	Reader     string // whose letter it is alone; empty for everybody
	Further    bool   // it goes in a mailing after the first
}

// Notices lists letters and mailings.
func (c *Console) Notices(r *Request) error { return c.showNotices(r, nil) }

func (c *Console) showNotices(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	drafts, err := c.Outbox.Drafts(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	mailings, err := c.Outbox.Mailings(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	d := noticesPage{URL: o.URL("/notices"), Write: o.may(incident.WriteNotice), Release: o.may(incident.ReleaseNotice), Empty: view.Empty{
		Title: "No letters yet", Text: "Each obligation that is owed gets a letter here, written from the facts and checked against the law of its recipients.",
		Action: &view.Link{Text: "See the obligations", URL: o.URL("/obligations")},
	}}
	people, others := draftGroup{Title: "Letters to people"}, draftGroup{Title: "Letters to authorities, partners and others"}
	for n := range drafts {
		if row := draftRowOf(o, &drafts[n]); drafts[n].Audience == "individuals" {
			people.Rows = append(people.Rows, row)
		} else {
			others.Rows = append(others.Rows, row)
		}
	}
	for _, g := range []draftGroup{people, others} {
		if len(g.Rows) > 0 {
			d.Groups = append(d.Groups, g)
		}
	}
	for n := range mailings {
		d.Mailings = append(d.Mailings, o.mailingRow(&mailings[n]))
	}
	slices.Reverse(d.Mailings)
	if d.Codes, err = c.enrolCodes(r, o); err != nil {
		return err
	}
	p := o.page(r, "Notices", d)
	if wrong != nil {
		return r.Wrong(wrong, d.sent(), "notices", p)
	}
	return r.Show("notices", p)
}

func draftTitle(d *outbox.Draft) string { return d.Rule + ", " + languageName(d.Language) }

// languageName is the language of a letter in words.
func languageName(tag string) string {
	name, ok := map[string]string{"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch", "pl": "Polish",
		"pt": "Portuguese", "pt-br": "Portuguese of Brazil", "fr-ca": "French of Canada"}[strings.ToLower(tag)]
	if !ok {
		return tag
	}
	return name
}

func draftRowOf(o *openCase, d *outbox.DraftView) draftRow {
	row := draftRow{Title: d.Rule, To: words(d.Audience), Language: languageName(d.Language), Rule: d.Rule, URL: o.URL("/notices/" + d.ID), People: d.People, Version: d.Current().N, Digest: d.Current().Digest, Open: len(d.Current().Letter.Open), State: draftBadge(d),
		Comments: d.Comments, Void: d.Void, Reader: words(string(d.Reader)), Further: d.Series > 0}
	if ob, ok := o.desk.byID[d.Obligation]; ok {
		row.Title, row.To = ob.Regime, ob.Recipient
	}
	for _, f := range d.Findings {
		if f.Severity == letter.Error {
			row.Errors++
		}
	}
	return row
}

func draftBadge(d *outbox.DraftView) view.Badge {
	switch {
	case d.Released != nil:
		return view.Badge{Text: "Released", Tone: view.Done}
	case d.Valid:
		return view.Badge{Text: "Approved", Tone: view.Done}
	case d.Returned() != nil:
		return view.Badge{Text: "Sent back", Tone: view.Overdue}
	case d.Approval != nil:
		return view.Badge{Text: "Approval void", Tone: view.Overdue}
	case !d.Ready():
		return view.Badge{Text: "Incomplete", Tone: view.Unknown}
	}
	return view.Badge{Text: "To be approved", Tone: view.Soon}
}
