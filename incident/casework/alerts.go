package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// Delivery is one webhook call, kept as it came. Raw is sealed like every value.
type Delivery struct {
	Source string    `json:"source"`
	At     time.Time `json:"at"`
	Raw    []byte    `json:"raw"`
	Alerts []string  `json:"alerts"` // alert ids it made or updated
}

// Intake is one verified webhook call.
type Intake struct {
	Source   string
	Delivery string // the sender's id of this call; a hash of the body where it has none
	Raw      []byte
	Alerts   []incident.Alert // normalised; ID and counters are set here
	Rules    []TriageRule
}

// Received says what became of an Intake.
type Received struct {
	Alert     string // id of the first alert
	Incident  string // number of the incident it opened or joined; empty where it is only listed
	Duplicate bool   // this call was received before; nothing changed
}

// stormLimit is how many incidents one source may open in an hour. What comes
// beyond is listed for triage: a thousand incidents help nobody.
const stormLimit = 20

// ReceiveAlerts keeps a call and all it leads to in one transaction: when it
// returns nil, everything is on the disk. A call seen before changes nothing; an
// alert seen before is updated. A resolved alert never closes an incident.
func (d *Desk) ReceiveAlerts(ctx context.Context, p incident.Principal, in Intake) (Received, error) {
	var out Received
	err := d.db.Update(ctx, p, func(tx *ledger.Tx) error {
		out = Received{}
		key := ledger.K(in.Source, digest(in.Delivery))
		old, err := deliveries.Get(tx, key)
		if err == nil {
			out.Duplicate = true
			return d.describe(tx, old.Alerts, &out)
		}
		if incident.KindOf(err) != incident.NotFound {
			return err
		}
		call := Delivery{Source: in.Source, At: tx.Now(), Raw: in.Raw}
		tx.Record("alert.receive", "source/"+in.Source)
		for n := range in.Alerts {
			a, err := d.takeAlert(tx, in, in.Alerts[n])
			if err != nil {
				return err
			}
			call.Alerts = append(call.Alerts, a.ID)
		}
		if err := deliveries.Put(tx, key, call); err != nil {
			return err
		}
		return d.describe(tx, call.Alerts, &out)
	})
	return out, err
}

func (d *Desk) describe(tx *ledger.Tx, ids []string, out *Received) error {
	for n, id := range ids {
		a, err := alerts.Get(tx, ledger.K(id))
		if err != nil {
			return err
		}
		if n == 0 {
			out.Alert = a.ID
		}
		if a.Incident != "" && out.Incident == "" {
			i, err := Load(tx, a.Incident)
			if err != nil && incident.KindOf(err) != incident.Gone {
				return err
			}
			if err == nil {
				out.Incident = i.Number
			}
		}
	}
	return nil
}

// takeAlert updates the alert of this fingerprint, or keeps a new one and triages it.
func (d *Desk) takeAlert(tx *ledger.Tx, in Intake, a incident.Alert) (*incident.Alert, error) {
	mark := ledger.K(in.Source, digest(a.Fingerprint))
	if a.Fingerprint != "" {
		id, err := fingerprints.Get(tx, mark)
		if err != nil && incident.KindOf(err) != incident.NotFound {
			return nil, err
		}
		if err == nil {
			old, err := alerts.Get(tx, ledger.K(id))
			if err != nil {
				return nil, err
			}
			return d.seenAgain(tx, in, &old, a)
		}
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	a.ID, a.Source, a.ReceivedAt = id.String(), in.Source, tx.Now()
	a.FirstSeen, a.LastSeen, a.Count = tx.Now(), tx.Now(), 1
	if a.OccurredAt.IsZero() {
		a.OccurredAt, a.TimeGuessed = a.ReceivedAt, true
	}
	if err := d.triage(tx, in.Rules, &a); err != nil {
		return nil, err
	}
	if a.Fingerprint != "" {
		if err := fingerprints.Put(tx, mark, a.ID); err != nil {
			return nil, err
		}
	}
	return &a, alerts.Put(tx, ledger.K(a.ID), a)
}

// seenAgain updates an alert that came before. One that fires anew, because it
// was resolved or the incident it belonged to has ended, is triaged anew.
func (d *Desk) seenAgain(tx *ledger.Tx, in Intake, old *incident.Alert, a incident.Alert) (*incident.Alert, error) {
	was := old.Status
	old.LastSeen, old.Count, old.Status, old.Severity = tx.Now(), old.Count+1, a.Status, a.Severity
	i, err := d.stillOpen(tx, old.Incident)
	if err != nil {
		return nil, err
	}
	switch {
	case i == nil && a.Status == "open" && (old.Incident != "" || was != "open"):
		old.Incident, old.Title, old.Description, old.OccurredAt = "", a.Title, a.Description, a.OccurredAt
		if old.OccurredAt.IsZero() {
			old.OccurredAt, old.TimeGuessed = tx.Now(), true
		}
		old.ReceivedAt = tx.Now()
		if err := d.triage(tx, in.Rules, old); err != nil {
			return nil, err
		}
	case i != nil && was != a.Status:
		if err := WriteTimeline(tx, i, "alert.update", "alert/"+old.ID, "Alert is now "+old.Status+": "+old.Title); err != nil {
			return nil, err
		}
	}
	return old, alerts.Put(tx, ledger.K(old.ID), *old)
}

// stillOpen is the incident of that id if work on it goes on; nil if there is
// none, it has ended, or its key was destroyed.
func (d *Desk) stillOpen(tx *ledger.Tx, id string) (*incident.Incident, error) {
	if id == "" {
		return nil, nil
	}
	i, err := Load(tx, id)
	if err != nil {
		if incident.KindOf(err) == incident.Gone {
			return nil, nil
		}
		return nil, err
	}
	if i.Status.Ended() {
		return nil, nil
	}
	return i, nil
}

// triage opens, joins or lists by the first rule that matches.
func (d *Desk) triage(tx *ledger.Tx, rules []TriageRule, a *incident.Alert) error {
	if a.Status != "open" {
		a.Triaged = "listed: it came as " + a.Status
		return nil
	}
	for _, r := range rules {
		if !r.Matches(a) {
			continue
		}
		switch r.Do {
		case "list":
			a.Triaged = "listed by rule " + r.Name
			return nil
		case "join":
			i, err := d.openedBy(tx, a.Source, r.Name)
			if err != nil || i == nil {
				a.Triaged = "listed: rule " + r.Name + " found no open incident to join"
				return err
			}
			a.Triaged = "joined by rule " + r.Name
			return d.join(tx, i, a)
		}
		return d.openFor(tx, r, a)
	}
	a.Triaged = "listed: no rule matched"
	return nil
}

func (d *Desk) openFor(tx *ledger.Tx, r TriageRule, a *incident.Alert) error {
	hour := tx.Now().Truncate(time.Hour)
	n, err := tx.Sequence(fmt.Sprintf("opened-%s-%d", a.Source, hour.Unix()))
	if err != nil {
		return err
	}
	if n > stormLimit {
		a.Triaged = fmt.Sprintf("listed: source %s opened %d incidents this hour already", a.Source, stormLimit)
		return nil
	}
	title := r.Headline
	if title == "" {
		title = clip(a.Title, 150)
	}
	i, err := d.open(tx, NewIncident{Title: title, Kind: r.Kind, Severity: r.Severity, Playbook: r.Playbook, Summary: clip(a.Description, 2000)})
	if err != nil {
		return err
	}
	a.Triaged = "opened an incident by rule " + r.Name
	if err := d.join(tx, i, a); err != nil {
		return err
	}
	if err := openedByRule.Put(tx, ledger.K(a.Source, r.Name), i.ID); err != nil {
		return err
	}
	if _, err := d.detected(tx, i, a); err != nil {
		return err
	}
	return d.aware(tx, i, a, r)
}

// openedByRule remembers the newest incident each rule opened, for join.
var openedByRule = ledger.NewSystemTable[string]("opened_by_rule") // source, rule → incident id

func (d *Desk) openedBy(tx *ledger.Tx, source, rule string) (*incident.Incident, error) {
	id, err := openedByRule.Get(tx, ledger.K(source, rule))
	if incident.KindOf(err) == incident.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return d.stillOpen(tx, id)
}

// detected sets the milestone of that name: a tool noticed something. It starts
// no clock of any law that counts from awareness or discovery.
func (d *Desk) detected(tx *ledger.Tx, i *incident.Incident, a *incident.Alert) (incident.MilestoneSetting, error) {
	at := a.OccurredAt
	if at.After(tx.Now()) {
		at = a.ReceivedAt
	}
	set := SetMilestone{Milestone: incident.Detected, At: at, Reason: "alert from " + a.Source}
	s, err := PutMilestone(tx, i, set)
	if err != nil {
		return s, err
	}
	return s, d.react(func(r Reactor) error { return r.MilestoneSet(tx, i, s) })
}

// aware proposes the alert's receipt as awareness; the rule may say that it is.
func (d *Desk) aware(tx *ledger.Tx, i *incident.Incident, a *incident.Alert, r TriageRule) error {
	set := SetMilestone{Milestone: incident.Aware, At: a.ReceivedAt, Candidate: !r.SetsAware, Reason: "receipt of the alert that opened the incident"}
	if r.SetsAware {
		set.Reason = "rule " + r.Name + " of source " + a.Source + " says that such an alert is awareness"
	}
	return d.SetMilestoneTx(tx, i, set)
}

func (d *Desk) join(tx *ledger.Tx, i *incident.Incident, a *incident.Alert) error {
	a.Incident = i.ID
	if err := caseAlerts.Put(tx, ledger.K(i.ID, a.ID), a.ID); err != nil {
		return err
	}
	return WriteTimeline(tx, i, "alert.join", "alert/"+a.ID, "Alert from "+a.Source+": "+a.Title)
}

// Alerts gives the newest alerts for triage, newest first.
func (d *Desk) Alerts(ctx context.Context, p incident.Principal, limit int) ([]incident.Alert, error) {
	if !incident.Can(p, incident.TriageAlerts, nil) {
		return nil, incident.Errorf(incident.Forbidden, "You may not see alerts. An administrator can make you a responder.")
	}
	var out []incident.Alert
	err := d.db.View(ctx, func(tx *ledger.Tx) error {
		return alerts.ScanBack(tx, ledger.K(), func(_ ledger.Key, a incident.Alert) error {
			if a.Incident != "" {
				i, err := Load(tx, a.Incident)
				if incident.KindOf(err) == incident.Gone || err == nil && !incident.Can(p, incident.SeeIncident, i) {
					return nil
				}
				if err != nil {
					return err
				}
			}
			out = append(out, a)
			if limit > 0 && len(out) == limit {
				return ledger.Stop
			}
			return nil
		})
	})
	return out, err
}

// AttachAlert makes a listed alert part of an incident.
func (d *Desk) AttachAlert(ctx context.Context, p incident.Principal, alert, ref string) error {
	return d.act(ctx, p, ref, incident.WorkIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		a, err := alerts.Get(tx, ledger.K(alert))
		if err != nil {
			return orNotFound(err, "There is no such alert.")
		}
		if a.Incident != "" {
			return incident.Errorf(incident.Conflict, "The alert belongs to an incident already.")
		}
		tx.Record("alert.join", "alert/"+a.ID)
		a.Triaged = "joined by a person"
		if err := d.join(tx, i, &a); err != nil {
			return err
		}
		return alerts.Put(tx, ledger.K(a.ID), a)
	})
}

func alertsOf(tx *ledger.Tx, id string) ([]incident.Alert, error) {
	var out []incident.Alert
	err := caseAlerts.Scan(tx, ledger.K(id), func(_ ledger.Key, alert string) error {
		a, err := alerts.Get(tx, ledger.K(alert))
		out = append(out, a)
		return err
	})
	return out, err
}

// digest makes a key part of text that may hold anything, personal data too.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}
