package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// Exclusion leaves people out of the mailings of a case, for a reason that a
// second person approved. They are affected all the same and counted as such: what
// a law asks by numbers does not change by it.
type Exclusion struct {
	ID          string     `json:"id"`
	Seq         int        `json:"seq"`
	Kind        string     `json:"kind"` // see ExclusionKinds
	Why         string     `json:"why"`
	CustomerIDs []string   `json:"customer_ids,omitempty"`
	Emails      []string   `json:"emails,omitempty"`
	Domains     []string   `json:"domains,omitempty"` // of e-mail addresses
	People      int        `json:"people"`            // of the list in force when it was proposed
	Roster      string     `json:"roster,omitempty"`  // that list's digest
	ProposedBy  string     `json:"proposed_by"`
	ProposedAt  time.Time  `json:"proposed_at"`
	ApprovedBy  string     `json:"approved_by,omitempty"`
	ApprovedAt  *time.Time `json:"approved_at,omitempty"`
	EndedBy     string     `json:"ended_by,omitempty"` // who declined it or took it back
	EndedAt     *time.Time `json:"ended_at,omitempty"`
	EndedWhy    string     `json:"ended_why,omitempty"`
}

// InForce reports whether mailings leave these people out.
func (e *Exclusion) InForce() bool { return e.ApprovedAt != nil && e.EndedAt == nil }

// Open reports whether somebody has yet to approve it.
func (e *Exclusion) Open() bool { return e.ApprovedAt == nil && e.EndedAt == nil }

var exclusions = ledger.NewCaseTable[Exclusion]("exclusions") // incident, seq

// KindNotCounted is the kind of exclusion that names nobody: the law says who they are.
const KindNotCounted = "not_counted"

// NotCounted is the reason under which an exclusion of that kind leaves people out.
const NotCounted = "excluded: not counted"

// NotCountedLeftOut reports whether an exclusion in force leaves out those of whom
// nothing exposed is data that a law of their place counts.
func NotCountedLeftOut(tx *ledger.Tx, id string) (bool, error) {
	all, err := exclusionsOf(tx, id)
	return slices.ContainsFunc(all, func(e Exclusion) bool { return e.Kind == KindNotCounted && e.InForce() }), err
}

// ExclusionKinds are why people can be left out.
func ExclusionKinds() []incident.Choice {
	return []incident.Choice{
		{Value: "duplicate", Label: "Known duplicate: reached under another account"},
		{Value: "test_account", Label: "Test account: no person"},
		{Value: "told", Label: "Told already, in another way"},
		{Value: "staff", Label: "Told by the employer's own channel"},
		{Value: KindNotCounted, Label: "Nothing exposed of them is data that a law of their place counts"},
		{Value: "other", Label: "Another reason"},
	}
}

// Reason is what a mailing counts those under that it left out because of it.
func (e *Exclusion) Reason() string {
	return "excluded: " + strings.ReplaceAll(e.Kind, "_", " ")
}

// maxExcluded bounds how many people one exclusion names one by one.
const maxExcluded = 10_000

// ProposeExclusion keeps one for somebody else to approve. Whom it leaves out of the
// list in force is counted; of the kind not_counted, which this package cannot count, it is
// in.People. Errors: Invalid.
func (d *Desk) ProposeExclusion(ctx context.Context, p incident.Principal, ref string, in Exclusion) (*Exclusion, error) {
	e := &Exclusion{Kind: in.Kind, Why: strings.TrimSpace(in.Why), CustomerIDs: tidy(in.CustomerIDs), Emails: tidy(in.Emails), Domains: tidy(in.Domains)}
	for n := range e.Domains {
		e.Domains[n] = strings.TrimPrefix(e.Domains[n], "@")
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	var id string
	var roster *incident.Roster
	if err := d.read(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) (err error) {
		id = i.ID
		roster, err = CurrentRoster(tx, i.ID)
		return err
	}); err != nil {
		return nil, err
	}
	if e.Kind == KindNotCounted {
		e.People = in.People
	} else if roster != nil {
		n, err := d.countExcluded(ctx, id, roster, []Exclusion{*e})
		if err != nil {
			return nil, err
		}
		e.People = n[e.Reason()]
	}
	if roster != nil {
		e.Roster = roster.Object
	}
	err := d.act(ctx, p, id, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		key, err := uuid.NewV7()
		if err != nil {
			return err
		}
		n, err := tx.Sequence("exclusions-" + i.ID)
		if err != nil {
			return err
		}
		e.ID, e.Seq, e.ProposedBy, e.ProposedAt = key.String(), int(n), tx.By().ID, tx.Now()
		tx.Record("exclusion.propose", "exclusion/"+e.ID)
		if err := exclusions.Put(tx, ledger.K(i.ID, e.Seq), *e); err != nil {
			return err
		}
		return WriteTimeline(tx, i, "exclusion.propose", "exclusion/"+e.ID, fmt.Sprintf("Exclusion %d proposed: %d people. %s", e.Seq, e.People, e.Why))
	})
	return e, err
}

func (e *Exclusion) check() error {
	var problems []incident.Problem
	if !slices.ContainsFunc(ExclusionKinds(), func(c incident.Choice) bool { return c.Value == e.Kind }) {
		problems = append(problems, incident.Problem{Where: "kind", What: "say why these people are left out"})
	}
	if e.Why == "" {
		problems = append(problems, incident.Problem{Where: "why", What: "give the reason in words"})
	}
	n := len(e.CustomerIDs) + len(e.Emails) + len(e.Domains)
	switch {
	case e.Kind == KindNotCounted && n > 0:
		problems = append(problems, incident.Problem{Where: "customer_ids", What: "name nobody: who they are follows from the law"})
	case e.Kind != KindNotCounted && n == 0:
		problems = append(problems, incident.Problem{Where: "customer_ids", What: "say who: customer numbers, e-mail addresses or the domain of addresses"})
	}
	if n > maxExcluded {
		problems = append(problems, incident.Problem{Where: "customer_ids", What: fmt.Sprintf("more than %d cannot be named at once", maxExcluded)})
	}
	for _, m := range e.Emails {
		if strings.Count(m, "@") != 1 {
			problems = append(problems, incident.Problem{Where: "emails", What: "an e-mail address has one @; for a whole domain, give the domain"})
			break
		}
	}
	return invalid("The exclusion cannot be proposed like that.", problems)
}

// tidy trims and folds what people type, one a line or separated by commas.
func tidy(list []string) []string {
	var out []string
	for _, s := range list {
		for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == ';' || r == '\n' || r == '\r' || r == '\t' }) {
			if part = strings.ToLower(strings.TrimSpace(part)); part != "" && !slices.Contains(out, part) {
				out = append(out, part)
			}
		}
	}
	return out
}

// ApproveExclusion is the second person's word. Forbidden for who proposed it.
func (d *Desk) ApproveExclusion(ctx context.Context, p incident.Principal, ref string, seq int) error {
	return d.onExclusion(ctx, p, ref, seq, func(tx *ledger.Tx, i *incident.Incident, e *Exclusion) error {
		if !e.Open() {
			return incident.Errorf(incident.Conflict, "It is decided already.")
		}
		if e.ProposedBy == tx.By().ID {
			return incident.Errorf(incident.Forbidden, "You proposed it; somebody else must approve it.")
		}
		now := tx.Now()
		e.ApprovedBy, e.ApprovedAt = tx.By().ID, &now
		tx.Record("exclusion.approve", "exclusion/"+e.ID)
		return WriteTimeline(tx, i, "exclusion.approve", "exclusion/"+e.ID, fmt.Sprintf("Exclusion %d approved: %d people get no letter", e.Seq, e.People))
	})
}

// EndExclusion declines one or takes it back, with the reason.
func (d *Desk) EndExclusion(ctx context.Context, p incident.Principal, ref string, seq int, why string) error {
	if why = strings.TrimSpace(why); why == "" {
		return invalid("The exclusion cannot be ended like that.", []incident.Problem{{Where: "why", What: "give the reason"}})
	}
	return d.onExclusion(ctx, p, ref, seq, func(tx *ledger.Tx, i *incident.Incident, e *Exclusion) error {
		if e.EndedAt != nil {
			return incident.Errorf(incident.Conflict, "It has ended already.")
		}
		now := tx.Now()
		e.EndedBy, e.EndedAt, e.EndedWhy = tx.By().ID, &now, why
		tx.Record("exclusion.end", "exclusion/"+e.ID)
		return WriteTimeline(tx, i, "exclusion.end", "exclusion/"+e.ID, fmt.Sprintf("Exclusion %d ended: %s", e.Seq, why))
	})
}

func (d *Desk) onExclusion(ctx context.Context, p incident.Principal, ref string, seq int, fn func(*ledger.Tx, *incident.Incident, *Exclusion) error) error {
	return d.act(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		e, err := exclusions.Get(tx, ledger.K(i.ID, seq))
		if err != nil {
			return orNotFound(err, "There is no exclusion %d.", seq)
		}
		if err := fn(tx, i, &e); err != nil {
			return err
		}
		return exclusions.Put(tx, ledger.K(i.ID, seq), e)
	})
}

// Exclusions gives those of an incident, newest first. They name people.
func (d *Desk) Exclusions(ctx context.Context, p incident.Principal, ref string) ([]Exclusion, error) {
	var out []Exclusion
	err := d.read(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) (err error) {
		out, err = exclusionsOf(tx, i.ID)
		slices.Reverse(out)
		return err
	})
	return out, err
}

func exclusionsOf(tx *ledger.Tx, id string) ([]Exclusion, error) {
	var out []Exclusion
	err := exclusions.Scan(tx, ledger.K(id), func(_ ledger.Key, e Exclusion) error {
		out = append(out, e)
		return nil
	})
	return out, err
}

// Excluded gives what says whether somebody is left out of the mailings of an
// incident: the reason, or "".
func Excluded(tx *ledger.Tx, id string) (func(*affected.Person) string, error) {
	all, err := exclusionsOf(tx, id)
	if err != nil {
		return nil, err
	}
	return excluder(slices.DeleteFunc(all, func(e Exclusion) bool { return !e.InForce() })), nil
}

func excluder(list []Exclusion) func(*affected.Person) string {
	ids, mails, domains := map[string]string{}, map[string]string{}, map[string]string{}
	put := func(to map[string]string, names []string, reason string) {
		for _, n := range names {
			if to[n] == "" {
				to[n] = reason
			}
		}
	}
	for n := range list {
		e := &list[n]
		put(ids, e.CustomerIDs, e.Reason())
		put(mails, e.Emails, e.Reason())
		put(domains, e.Domains, e.Reason())
	}
	return func(p *affected.Person) string {
		if len(ids) > 0 && p.CustomerID != "" {
			if why := ids[strings.ToLower(p.CustomerID)]; why != "" {
				return why
			}
		}
		if len(mails)+len(domains) == 0 || p.Email == "" {
			return ""
		}
		mail := strings.ToLower(p.Email)
		if why := mails[mail]; why != "" {
			return why
		}
		_, domain, _ := strings.Cut(mail, "@")
		return domains[domain]
	}
}

// Recipients says of the list in force how many get a letter, and how many are
// left out by reason: together they are all of them.
func (d *Desk) Recipients(ctx context.Context, p incident.Principal, ref string) (people int, left map[string]int, err error) {
	var id string
	var roster *incident.Roster
	var all []Exclusion
	if err := d.read(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) (err error) {
		id = i.ID
		if roster, err = CurrentRoster(tx, i.ID); err != nil {
			return err
		}
		all, err = exclusionsOf(tx, i.ID)
		return err
	}); err != nil || roster == nil {
		return 0, nil, err
	}
	all = slices.DeleteFunc(all, func(e Exclusion) bool { return !e.InForce() })
	if len(all) == 0 {
		return roster.People, nil, nil
	}
	if left, err = d.countExcluded(ctx, id, roster, all); err != nil {
		return 0, nil, err
	}
	for n := range all {
		if e := &all[n]; e.Kind == KindNotCounted && e.Roster == roster.Object {
			left[NotCounted] = e.People
		}
	}
	people = roster.People
	for _, n := range left {
		people -= n
	}
	return people, left, err
}

// LeftOutDigest is of everything that keeps somebody from being written to or
// corrects what is said of them: exclusions, restrictions, corrections.
func LeftOutDigest(tx *ledger.Tx, id string) (string, error) {
	list, err := exclusionsOf(tx, id)
	if err != nil {
		return "", err
	}
	marks, err := marksOf(tx, id)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	if err := json.NewEncoder(sum).Encode([]any{list, marks}); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
