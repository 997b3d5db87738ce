package console

import (
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/notify/outbox"
	"tocsin/web/view"
)

type reviewPage struct {
	URL, Duties string
	Number      string
	State       view.Badge
	Review      outbox.Review
	Asked       string // who asked
	Basis       outbox.Basis
	Changed     []string
	Risk        view.Badge
	Proposed    bool
	RiskURL     string
	History     []conclusionRow
	Questions   []reviewQuestion
	Rows        []reviewRow
	NotOwed     int
	Notes       []writtenRow
	SignOffs    []signOffRow
	Counsel     bool // reads and writes notes
	Facts       []view.Fact
	Notices     []string

	Ask, Withdraw, Note, Sign *view.Form
}

type reviewQuestion struct {
	view.Link
	Ask     string
	Soonest *time.Time
	Decides int
}

type reviewRow struct {
	ID, Path, Regime, Recipient, Rule, Citation string
	State                                       view.Badge
	Due                                         *time.Time
	Contract                                    string // where the partner's contact is read
	Missing, Because                            []string
	Remarks                                     []writtenRow
	Form                                        *view.Form
	Sent                                        bool
}

type writtenRow struct {
	Who, Text string
	At        time.Time
}

type signOffRow struct {
	outbox.SignOff
	Who string
}

// ReviewPage is the assessment as counsel reviews it.
func (c *Console) ReviewPage(r *Request) error { return c.showReview(r, nil) }

// ReviewForm is the same for print: the whole assessment on paper.
func (c *Console) ReviewForm(r *Request) error {
	o, d, _, err := c.reviewOf(r)
	if err != nil {
		return err
	}
	return r.Show("assessment", o.page(r, "Assessment of "+o.Incident.Number, d))
}

func (c *Console) showReview(r *Request, wrong error) error {
	o, d, forms, err := c.reviewOf(r)
	if err != nil {
		return err
	}
	p := o.page(r, "Legal review", d)
	if wrong == nil {
		return r.Show("review", p)
	}
	for _, f := range forms {
		if f.Action == r.HTTP().URL.Path && f.Hidden["obligation"] == r.Form("obligation") {
			for n := range f.Fields {
				f.Fields[n].Value = r.Form(f.Fields[n].Name)
			}
			return r.Wrong(renamed(wrong, map[string]string{"remark": f.Fields[0].Name}), f, "review", p)
		}
	}
	return r.Wrong(wrong, &view.Form{}, "review", p)
}

func (c *Console) reviewOf(r *Request) (*openCase, *reviewPage, []*view.Form, error) {
	o, err := c.openCase(r)
	if err != nil {
		return nil, nil, nil, err
	}
	file, err := c.Outbox.Review(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return nil, nil, nil, err
	}
	d := &reviewPage{
		URL: o.URL("/review"), Duties: o.URL("/obligations"), Number: o.Incident.Number, State: reviewBadge(file.State), Review: file.Review, Basis: file.Basis, Changed: file.Changed,
		Risk: riskBadge(file.Risk.Level), Proposed: file.Risk.Proposed, RiskURL: o.URL("/risk"), History: conclusionRows(o, file.Conclusions), Counsel: o.may(incident.SeePrivileged), Notices: file.Notices,
	}
	if file.AskedBy != "" {
		d.Asked = o.who(file.AskedBy)
	}
	for _, q := range file.Questions {
		d.Questions = append(d.Questions, reviewQuestion{view.Link{Text: q.Fact, URL: o.answerURL(q.Fact)}, q.Ask, q.Soonest, len(q.Decides)})
	}
	for name := range file.Basis.Facts {
		d.Facts = append(d.Facts, view.Fact{Name: name, Value: file.Basis.Facts[name]})
	}
	sortFacts(d.Facts)
	for _, n := range file.Notes {
		d.Notes = append(d.Notes, writtenRow{o.who(n.By), n.Text, n.At})
	}
	for n := len(file.SignOffs) - 1; n >= 0; n-- {
		d.SignOffs = append(d.SignOffs, signOffRow{file.SignOffs[n], o.who(file.SignOffs[n].By)})
	}
	var forms []*view.Form
	counsel := o.may(incident.SignReview)
	for n := range file.Obligations {
		ob := &file.Obligations[n]
		row := reviewRow{ID: ob.ID, Path: o.URL("/obligations") + "#" + anchor(ob.ID), Regime: ob.Regime, Recipient: ob.Recipient, Rule: ob.Rule, Citation: ob.Citation, State: obligationBadge(ob, r.Reader().Now), Due: ob.Due(), Missing: ob.Missing, Because: ob.Because}
		if ob.Audience == "contract" && len(ob.Sources) > 0 && incident.Can(r.By, incident.ListContracts, nil) {
			if _, id, found := strings.Cut(ob.Sources[0], "/contracts/"); found && wholeNumberOnly(id) {
				row.Contract = "/contracts/" + id
			}
		}
		for _, m := range file.Remarks {
			if m.Obligation == ob.ID {
				row.Remarks = append(row.Remarks, writtenRow{o.who(m.By), m.Text, m.At})
			}
		}
		if ob.Applies == "no" && len(row.Remarks) == 0 {
			d.NotOwed++
			continue
		}
		if counsel {
			row.Form = &view.Form{Action: o.URL("/review/remark"), Submit: "Keep the remark", Hidden: map[string]string{"obligation": ob.ID}, Fields: []view.Field{
				{Name: "remark-" + anchor(ob.ID), Label: "Remark", Type: "textarea", Rows: 2, Required: true, Help: "Everybody on the case reads it."},
			}}
			row.Sent = r.Form("obligation") == ob.ID
			forms = append(forms, row.Form)
		}
		d.Rows = append(d.Rows, row)
	}
	if o.may(incident.AskReview) {
		switch file.State {
		case outbox.ReviewAsked:
			d.Withdraw = &view.Form{Action: o.URL("/review/withdraw"), Submit: "Withdraw the request"}
		default:
			d.Ask = &view.Form{Action: o.URL("/review/ask"), Submit: "Ask counsel", Fields: []view.Field{
				{Name: "question", Label: "What counsel is asked to look at", Type: "textarea", Rows: 3, Required: true, Help: "No personal data, and no advice: everybody on the case reads it."}}}
			forms = append(forms, d.Ask)
		}
	}
	if counsel {
		d.Note = &view.Form{Action: o.URL("/review/note"), Submit: "Keep the note", Fields: []view.Field{{Name: "note", Label: "Note", Type: "textarea", Rows: 3, Required: true, Help: "Privileged: counsel alone reads it."}}}
		forms = append(forms, d.Note)
		if file.State != outbox.ReviewSigned || len(file.Changed) > 0 {
			d.Sign = &view.Form{Action: o.URL("/review/sign"), Submit: "Sign off", Hidden: map[string]string{"digest": file.Basis.Digest}, Fields: []view.Field{
				{Name: "statement", Label: "What you sign off, and what you do not", Type: "textarea", Rows: 3, Required: true, Help: "Bound to the facts, the rules' edition and the duties on this page. A later change reopens the review."}}}
			forms = append(forms, d.Sign)
		}
	}
	return o, d, forms, nil
}

func reviewBadge(s outbox.ReviewState) view.Badge {
	switch s {
	case outbox.ReviewAsked:
		return view.Badge{Text: "Waits for counsel", Tone: view.Waiting}
	case outbox.ReviewSigned:
		return view.Badge{Text: "Signed off", Tone: view.Done}
	case outbox.ReviewReopened:
		return view.Badge{Text: "Reopened", Tone: view.Soon}
	case outbox.ReviewWithdrawn:
		return view.Badge{Text: "Request withdrawn", Tone: view.NotOwed}
	}
	return view.Badge{Text: "Not asked for", Tone: view.Unknown}
}

// reviewDone ends an act on a review.
func (c *Console) reviewDone(r *Request, err error, note string) error {
	if err != nil {
		return c.showReview(r, err)
	}
	return r.Done("/incidents/"+r.Param("incident")+"/review", note)
}

// AskReview puts the assessment before counsel.
func (c *Console) AskReview(r *Request) error {
	return c.reviewDone(r, c.Outbox.AskReview(r.Ctx(), r.By, r.Param("incident"), r.Form("question")), "Counsel sees it in the queue.")
}

// WithdrawReview takes the request back.
func (c *Console) WithdrawReview(r *Request) error {
	return c.reviewDone(r, c.Outbox.WithdrawReview(r.Ctx(), r.By, r.Param("incident")), "The request is withdrawn.")
}

// AddReviewNote keeps counsel's privileged note.
func (c *Console) AddReviewNote(r *Request) error {
	return c.reviewDone(r, c.Outbox.AddReviewNote(r.Ctx(), r.By, r.Param("incident"), r.Form("note")), "The note is kept for counsel.")
}

// RemarkOnDuty keeps counsel's remark on one duty.
func (c *Console) RemarkOnDuty(r *Request) error {
	id := r.Form("obligation")
	return c.reviewDone(r, c.Outbox.RemarkOnDuty(r.Ctx(), r.By, r.Param("incident"), id, r.Form("remark-"+anchor(id))), "The remark is kept.")
}

// SignReview is counsel's sign-off on what the page showed.
func (c *Console) SignReview(r *Request) error {
	return c.reviewDone(r, c.Outbox.SignReview(r.Ctx(), r.By, r.Param("incident"), r.Form("digest"), r.Form("statement")), "Signed off. A later change reopens it.")
}
