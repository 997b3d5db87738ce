package api

import (
	"strconv"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
)

func rights(c *call) (reply, error) {
	all, err := c.a.Desk.Rights(c.r.Context(), c.by)
	if err != nil {
		return reply{}, err
	}
	return page(c, all, func(q incident.RightRequest) string { return q.Number })
}

type newRight struct {
	Right      string     `json:"right"`
	Regime     string     `json:"regime"`
	Zone       string     `json:"zone"`
	Channel    string     `json:"channel"`
	ReceivedAt *time.Time `json:"received_at"` // now where it is absent
	CustomerID string     `json:"customer_id"`
	Email      string     `json:"email"`
	Phone      string     `json:"phone"`
	Name       string     `json:"name"`
	BirthDate  string     `json:"birth_date"`
	Words      string     `json:"words"`
}

func receiveRight(c *call) (reply, error) {
	in, err := decode[newRight](c)
	if err != nil {
		return reply{}, err
	}
	n := casework.NewRight{Right: incident.Right(in.Right), Regime: in.Regime, Zone: in.Zone, Channel: in.Channel,
		Asker: casework.Asker{CustomerID: in.CustomerID, Email: in.Email, Phone: in.Phone, Name: in.Name, BirthDate: in.BirthDate, Words: in.Words}}
	if in.ReceivedAt != nil {
		n.ReceivedAt = *in.ReceivedAt
	}
	q, err := c.a.Desk.ReceiveRight(c.r.Context(), c.by, n)
	if err != nil {
		return reply{}, err
	}
	return created("/rights/"+q.Number, q)
}

// right is a request with who asks, for officers.
type right struct {
	incident.RightRequest
	State     incident.RightState   `json:"state"`
	Asker     casework.Asker        `json:"asker"`
	Copy      *casework.RightCopy   `json:"copy"`
	Marks     []casework.PersonMark `json:"marks"`
	Incidents []string              `json:"incidents"` // numbers of those it is linked to and that may be seen
}

func getRight(c *call) (reply, error) {
	f, err := c.a.Desk.RightFile(c.r.Context(), c.by, c.at("right"))
	if err != nil {
		return reply{}, err
	}
	out := right{RightRequest: f.RightRequest, State: f.State(), Asker: f.Asker, Copy: f.Copy, Marks: f.Marks, Incidents: []string{}}
	for _, s := range f.Asker.Subjects {
		if n := f.Numbers[s.Incident]; n != "" {
			out.Incidents = append(out.Incidents, n)
		}
	}
	if out.Marks == nil {
		out.Marks = []casework.PersonMark{}
	}
	return ok(out)
}

// again answers an act on a request with its line in the register. It does not
// say who asks: answers to requests with an Idempotency-Key are kept for days,
// outside the key that seals that.
func again(c *call, err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	all, err := c.a.Desk.Rights(c.r.Context(), c.by)
	if err != nil {
		return reply{}, err
	}
	for n := range all {
		if strings.EqualFold(all[n].Number, c.at("right")) || all[n].ID == c.at("right") {
			return ok(all[n])
		}
	}
	return reply{}, incident.Errorf(incident.NotFound, "There is no such request.")
}

// unrepeated refuses a key for what says who somebody is: the answer would be kept.
func unrepeated(c *call) error {
	if c.r.Header.Get("Idempotency-Key") != "" {
		return incident.Errorf(incident.Invalid, "This answer is about a person and is not kept: send it without an Idempotency-Key.")
	}
	return nil
}

type identityCheck struct {
	Outcome string `json:"outcome"`
	How     string `json:"how"`
}

func checkIdentity(c *call) (reply, error) {
	in, err := decode[identityCheck](c)
	if err != nil {
		return reply{}, err
	}
	return again(c, c.a.Desk.CheckIdentity(c.r.Context(), c.by, c.at("right"), in.Outcome, in.How))
}

type rightExtension struct {
	Reason string    `json:"reason"`
	ToldAt time.Time `json:"told_at"`
}

func extendRight(c *call) (reply, error) {
	in, err := decode[rightExtension](c)
	if err != nil {
		return reply{}, err
	}
	return again(c, c.a.Desk.ExtendRight(c.r.Context(), c.by, c.at("right"), in.Reason, in.ToldAt))
}

type rightDecision struct {
	Outcome string `json:"outcome"`
	Basis   string `json:"basis"`
	Reason  string `json:"reason"`
}

func decideRight(c *call) (reply, error) {
	in, err := decode[rightDecision](c)
	if err != nil {
		return reply{}, err
	}
	return again(c, c.a.Desk.DecideRight(c.r.Context(), c.by, c.at("right"), in.Outcome, in.Basis, in.Reason))
}

type rightAnswer struct {
	ToldAt time.Time `json:"told_at"`
}

func answerRight(c *call) (reply, error) {
	in, err := decode[rightAnswer](c)
	if err != nil {
		return reply{}, err
	}
	return again(c, c.a.Desk.AnswerRight(c.r.Context(), c.by, c.at("right"), in.ToldAt))
}

func withdrawRight(c *call) (reply, error) {
	return again(c, c.a.Desk.WithdrawRight(c.r.Context(), c.by, c.at("right")))
}

func forgetRight(c *call) (reply, error) {
	return again(c, c.a.Desk.ForgetRight(c.r.Context(), c.by, c.at("right")))
}

func makeRightCopy(c *call) (reply, error) {
	_, err := c.a.Desk.MakeCopy(c.r.Context(), c.by, c.at("right"))
	return again(c, err)
}

// takeRightCopy sends the copy, once. It is a POST because it ends the copy.
func takeRightCopy(c *call) (reply, error) {
	if err := unrepeated(c); err != nil {
		return reply{}, err
	}
	name, size, body, err := c.a.Desk.TakeCopy(c.r.Context(), c.by, c.at("right"))
	if err != nil {
		return reply{}, err
	}
	return reply{file: &file{ReadCloser: body, name: name, media: "application/zip", size: size}}, nil
}

type personQuery struct {
	CustomerID string `json:"customer_id"`
	Email      string `json:"email"`
	Phone      string `json:"phone"`
	Name       string `json:"name"`
	BirthDate  string `json:"birth_date"`
	Request    string `json:"request"`
}

func searchPerson(c *call) (reply, error) {
	in, err := decode[personQuery](c)
	if err != nil {
		return reply{}, err
	}
	id, err := c.a.Desk.BeginPersonSearch(c.r.Context(), c.by, casework.PersonQuery(in))
	if err != nil {
		return reply{}, err
	}
	return created("/person-searches/"+id, struct {
		ID string `json:"id"`
	}{id})
}

// personSearch is how far a search is. Hits do not say who: that is asked one
// by one, and recorded.
type personSearch struct {
	ID         string      `json:"id"`
	Began      time.Time   `json:"began_at"`
	Ended      *time.Time  `json:"ended_at"`
	Error      string      `json:"error,omitempty"`
	Incidents  int         `json:"incidents"`
	Searched   int         `json:"searched"`
	Rows       int         `json:"rows"`
	Restricted int         `json:"restricted"`
	Erased     int         `json:"erased"`
	Unreadable []string    `json:"unreadable"`
	Cut        bool        `json:"cut"`
	Hits       []personHit `json:"hits"`
}

type personHit struct {
	Hit    int    `json:"hit"`
	Number string `json:"number"`
	Where  string `json:"where"`
	Text   string `json:"text"`
	Sure   bool   `json:"sure"`
	Why    string `json:"why"`
	Marked bool   `json:"marked"`
	Held   int    `json:"held"`
}

func getPersonSearch(c *call) (reply, error) {
	s, err := c.a.Desk.Search(c.r.Context(), c.by, c.at("search"))
	if err != nil {
		return reply{}, err
	}
	out := personSearch{ID: s.ID, Began: s.Began, Ended: s.Ended, Error: s.Error, Incidents: s.Cases, Searched: s.Done, Rows: s.Rows, Restricted: s.Restricted,
		Erased: s.Erased, Unreadable: append([]string{}, s.Unreadable...), Cut: s.Cut, Hits: []personHit{}}
	for n, h := range s.Hits {
		out.Hits = append(out.Hits, personHit{n, h.Number, h.Where, h.Text, h.Sure, h.Why, h.Marked, len(h.Held)})
	}
	return ok(out)
}

func cancelPersonSearch(c *call) (reply, error) {
	if err := c.a.Desk.CancelSearch(c.r.Context(), c.by, c.at("search")); err != nil {
		return reply{}, err
	}
	return done()
}

// shownPerson is one hit in the clear.
type shownPerson struct {
	CustomerID string   `json:"customer_id"`
	Name       string   `json:"name"`
	Email      string   `json:"email"`
	Country    string   `json:"country"`
	Region     string   `json:"region"`
	Elements   []string `json:"elements"`
}

func showPersonHit(c *call) (reply, error) {
	if err := unrepeated(c); err != nil {
		return reply{}, err
	}
	n, err := strconv.Atoi(c.at("hit"))
	if err != nil {
		return reply{}, incident.Errorf(incident.NotFound, "There is no such hit.")
	}
	h, err := c.a.Desk.ShowHit(c.r.Context(), c.by, c.at("search"), n)
	if err != nil {
		return reply{}, err
	}
	p := h.Person
	return ok(shownPerson{p.CustomerID, p.Name, p.Email, p.Country, p.Region, append([]string{}, p.Elements.Names()...)})
}

type linkedHits struct {
	Search string `json:"search"`
	Hits   []int  `json:"hits"`
}

func linkPersonHits(c *call) (reply, error) {
	in, err := decode[linkedHits](c)
	if err != nil {
		return reply{}, err
	}
	return again(c, c.a.Desk.LinkHits(c.r.Context(), c.by, in.Search, c.at("right"), in.Hits))
}

type personCorrection struct {
	Values map[string]string `json:"values"` // column → corrected value
}

func correctPerson(c *call) (reply, error) {
	in, err := decode[personCorrection](c)
	if err != nil {
		return reply{}, err
	}
	return again(c, c.a.Desk.CorrectPerson(c.r.Context(), c.by, c.at("right"), c.ref(), in.Values))
}

func restrictPerson(c *call) (reply, error) {
	return again(c, c.a.Desk.RestrictPerson(c.r.Context(), c.by, c.at("right"), c.ref()))
}

type noticeAllowed struct {
	Reason string `json:"reason"`
}

func allowNotice(c *call) (reply, error) {
	in, err := decode[noticeAllowed](c)
	if err != nil {
		return reply{}, err
	}
	return again(c, c.a.Desk.AllowNotice(c.r.Context(), c.by, c.at("right"), c.ref(), c.at("mark"), in.Reason))
}

func liftRestriction(c *call) (reply, error) {
	in, err := decode[rightAnswer](c)
	if err != nil {
		return reply{}, err
	}
	return again(c, c.a.Desk.LiftRestriction(c.r.Context(), c.by, c.at("right"), c.ref(), c.at("mark"), in.ToldAt))
}

// personErasure is what erasing one person would do, or did.
type personErasure struct {
	Number    string              `json:"number"`
	Lists     int                 `json:"lists"`
	Rows      int                 `json:"rows"`
	Uploads   []string            `json:"uploads"`
	Notices   int                 `json:"notices"`
	Marks     int                 `json:"marks"`
	Obstacles []casework.Obstacle `json:"obstacles"`
}

func personErasureOf(p casework.ErasurePlan) personErasure {
	return personErasure{p.Number, p.Lists, p.Rows, append([]string{}, p.Uploads...), p.Notices, p.Marks, append([]casework.Obstacle{}, p.Obstacles...)}
}

func planPersonErasure(c *call) (reply, error) {
	p, err := c.a.Desk.PlanErasure(c.r.Context(), c.by, c.at("right"), c.ref())
	if err != nil {
		return reply{}, err
	}
	return ok(personErasureOf(p))
}

func erasePerson(c *call) (reply, error) {
	p, err := c.a.Desk.EraseFrom(c.r.Context(), c.by, c.at("right"), c.ref())
	if err != nil {
		return reply{}, err
	}
	return ok(personErasureOf(p))
}

func erasureList(c *call) (reply, error) {
	k, err := c.a.Desk.Erasures(c.r.Context(), c.by)
	if err != nil {
		return reply{}, err
	}
	return ok(k)
}

func proposeErasure(c *call) (reply, error) {
	return erasureDone(c, c.a.Desk.ProposeErasure(c.r.Context(), c.by, c.ref()))
}

func withdrawErasure(c *call) (reply, error) {
	return erasureDone(c, c.a.Desk.WithdrawErasure(c.r.Context(), c.by, c.ref()))
}

func erasureDone(c *call, err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	return done()
}

type erasureApproval struct {
	Number string `json:"number"` // of the incident, once more
}

func approveErasure(c *call) (reply, error) {
	in, err := decode[erasureApproval](c)
	if err != nil {
		return reply{}, err
	}
	return erasureDone(c, c.a.Desk.EraseIncident(c.r.Context(), c.by, c.ref(), in.Number))
}

type keptLonger struct {
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"`
}

func extendRetention(c *call) (reply, error) {
	in, err := decode[keptLonger](c)
	if err != nil {
		return reply{}, err
	}
	return erasureDone(c, c.a.Desk.ExtendRetention(c.r.Context(), c.by, c.ref(), in.Until, in.Reason))
}

type legalHold struct {
	On     bool   `json:"on"`
	Reason string `json:"reason"`
}

func setLegalHold(c *call) (reply, error) {
	in, err := decode[legalHold](c)
	if err != nil {
		return reply{}, err
	}
	return erasureDone(c, c.a.Desk.SetLegalHold(c.r.Context(), c.by, c.ref(), in.On, in.Reason))
}
