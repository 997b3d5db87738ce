package console

import (
	"net/http"
	"time"

	"tocsin/incident"
	"tocsin/notify/outbox"
	"tocsin/web/view"
)

type commentRow struct {
	outbox.DraftComment
	Who, Resolver string
	At            time.Time
	Resolve       string // where it is resolved; empty where this person may not
}

func (o *openCase) commentRows(base string, notes []outbox.DraftComment) []commentRow {
	var out []commentRow
	for _, n := range notes {
		row := commentRow{DraftComment: n, Who: o.who(n.By), At: n.At}
		if n.Resolved != nil {
			row.Resolver = o.who(n.Resolved.By)
		} else if n.By == o.by.ID || o.may(incident.ApproveNotice) {
			row.Resolve = base + "/comments/" + itoa(n.N) + "/resolve"
		}
		out = append(out, row)
	}
	return out
}

// forms makes what this person may send from the page.
func (d *draftPage) forms(r *Request, o *openCase, v *outbox.DraftView, wrong error) {
	text := v.Current().Letter
	if d.CanEdit {
		d.Edit = &view.Form{Action: d.URL + "/edit", Submit: "Save as a new version", Fields: []view.Field{
			{Name: "subject", Label: "Subject", Required: true, Value: text.Subject},
			{Name: "source", Label: "Text", Type: "textarea", Rows: 24, Required: true, Mono: true, Value: text.Source, Help: "Lines that begin with %% mark what a block tells; {{…}} stands for what a person's row holds."},
			{Name: "why", Label: "What changed, and why", Help: "For who approves it, and for the record."},
		}}
		if wrong != nil && r.Form("source") != "" {
			d.Edit.Fields[0].Value, d.Edit.Fields[1].Value, d.Edit.Fields[2].Value = r.Form("subject"), r.Secret("source"), r.Form("why")
		}
	}
	if d.Discuss {
		d.Comment = &view.Form{Action: d.URL + "/comments", Submit: "Comment", Fields: []view.Field{
			{Name: "text", Label: "Comment", Type: "textarea", Rows: 3, Required: true},
			{Name: "passage", Label: "On these words", Help: "Copied from the text. Empty: on the letter as a whole."},
		}}
		if o.may(incident.MarkPrivileged) {
			d.Comment.Fields = append(d.Comment.Fields, view.Field{Name: "privileged", Label: "Who sees it", Type: "checkboxes", Options: []view.Option{{Value: "yes", Text: "Privileged", Help: "Counsel and you alone; no export holds it."}}})
		}
	}
	if d.Counsel && v.Released == nil && d.Returned == nil {
		d.SendBack = &view.Form{Action: d.URL + "/return", Submit: "Send it back", Hidden: map[string]string{"read": d.Digest}, Fields: []view.Field{
			{Name: "reason", Label: "What is to be changed", Type: "textarea", Rows: 3, Required: true, Help: "Whoever writes it reads this. An approval of this text is taken back."},
		}}
	}
	if ob := o.desk.byID[v.Obligation]; ob != nil && v.Valid && v.Released == nil && v.Audience != "individuals" && v.Audience != outbox.AudiencePublic && ob.Next() != nil && o.may(incident.WriteNotice) {
		if d.Told = fileForm("", ob, r.Reader()); v.Approval.By == o.by.ID {
			d.Told, d.TellWhy = nil, "You approved it. Somebody else hands it over and records that."
		} else {
			d.Told.Action, d.Told.Hidden = d.URL+"/told", map[string]string{"obligation": ob.ID}
		}
	}
	for _, f := range []*view.Form{d.Comment, d.SendBack, d.Told} {
		if wrong == nil || f == nil || f.Action != r.HTTP().URL.Path {
			continue
		}
		for n := range f.Fields {
			x := &f.Fields[n]
			if x.Type == "file" {
				continue
			}
			if x.Value = r.Form(x.Name); x.Type == "checkboxes" {
				x.Values = r.FormAll(x.Name)
			}
		}
	}
}

// sent is the form of the page that was sent.
func (d *draftPage) sent(r *Request) *view.Form {
	for _, f := range []*view.Form{d.Edit, d.Comment, d.SendBack, d.Told} {
		if f != nil && r.HTTP().Method == http.MethodPost && f.Action == r.HTTP().URL.Path {
			return f
		}
	}
	return &view.Form{}
}
