package console

import (
	"net/http"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/notify/outbox"
	"tocsin/notify/statute"
	"tocsin/web/view"
)

type obligationsPage struct {
	URL, Case string
	Broken    []statute.Broken // of the operator's own rules
	Risk      view.Badge
	RiskWhy   []string
	Proposed  bool
	Notices   []string
	Edition   string
	Groups    []obligationGroup
	Empty     view.Empty
	Write     bool
	Decide    bool
	CanDraft  int // owed, with a letter to be written
	RiskForm  *view.Form
	Questions int
	Place     view.Field // filters
	Audience  view.Field
	Filtered  bool
}

type obligationGroup struct {
	Title, Lead string
	Open        bool
	Rows        []obligationRow
}

type obligationRow struct {
	outbox.Obligation
	Anchor, Path string
	RuleURL      string // the page of the version it rests on
	Mark         ruleMark
	State        view.Badge
	Steps        []stageRow
	Verify       bool
	HasForm      bool
	Drafts       []view.Link
	Lacks        []view.Link // the facts that would decide, with where to answer
	File         *view.Form  // a filing to be recorded
	Proposal     *view.Form  // not to notify
	Proposed     string      // who proposed it
	Mine         bool        // the proposal is this person's own
	Sent         bool        // an act on it was tried and was wrong
	sent         *view.Form
}

type stageRow struct {
	Name, From, Counted, Zone string
	Due, Latest, Met          *time.Time
	State                     view.Badge
	Binding                   bool
}

// Obligations shows every duty with its reasons.
func (c *Console) Obligations(r *Request) error { return c.showObligations(r, nil) }

func (c *Console) showObligations(r *Request, wrong error) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	all, standing := o.desk.all, o.desk.standing
	drafts, err := c.Outbox.DraftIndex(r.Ctx(), r.By, o.Incident.ID)
	if err != nil {
		return err
	}
	d := obligationsPage{
		URL: o.URL("/obligations"), Case: o.URL(""), Broken: c.brokenRules(), Risk: riskBadge(standing.Risk.Level), RiskWhy: standing.Risk.Because, Proposed: standing.Risk.Proposed,
		Notices: standing.Notices, Edition: standing.Edition, Write: o.may(incident.WriteNotice), Decide: o.may(incident.DecideDuty), Questions: len(standing.Questions),
		Empty: view.Empty{Title: "No obligation is in sight", Text: "Which laws apply depends on where the organisation is established and where affected people live. Record facts and settle who is affected; the duties appear here with their reasons.",
			Action: &view.Link{Text: "Answer the open questions", URL: o.URL("/interview")}},
	}
	if o.may(incident.WorkIncident) {
		d.RiskForm = riskForm(o, standing.Risk.Level)
	}
	groups := map[string]*obligationGroup{
		"yes":     {Title: "Owed", Lead: "In the order of their deadlines.", Open: true},
		"unknown": {Title: "Not known yet", Lead: "A fact is missing that decides. The clock is shown as if they applied.", Open: true},
		"no":      {Title: "Not owed", Lead: "With the reason. Nothing is deleted: what once was owed says why it no longer is."},
	}
	drafted := map[string]bool{}
	places, audiences := map[string]bool{}, map[string]bool{}
	place, audience := r.Query("place"), r.Query("audience")
	form := &view.Form{} // the one that was sent, if it was one of a duty
	for n := range all {
		places[all[n].Jurisdiction], audiences[all[n].Audience] = true, true
		row := c.obligationRow(r, o, &all[n], drafts)
		if row.sent != nil {
			form = row.sent
		}
		if row.Owed() && len(row.Drafts) == 0 {
			drafted[row.ID] = true
		}
		if place != "" && row.Jurisdiction != place || audience != "" && row.Audience != audience {
			continue
		}
		g := groups[row.Applies]
		if g != nil {
			g.Rows = append(g.Rows, row)
		}
	}
	d.CanDraft = len(drafted)
	for _, k := range []string{"yes", "unknown", "no"} {
		if len(groups[k].Rows) > 0 {
			d.Groups = append(d.Groups, *groups[k])
		}
	}
	d.Filtered = place != "" || audience != ""
	d.Place = view.Field{Name: "place", Label: "Jurisdiction", Type: "select", Value: place, Options: placeOptions(places), Required: true}
	d.Audience = view.Field{Name: "audience", Label: "Who is told", Type: "select", Value: audience, Options: choiceOf(audiences, "Anybody"), Required: true}
	if d.Filtered && len(d.Groups) == 0 {
		d.Empty = view.Empty{Title: "No duty matches", Text: "Take one of the filters away to see the others."}
	}
	p := o.page(r, "Obligations", d)
	if wrong != nil {
		if d.RiskForm != nil && d.RiskForm.Action == r.HTTP().URL.Path {
			form = d.RiskForm
			form.Fields[1].Value = r.Form("reason")
		}
		return r.Wrong(wrong, form, "obligations", p)
	}
	return r.Show("obligations", p)
}

func riskBadge(level string) view.Badge {
	switch level {
	case "high":
		return view.Badge{Text: "High risk to people", Tone: view.Overdue}
	case "risk":
		return view.Badge{Text: "Risk to people", Tone: view.Soon}
	case "unlikely":
		return view.Badge{Text: "Risk unlikely", Tone: view.Done}
	}
	return view.Badge{Text: "Risk not known", Tone: view.Unknown}
}

func riskForm(o *openCase, level string) *view.Form {
	levels := []view.Option{{Value: "unlikely", Text: "Unlikely"}, {Value: "risk", Text: "Risk"}, {Value: "high", Text: "High risk"}}
	if level == "" || level == "unknown" { // nothing is concluded by a slip
		level, levels = "", append([]view.Option{{Value: "", Text: "Choose"}}, levels...)
	}
	return &view.Form{Action: o.URL("/risk"), Submit: "Record the conclusion", Fields: []view.Field{
		{Name: "level", Label: "Risk to people", Type: "select", Required: true, Value: level, Options: levels},
		{Name: "reason", Label: "Reasons", Type: "textarea", Required: true, Help: "Likelihood and severity, and why you follow the proposal or depart from it."},
	}}
}

func (c *Console) obligationRow(r *Request, o *openCase, ob *outbox.Obligation, drafts []outbox.Draft) obligationRow {
	row := obligationRow{Obligation: *ob, Anchor: anchor(ob.ID), Path: o.URL("/duties/" + pathID(ob.ID)),
		RuleURL: ruleURL(ob.Rule, ob.Version), Mark: markOf(ob.Reviewed, ob.Confidence), Verify: ob.Confidence != "high", HasForm: c.Outbox.HasForm(ob.Rule, ob.Audience), State: obligationBadge(ob, r.Reader().Now)}
	for _, fact := range ob.Missing {
		row.Lacks = append(row.Lacks, view.Link{Text: fact, URL: o.answerURL(fact)})
	}
	for _, st := range ob.Stages {
		row.Steps = append(row.Steps, stageRow{
			Name: words(st.Stage), From: words(strings.TrimPrefix(st.From, "filed:")), Counted: st.Counted, Zone: st.Zone, Due: st.Due, Latest: st.Latest,
			Met: st.Met, Binding: st.Binding, State: stageBadge(st, r.Reader().Now),
		})
	}
	for n := range drafts {
		if drafts[n].Meets(ob.ID) {
			row.Drafts = append(row.Drafts, view.Link{Text: draftTitle(&drafts[n]), URL: o.URL("/notices/" + drafts[n].ID)})
		}
	}
	if ob.Applies != "no" && o.may(incident.WriteNotice) && ob.Audience != "individuals" && ob.Next() != nil {
		row.File = fileForm(row.Path, ob, r.Reader())
	}
	if ob.Decision != nil {
		row.Proposed, row.Mine = o.who(ob.Decision.By), ob.Decision.By == r.By.ID
	} else if ob.Applies != "no" && o.may(incident.DecideDuty) {
		row.Proposal = &view.Form{Action: row.Path + "/decide", Submit: "Propose not to notify", Fields: []view.Field{
			{Name: "reason", Label: "Why not", Type: "textarea", Required: true, Rows: 3, Help: "The register keeps it. Somebody else must agree."},
		}}
	}
	for _, f := range []*view.Form{row.File, row.Proposal} {
		if f != nil && r.HTTP().Method == http.MethodPost && f.Action == r.HTTP().URL.Path {
			row.Sent, row.sent = true, f
			for n := range f.Fields {
				if v := r.Form(f.Fields[n].Name); v != "" {
					f.Fields[n].Value = v
				}
			}
		}
	}
	return row
}

func fileForm(path string, ob *outbox.Obligation, reader view.Reader) *view.Form {
	stages := []view.Option{}
	for _, st := range ob.Stages {
		if st.Met == nil && st.State != "none" {
			stages = append(stages, view.Option{Value: st.Stage, Text: sentenceCase(words(st.Stage))})
		}
	}
	w := recordWords(ob.Audience)
	return &view.Form{Action: path + "/file", Submit: w.submit, Upload: true, Fields: []view.Field{
		{Name: "stage", Label: "Stage", Type: "select", Options: stages, Required: true},
		{Name: "at", Label: w.at, Type: "datetime-local", Required: true, Value: reader.Now.In(reader.Zone).Format("2006-01-02T15:04"), Help: "In your time zone, " + reader.Zone.String() + "."},
		{Name: "reference", Label: w.reference, Mono: true},
		{Name: "late_reasons", Label: "Reasons for the delay", Type: "textarea", Rows: 3, Help: "Asked where it was done after its limit: they go on record, and into the form where the law wants them."},
		{Name: "receipt", Label: w.proof, Type: "file", Help: "Kept as evidence."},
	}}
}

// recordWords say what is put on record of a duty that was met, by whom it is towards.
func recordWords(audience string) (w struct{ submit, at, reference, proof string }) {
	w.submit, w.at, w.reference, w.proof = "Record that they were told", "Told at", "Their reference", "Proof"
	switch audience {
	case "regulator", "csirt":
		w.submit, w.at, w.reference, w.proof = "Record the filing", "Filed at", "The authority's reference", "Receipt"
	case "internal":
		w.submit, w.at, w.reference, w.proof = "Record that it is concluded", "Concluded at", "Reference", "Record of the assessment"
	case "media":
		w.at, w.proof = "Published at", "Copy of what was published"
	}
	return w
}

func obligationBadge(ob *outbox.Obligation, now time.Time) view.Badge {
	switch {
	case ob.Decision.Settled():
		return view.Badge{Text: "Decided not to notify", Tone: view.NotOwed}
	case ob.Applies == "no":
		return view.Badge{Text: "Not owed", Tone: view.NotOwed}
	case ob.Applies == "unknown":
		return view.Badge{Text: "Unknown", Tone: view.Unknown}
	}
	next := ob.Next()
	if next == nil {
		return view.Badge{Text: "Done", Tone: view.Done}
	}
	return stageBadge(*next, now)
}

func stageBadge(st outbox.Stage, now time.Time) view.Badge {
	switch {
	case st.Met != nil:
		return view.Badge{Text: "Done", Tone: view.Done}
	case st.State == "none":
		return view.Badge{Text: "Not owed", Tone: view.NotOwed}
	case st.State == "waiting":
		return view.Badge{Text: "Waiting", Tone: view.Waiting}
	case st.Due == nil:
		return view.Badge{Text: "Without delay", Tone: view.Running}
	}
	return dueBadge(*st.Due, now)
}

// pathID makes an obligation's id one part of an address, and back.
func pathID(id string) string      { return strings.ReplaceAll(id, "/", "~") }
func obligationID(p string) string { return strings.ReplaceAll(p, "~", "/") }

// ConcludeRisk records a person's conclusion on the risk to people.
func (c *Console) ConcludeRisk(r *Request) error {
	o, err := c.openCase(r)
	if err != nil {
		return err
	}
	if err := c.concludeRisk(r, o); err != nil {
		return c.showObligations(r, err)
	}
	return r.Done(o.URL("/obligations"), "The conclusion on the risk was recorded.")
}

// DecideNotToNotify proposes it.
func (c *Console) DecideNotToNotify(r *Request) error {
	if err := c.Outbox.DecideNotToNotify(r.Ctx(), r.By, r.Param("incident"), obligationID(r.Param("obligation")), r.Form("reason")); err != nil {
		return c.showObligations(r, err)
	}
	return r.Done("/incidents/"+r.Param("incident")+"/obligations", "Proposed. Somebody else must agree before it counts.")
}

// ApproveDecision agrees to it, or withdraws it.
func (c *Console) ApproveDecision(r *Request) error {
	agree := r.Form("agree") == "yes"
	if err := c.Outbox.ApproveDecision(r.Ctx(), r.By, r.Param("incident"), obligationID(r.Param("obligation")), agree); err != nil {
		return c.showObligations(r, err)
	}
	return r.Done("/incidents/"+r.Param("incident")+"/obligations", "The decision is on record.")
}

// FilingPack sends the answers to an authority's form as one archive.
func (c *Console) FilingPack(r *Request) error {
	pack, err := c.Outbox.FilingPack(r.Ctx(), r.By, r.Param("incident"), obligationID(r.Param("obligation")))
	if err != nil {
		return err
	}
	return r.sendPack(pack, c.Clock(), r.Param("incident")+"-"+pack.Form.ID, "zip")
}

// CreateDrafts writes every letter that is owed and has none.
func (c *Console) CreateDrafts(r *Request) error {
	n, err := c.Outbox.CreateDrafts(r.Ctx(), r.By, r.Param("incident"))
	if err != nil {
		return c.showObligations(r, err)
	}
	return r.Done("/incidents/"+r.Param("incident")+"/notices", "Letters written: "+itoa(n)+".")
}
