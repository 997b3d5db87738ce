package api

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
)

// caseView is an incident as the API shows it.
type caseView struct {
	Number      string                `json:"number"`
	ID          string                `json:"id"`
	URL         string                `json:"url"` // of its page in the console
	Title       string                `json:"title"`
	Summary     string                `json:"summary"`
	Kind        incident.BreachKind   `json:"kind"`
	Severity    incident.Severity     `json:"severity"`
	Status      incident.Status       `json:"status"`
	People      []incident.Assignment `json:"people"`
	Restricted  bool                  `json:"restricted"`
	Drill       bool                  `json:"drill"`
	Compromised []incident.Channel    `json:"compromised"`
	Playbook    string                `json:"playbook,omitempty"`
	OpenedAt    time.Time             `json:"opened_at"`
	OpenedBy    string                `json:"opened_by"`
	OpenedFrom  incident.Source       `json:"opened_from,omitempty"`
	ClosedAt    *time.Time            `json:"closed_at"`
	Outcome     string                `json:"outcome,omitempty"`
	LegalHold   bool                  `json:"legal_hold"`
	RetainUntil *time.Time            `json:"retain_until"`
}

func (c *call) view(i *incident.Incident) caseView {
	v := caseView{
		Number: i.Number, ID: i.ID, URL: c.base() + "/incidents/" + i.Number, Title: i.Title, Summary: i.Summary, Kind: i.Kind,
		Severity: i.Severity, Status: i.Status, People: i.People, Restricted: i.Restricted, Drill: i.Drill, Compromised: i.Compromised,
		Playbook: i.Playbook, OpenedAt: i.OpenedAt, OpenedBy: i.OpenedBy, OpenedFrom: i.OpenedFrom, ClosedAt: i.ClosedAt,
		Outcome: i.Outcome, LegalHold: i.LegalHold, RetainUntil: i.RetainUntil,
	}
	if v.People == nil {
		v.People = []incident.Assignment{}
	}
	if v.Compromised == nil {
		v.Compromised = []incident.Channel{}
	}
	return v
}

// base is where people reach the console: as configured, else where this
// request was sent to.
func (c *call) base() string {
	if c.a.cfg.PublicURL != "" {
		return c.a.cfg.PublicURL
	}
	if c.r.TLS != nil {
		return "https://" + c.r.Host
	}
	return "http://" + c.r.Host
}

func incidents(c *call) (reply, error) {
	var f casework.Filter
	for _, s := range strings.Split(c.query("status"), ",") {
		if s == "" {
			continue
		}
		if !incident.Status(s).Valid() {
			return reply{}, wrong("status", "one of triage, open, contained, closed, dismissed, or several with commas")
		}
		f.Statuses = append(f.Statuses, incident.Status(s))
	}
	mine, err := c.flag("mine")
	if err != nil {
		return reply{}, err
	}
	f.Mine = mine
	all, err := c.a.Desk.Incidents(c.r.Context(), c.by, f)
	if err != nil {
		return reply{}, err
	}
	views := make([]caseView, len(all))
	for n := range all {
		views[n] = c.view(&all[n])
	}
	return page(c, views, func(v caseView) string { return v.Number })
}

// flag reads a query parameter that is true or false; absent is false.
func (c *call) flag(name string) (bool, error) {
	switch c.query(name) {
	case "true":
		return true, nil
	case "", "false":
		return false, nil
	}
	return false, wrong(name, "true or false")
}

type newIncident struct {
	Title      string              `json:"title"`
	Summary    string              `json:"summary"`
	Kind       incident.BreachKind `json:"kind"`
	Severity   incident.Severity   `json:"severity"`
	Playbook   string              `json:"playbook"`
	Drill      bool                `json:"drill"`
	Restricted bool                `json:"restricted"`
	Triage     bool                `json:"triage"`
}

func openIncident(c *call) (reply, error) {
	in, err := decode[newIncident](c)
	if err != nil {
		return reply{}, err
	}
	i, err := c.a.Desk.OpenIncident(c.r.Context(), c.by, casework.NewIncident(in))
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusCreated, location: "/incidents/" + i.Number, body: c.view(i), incident: i.ID}, nil
}

func getIncident(c *call) (reply, error) {
	i, err := c.a.Desk.Incident(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return ok(c.view(i))
}

type changes struct {
	Status     *incident.Status   `json:"status"`
	Severity   *incident.Severity `json:"severity"`
	Restricted *bool              `json:"restricted"`
	Reason     string             `json:"reason"`
}

// changeIncident makes one change: each is an act of its own in the record, and
// half of a change must not stand when the other half is refused. A status of
// closed or dismissed ends the incident with the reason as its outcome; any
// other on an ended incident reopens it.
func changeIncident(c *call) (reply, error) {
	in, err := decode[changes](c)
	if err != nil {
		return reply{}, err
	}
	asked := 0
	for _, is := range []bool{in.Status != nil, in.Severity != nil, in.Restricted != nil} {
		if is {
			asked++
		}
	}
	if asked != 1 {
		return reply{}, incident.Errorf(incident.Invalid, "Change one of status, severity and restricted per request: each is an act of its own.")
	}
	ctx, d := c.r.Context(), c.a.Desk
	switch {
	case in.Severity != nil:
		err = d.SetSeverity(ctx, c.by, c.ref(), *in.Severity, in.Reason)
	case in.Restricted != nil:
		err = d.Restrict(ctx, c.by, c.ref(), *in.Restricted)
	case in.Status.Ended():
		err = d.CloseIncident(ctx, c.by, c.ref(), in.Reason, *in.Status == incident.Dismissed)
	default:
		err = c.setStatus(*in.Status, in.Reason)
	}
	if err != nil {
		return reply{}, err
	}
	return getIncident(c)
}

func (c *call) setStatus(s incident.Status, reason string) error {
	ctx, d := c.r.Context(), c.a.Desk
	i, err := d.Incident(ctx, c.by, c.ref())
	if err != nil {
		return err
	}
	if i.Status.Ended() {
		if s != incident.Open {
			return wrong("status", "a closed incident can only be opened again")
		}
		return d.ReopenIncident(ctx, c.by, c.ref(), reason)
	}
	return d.SetStatus(ctx, c.by, c.ref(), s, reason)
}

type assignment struct {
	Role    incident.Role `json:"role"`
	Account string        `json:"account"`
	Deputy  bool          `json:"deputy"`
}

func assignRole(c *call) (reply, error) {
	in, err := decode[assignment](c)
	if err != nil {
		return reply{}, err
	}
	if err := c.somebody(in.Account); err != nil {
		return reply{}, err
	}
	if err := c.a.Desk.Assign(c.r.Context(), c.by, c.ref(), incident.Assignment(in)); err != nil {
		return reply{}, err
	}
	return getIncident(c)
}

// somebody makes sure that an account is there. A token may name itself.
func (c *call) somebody(account string) error {
	if account == c.by.ID {
		return nil
	}
	a, err := c.a.Auth.Account(c.r.Context(), account)
	if incident.KindOf(err) == incident.NotFound || err == nil && a.Disabled {
		return wrong("account", "there is no such account; /api/v1/users lists them")
	}
	return err
}

func unassignRole(c *call) (reply, error) {
	deputy, err := c.flag("deputy")
	if err != nil {
		return reply{}, err
	}
	a := incident.Assignment{Role: incident.Role(c.at("role")), Account: c.at("account"), Deputy: deputy}
	if err := c.a.Desk.Unassign(c.r.Context(), c.by, c.ref(), a); err != nil {
		return reply{}, err
	}
	rep, err := getIncident(c)
	if incident.KindOf(err) == incident.NotFound {
		return done() // who gave up their own role on a restricted incident sees it no more
	}
	return rep, err
}

func distrustChannel(c *call) (reply, error) { return c.channel(true) }
func trustChannel(c *call) (reply, error)    { return c.channel(false) }

// channel marks one as in the attacker's hands, or no longer. Saying it twice is
// no second act.
func (c *call) channel(compromised bool) (reply, error) {
	ch := incident.Channel(c.at("channel"))
	i, err := c.a.Desk.Incident(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	if slices.Contains(i.Compromised, ch) != compromised || !ch.Valid() {
		if err := c.a.Desk.MarkChannel(c.r.Context(), c.by, c.ref(), ch, compromised); err != nil {
			return reply{}, err
		}
	}
	return getIncident(c)
}

type privilege struct {
	Names []string `json:"names"` // account ids besides counsel
}

func markPrivileged(c *call) (reply, error) {
	var in privilege
	if len(c.body) > 0 {
		var err error
		if in, err = decode[privilege](c); err != nil {
			return reply{}, err
		}
	}
	err := c.a.Desk.MarkPrivileged(c.r.Context(), c.by, c.ref(), c.at("kind"), c.at("item"), in.Names, false)
	if err != nil {
		return reply{}, err
	}
	return done()
}

func unmarkPrivileged(c *call) (reply, error) {
	err := c.a.Desk.MarkPrivileged(c.r.Context(), c.by, c.ref(), c.at("kind"), c.at("item"), nil, true)
	if err != nil {
		return reply{}, err
	}
	return done()
}
