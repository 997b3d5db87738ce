package outbox

import (
	"context"
	"slices"

	"tocsin/incident"
)

// Colleague is one account of staff, with where it is reached.
type Colleague struct {
	ID     string           // account
	Grants []incident.Grant // across all incidents
	Mail   string           // address; empty: none
	Slack  string           // in the form of the staff channel; empty: none
	Zone   string           // IANA name; empty means UTC
}

// colleagues gives the accounts by id; nil where none are known at all.
func (s *Service) colleagues(ctx context.Context) (map[string]Colleague, error) {
	if s.Colleagues == nil {
		return nil, nil
	}
	all, err := s.Colleagues(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Colleague, len(all))
	for _, c := range all {
		out[c.ID] = c
	}
	return out, nil
}

// climber is one person a reminder goes to, and as what.
type climber struct {
	Colleague
	as string
}

// reach is how far up the ladder a reminder goes: 24 h and 8 h ahead the
// assignee, 2 h ahead the deputy too, from 30 min ahead the commander too. Where
// nobody acknowledged the one before, it goes one further than that one did.
func reach(rung int, last *Reminder) int {
	n := 1
	switch {
	case rung >= 3:
		n = 3
	case rung == 2:
		n = 2
	}
	if last != nil && last.AcknowledgedAt == nil {
		n = max(n, last.Reach+1)
	}
	return min(n, 3)
}

// climb gives the people on the first places of the ladder of d. A place that is
// empty, or held by nobody who may see this, is not counted: the next one has
// its turn at once. Where the ladder is empty it is everybody on the case, and
// where that is nobody, everybody whose work it is to take cases on.
func climb(i *incident.Incident, d *Deadline, places int, people map[string]Colleague) []climber {
	var out []climber
	have := map[string]bool{}
	take := func(as string, accounts []string) (took bool) {
		for _, id := range accounts {
			c, ok := reachable(i, d, id, people)
			if ok {
				took = true
			}
			if ok && !have[id] {
				have[id] = true
				out = append(out, climber{c, as})
			}
		}
		return took
	}
	for _, place := range ladder(i, d) {
		if places == 0 {
			break
		}
		if take(place.as, place.accounts) {
			places--
		}
	}
	if len(out) > 0 {
		return out
	}
	var involved []string
	for _, a := range i.People {
		involved = append(involved, a.Account)
	}
	if take("on_the_case", involved) {
		return out
	}
	var ready []string
	for id, c := range people {
		if slices.Contains(c.Grants, incident.GrantResponder) || slices.Contains(c.Grants, incident.GrantCounsel) {
			ready = append(ready, id)
		}
	}
	slices.Sort(ready)
	take("on_call", ready)
	return out
}

// place is one step of the ladder.
type place struct {
	as       string
	accounts []string
}

// ladder is who answers for d, nearest first. A duty is privacy counsel's.
func ladder(i *incident.Incident, d *Deadline) []place {
	role := d.role
	if d.Task == "" {
		role = incident.Counsel
	}
	if role == "" && d.assignee != "" { // a task of no role is that of a role its assignee has
		if n := slices.IndexFunc(i.People, func(a incident.Assignment) bool { return a.Account == d.assignee }); n >= 0 {
			role = i.People[n].Role
		}
	}
	holders, deputies := holdersOf(i, role)
	if d.assignee != "" {
		if slices.Contains(deputies, d.assignee) {
			deputies = holders // the deputy has it: the holder stands behind
		}
		holders = []string{d.assignee}
	}
	commanders, theirs := holdersOf(i, incident.Commander)
	return []place{{"assignee", holders}, {"deputy", deputies}, {"commander", append(commanders, theirs...)}}
}

func holdersOf(i *incident.Incident, role incident.Role) (holders, deputies []string) {
	for _, a := range i.People {
		switch {
		case a.Role != role || role == "":
		case a.Deputy:
			deputies = append(deputies, a.Account)
		default:
			holders = append(holders, a.Account)
		}
	}
	return holders, deputies
}

// reachable is an account that may know of d. One that was disabled is nobody.
func reachable(i *incident.Incident, d *Deadline, id string, people map[string]Colleague) (Colleague, bool) {
	c, ok := people[id]
	if people == nil {
		c, ok = Colleague{ID: id}, true
	}
	p := incident.Principal{ID: id, Grants: c.Grants}
	return c, ok && incident.Can(p, incident.SeeIncident, i) && incident.Sees(p, i, d.Privileged)
}
