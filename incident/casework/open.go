package casework

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// NewIncident is what is known when an incident is declared.
type NewIncident struct {
	Title      string
	Summary    string
	Kind       incident.BreachKind // other if empty
	Severity   incident.Severity   // medium if empty
	Playbook   string              // slug; none if empty
	Drill      bool
	Restricted bool
	Triage     bool // opens in triage instead of open: a machine's word, say
}

// OpenIncident opens an incident. Whoever declares it becomes its commander
// until the role is handed on, so that nobody's case never exists. Errors:
// Invalid, Forbidden.
func (d *Desk) OpenIncident(ctx context.Context, p incident.Principal, in NewIncident) (*incident.Incident, error) {
	var opened *incident.Incident
	err := d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		if !incident.Can(p, incident.DeclareIncident, nil) {
			return incident.Errorf(incident.Forbidden, "You may not declare incidents. An administrator can make you a responder.")
		}
		i, err := d.open(tx, in)
		opened = i
		return err
	})
	if err != nil {
		return nil, err
	}
	return opened, nil
}

// open joins a transaction: a rule that opens an incident from an alert does too.
func (d *Desk) open(tx *ledger.Tx, in NewIncident) (*incident.Incident, error) {
	in.Title = strings.Join(strings.Fields(in.Title), " ")
	if in.Kind == "" {
		in.Kind = "other"
	}
	if in.Severity == "" {
		in.Severity = incident.Medium
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	number, err := nextNumber(tx, in.Drill)
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	by := tx.By()
	i := &incident.Incident{
		ID: id.String(), Number: number, Title: in.Title, Summary: strings.TrimSpace(in.Summary), Kind: in.Kind,
		Severity: in.Severity, Status: incident.Open, Restricted: in.Restricted, Drill: in.Drill,
		Playbook: in.Playbook, OpenedAt: tx.Now(), OpenedBy: by.ID, OpenedFrom: by.Source,
	}
	if in.Triage {
		i.Status = incident.Triage
	}
	if !by.System {
		i.People = []incident.Assignment{{Role: incident.Commander, Account: by.ID}}
	}
	tx.Record("incident.open", "incident/"+i.ID)
	if err := numbers.Put(tx, ledger.K(number), i.ID); err != nil {
		return nil, err
	}
	if err := Save(tx, i); err != nil {
		return nil, err
	}
	if err := WriteTimeline(tx, i, "incident.open", "incident/"+i.ID, "Opened: "+i.Title); err != nil {
		return nil, err
	}
	// What was declared about the kind is the first fact of the case, so that
	// playbooks and rules see it like any other.
	for _, f := range []NewFact{
		{Name: "incident.kind", Values: []string{string(in.Kind)}, Certainty: incident.Known, Source: "declared at opening"},
		{Name: "incident.severity", Values: []string{string(in.Severity)}, Certainty: incident.Known, Source: "declared at opening"},
	} {
		if _, err := putFact(tx, i, f); err != nil {
			return nil, err
		}
	}
	if err := d.react(func(r Reactor) error { return r.IncidentOpened(tx, i) }); err != nil {
		return nil, err
	}
	return i, Save(tx, i)
}

func (in NewIncident) check() error {
	var problems []incident.Problem
	if in.Title == "" {
		problems = append(problems, incident.Problem{Where: "title", What: "say in a few words what happened"})
	}
	if utf8.RuneCountInString(in.Title) > 200 {
		problems = append(problems, incident.Problem{Where: "title", What: "keep it under 200 characters; the summary has room for more"})
	}
	if len(in.Summary) > 20_000 {
		problems = append(problems, incident.Problem{Where: "summary", What: "keep it under 20,000 characters"})
	}
	if !in.Kind.Valid() {
		problems = append(problems, incident.Problem{Where: "kind", What: "not a kind of breach: " + clip(string(in.Kind), 40) + "; one of " + values(incident.BreachKinds())})
	}
	if !in.Severity.Valid() {
		problems = append(problems, incident.Problem{Where: "severity", What: "not a severity: " + clip(string(in.Severity), 40) + "; one of " + values(incident.Severities())})
	}
	return invalid("The incident cannot be opened as described.", problems)
}

// invalid is nil where there are no problems.
func invalid(sentence string, problems []incident.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	return &incident.Error{Kind: incident.Invalid, Message: sentence, Problems: problems}
}

func values(choices []incident.Choice) string {
	names := make([]string, len(choices))
	for n, c := range choices {
		names[n] = c.Value
	}
	return strings.Join(names, ", ")
}
