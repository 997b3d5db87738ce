package casework

import (
	"tocsin/incident"
	"tocsin/incident/ledger"
)

// Reactor answers to what happens to a case, inside the act's transaction and
// in the order the Desk was given them. An error undoes the act: so an alert
// that opens an incident has its run, tasks and obligations in one commit, or
// nothing. Reactors write with the functions of this package that take a Tx.
type Reactor interface {
	IncidentOpened(tx *ledger.Tx, i *incident.Incident) error
	FactChanged(tx *ledger.Tx, i *incident.Incident, f incident.Fact) error
	MilestoneSet(tx *ledger.Tx, i *incident.Incident, s incident.MilestoneSetting) error
	TaskClosed(tx *ledger.Tx, i *incident.Incident, t *incident.Task) error // done, skipped
	RosterSettled(tx *ledger.Tx, i *incident.Incident, r incident.Roster) error
	IncidentChanged(tx *ledger.Tx, i *incident.Incident, what string) error // status, severity, roles, kind, reopened
	IncidentClosed(tx *ledger.Tx, i *incident.Incident) error
}

// NoReactions answers to nothing; embed it and answer to what concerns you.
type NoReactions struct{}

func (NoReactions) IncidentOpened(*ledger.Tx, *incident.Incident) error             { return nil }
func (NoReactions) FactChanged(*ledger.Tx, *incident.Incident, incident.Fact) error { return nil }
func (NoReactions) TaskClosed(*ledger.Tx, *incident.Incident, *incident.Task) error { return nil }
func (NoReactions) IncidentChanged(*ledger.Tx, *incident.Incident, string) error    { return nil }
func (NoReactions) IncidentClosed(*ledger.Tx, *incident.Incident) error             { return nil }
func (NoReactions) RosterSettled(*ledger.Tx, *incident.Incident, incident.Roster) error {
	return nil
}
func (NoReactions) MilestoneSet(*ledger.Tx, *incident.Incident, incident.MilestoneSetting) error {
	return nil
}
