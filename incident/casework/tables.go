package casework

import (
	"tocsin/incident"
	"tocsin/incident/ledger"
)

// Keys begin with the incident's id; numbers inside an incident count from 1,
// so that tables read in the order things happened.
var (
	incidents  = ledger.NewCaseTable[incident.Incident]("incidents")          // id
	milestones = ledger.NewCaseTable[incident.MilestoneSetting]("milestones") // id, milestone, seq
	facts      = ledger.NewCaseTable[incident.Fact]("facts")                  // id, seq
	tasks      = ledger.NewCaseTable[incident.Task]("tasks")                  // id, task id
	exhibits   = ledger.NewCaseTable[incident.Evidence]("evidence")           // id, evidence id
	custody    = ledger.NewCaseTable[incident.CustodyEvent]("custody")        // id, evidence id, seq
	timeline   = ledger.NewCaseTable[incident.TimelineEntry]("timeline")      // id, seq
	rosters    = ledger.NewCaseTable[incident.Roster]("rosters")              // id, seq

	numbers      = ledger.NewSystemTable[string]("incident_numbers")   // number → id
	alerts       = ledger.NewSystemTable[incident.Alert]("alerts")     // alert id
	fingerprints = ledger.NewSystemTable[string]("alert_fingerprints") // source, SHA-256 of the fingerprint → alert id
	deliveries   = ledger.NewSystemTable[Delivery]("alert_deliveries") // source, SHA-256 of the delivery id
	caseAlerts   = ledger.NewCaseTable[string]("incident_alerts")      // incident id, alert id → alert id
)

// Tables lists the tables of this package, for the store's check.
func Tables() []ledger.Checker {
	return []ledger.Checker{
		incidents, milestones, facts, tasks, exhibits, custody, timeline, rosters,
		rights, rightPeople, rightCopies, marks, erasures, leftovers,
		numbers, alerts, fingerprints, deliveries, caseAlerts, openedByRule, resolutions, transfers, rulings, exclusions, indexes,
		taskDues, taskDuesFrom, lettersAsked,
	}
}
