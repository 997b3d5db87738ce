package api

import (
	"sort"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
)

func facts(c *call) (reply, error) {
	history, err := c.flag("history")
	if err != nil {
		return reply{}, err
	}
	f, err := c.a.Desk.File(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	if history {
		return whole(f.History)
	}
	return whole(inForce(f, nil))
}

// inForce gives the facts in force, by name; only those named, if any are.
func inForce(f *casework.File, names map[string]bool) []incident.Fact {
	var out []incident.Fact
	for _, x := range f.Facts {
		if names == nil || names[x.Name] {
			out = append(out, x)
		}
	}
	sort.Slice(out, func(a, b int) bool { return out[a].Name < out[b].Name })
	return out
}

type newFact struct {
	Name      string             `json:"name"`
	Values    []string           `json:"values"`
	Certainty incident.Certainty `json:"certainty"`
	Source    string             `json:"source"`
}

// newFacts is one fact, or several that are recorded in one act.
type newFacts struct {
	Facts     []newFact          `json:"facts"`
	Name      string             `json:"name"`
	Values    []string           `json:"values"`
	Certainty incident.Certainty `json:"certainty"`
	Source    string             `json:"source"`
}

func setFacts(c *call) (reply, error) {
	in, err := decode[newFacts](c)
	if err != nil {
		return reply{}, err
	}
	single := in.Name != "" || in.Values != nil || in.Certainty != "" || in.Source != ""
	if single && in.Facts != nil {
		return reply{}, wrong("facts", "give either one fact or a list of them")
	}
	if single {
		in.Facts = []newFact{{in.Name, in.Values, in.Certainty, in.Source}}
	}
	set, names := make([]casework.NewFact, len(in.Facts)), map[string]bool{}
	for n, f := range in.Facts {
		set[n], names[f.Name] = casework.NewFact(f), true
	}
	if err := c.a.Desk.SetFacts(c.r.Context(), c.by, c.ref(), set); err != nil {
		return reply{}, err
	}
	f, err := c.a.Desk.File(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	return created("/incidents/"+f.Incident.Number+"/facts", list[incident.Fact]{Items: inForce(f, names)})
}

func milestones(c *call) (reply, error) {
	history, err := c.flag("history")
	if err != nil {
		return reply{}, err
	}
	f, err := c.a.Desk.File(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	if history {
		return whole(f.Milestones)
	}
	var out []incident.MilestoneSetting
	for _, m := range f.InForce {
		out = append(out, m)
	}
	sort.Slice(out, func(a, b int) bool {
		if !out[a].At.Equal(out[b].At) {
			return out[a].At.Before(out[b].At)
		}
		return out[a].Milestone < out[b].Milestone
	})
	return whole(out)
}

type newMilestone struct {
	Milestone incident.Milestone `json:"milestone"`
	At        string             `json:"at"` // an instant, or a date where only the date is known
	Zone      string             `json:"zone"`
	Reason    string             `json:"reason"`
	Candidate bool               `json:"candidate"`
}

func setMilestone(c *call) (reply, error) {
	in, err := decode[newMilestone](c)
	if err != nil {
		return reply{}, err
	}
	at, precision, err := moment("at", in.At, in.Zone)
	if err != nil {
		return reply{}, err
	}
	set := casework.SetMilestone{
		Milestone: in.Milestone, At: at, Zone: in.Zone, Precision: precision, Reason: in.Reason, Candidate: in.Candidate,
	}
	if err := c.a.Desk.SetMilestone(c.r.Context(), c.by, c.ref(), set); err != nil {
		return reply{}, err
	}
	f, err := c.a.Desk.File(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	var newest incident.MilestoneSetting
	for _, m := range f.Milestones {
		if m.Milestone == in.Milestone {
			newest = m
		}
	}
	return created("/incidents/"+f.Incident.Number+"/milestones", newest)
}

// moment reads an instant, or a date as its first moment in zone (UTC if empty).
func moment(where, text, zone string) (time.Time, incident.Precision, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, incident.ToTheInstant, nil
	}
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return time.Time{}, "", wrong("zone", "not a time zone such as Europe/Berlin")
	}
	at, err := time.ParseInLocation(time.DateOnly, text, loc)
	if err != nil {
		return time.Time{}, "", wrong(where, "an instant such as 2026-03-02T09:00:00Z, or a date where only the date is known")
	}
	return at, incident.ToTheDay, nil
}
