package casework

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// putRoster puts a counted list in force and tells the reactors.
func (d *Desk) putRoster(tx *ledger.Tx, i *incident.Incident, r *incident.Roster) error {
	n, err := tx.Sequence("rosters-" + i.ID)
	if err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	r.ID, r.Seq, r.SettledAt, r.SettledBy = id.String(), int(n), tx.Now(), tx.By().ID
	tx.Record("roster.settle", "roster/"+r.ID)
	if err := rosters.Put(tx, ledger.K(i.ID, r.Seq), *r); err != nil {
		return err
	}
	text := fmt.Sprintf("Affected people settled: %d people in %d jurisdictions", r.People, len(r.ByJurisdiction))
	if err := WriteTimeline(tx, i, "roster.settle", "roster/"+r.ID, text); err != nil {
		return err
	}
	return d.react(func(re Reactor) error { return re.RosterSettled(tx, i, *r) })
}

// count reads the list back from the vault and counts it, so that the numbers
// the law is asked with are those of the very list that will be written to.
func (d *Desk) count(ctx context.Context, id string, r *incident.Roster) error {
	list, err := d.vault.Open(ctx, id, r.Object)
	if err != nil {
		return err
	}
	defer list.Close()
	type group struct{ jurisdiction, elements, groups string }
	people := map[group]int{}
	r.People, r.ByJurisdiction, r.ByElement, r.ByJurisdictionElement = 0, map[string]int{}, map[string]int{}, map[string]map[string]int{}
	r.Groups, r.BySources = nil, map[string]int{}
	for p, err := range affected.ReadRoster(bufferedList(list)) {
		if err != nil {
			return err
		}
		r.People++
		people[group{p.Jurisdiction(), p.Elements.String(), strings.Join(p.Groups, "+")}]++
		r.BySources[strings.Join(p.Sources, "+")]++
		if r.People%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	for g, n := range people {
		elements, ok := affected.ParseElements(g.elements)
		if !ok {
			return incident.Errorf(incident.Invalid, "The list of affected people names elements that this version does not know.")
		}
		names := elements.Names()
		one := incident.RosterGroup{Jurisdiction: g.jurisdiction, Elements: names, People: n}
		if g.groups != "" {
			one.Groups = strings.Split(g.groups, "+")
		}
		r.Groups = append(r.Groups, one)
		r.ByJurisdiction[g.jurisdiction] += n
		if r.ByJurisdictionElement[g.jurisdiction] == nil {
			r.ByJurisdictionElement[g.jurisdiction] = map[string]int{}
		}
		for _, e := range names {
			r.ByElement[e] += n
			r.ByJurisdictionElement[g.jurisdiction][e] += n
		}
	}
	slices.SortFunc(r.Groups, func(a, b incident.RosterGroup) int {
		return cmp.Or(cmp.Compare(a.Jurisdiction, b.Jurisdiction), slices.Compare(a.Elements, b.Elements), slices.Compare(a.Groups, b.Groups))
	})
	return nil
}

// CurrentRoster is the newest settled roster; nil where there is none.
func CurrentRoster(tx *ledger.Tx, id string) (*incident.Roster, error) {
	var out *incident.Roster
	err := rosters.ScanBack(tx, ledger.K(id), func(_ ledger.Key, r incident.Roster) error {
		out = &r
		return ledger.Stop
	})
	return out, err
}

// Rosters gives every settled roster, newest first.
func (d *Desk) Rosters(ctx context.Context, p incident.Principal, ref string) ([]incident.Roster, error) {
	var out []incident.Roster
	err := d.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		return rosters.ScanBack(tx, ledger.K(i.ID), func(_ ledger.Key, r incident.Roster) error {
			out = append(out, r)
			return nil
		})
	})
	return out, err
}

// OpenRoster gives the bytes of the roster in force, or of one of its reports,
// and records that it was read: it names people. name is people.csv,
// unmatched.csv or rejected.csv. Of people who are restricted, whoever handles no
// requests gets an empty row.
func (d *Desk) OpenRoster(ctx context.Context, p incident.Principal, ref, name string) (io.ReadCloser, error) {
	var id, object string
	var hide *Marks
	err := d.act(ctx, p, ref, incident.SeeRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		r, err := CurrentRoster(tx, i.ID)
		if err != nil {
			return err
		}
		if r == nil {
			return incident.Errorf(incident.NotFound, "No list of affected people has been settled yet.")
		}
		id, object = i.ID, r.Object
		if name != "people.csv" {
			if object = r.Reports[name]; object == "" {
				return incident.Errorf(incident.NotFound, "There is no report %q.", clip(name, 40))
			}
		}
		if name == "people.csv" {
			if hide, err = hidden(tx, p, i); err != nil {
				return err
			}
		}
		tx.Record("roster.read", "roster/"+r.ID)
		return WriteTimeline(tx, i, "roster.read", "roster/"+r.ID, "List of affected people read: "+name)
	})
	if err != nil {
		return nil, err
	}
	list, err := d.vault.Open(ctx, id, object)
	if err != nil || hide == nil {
		return list, err
	}
	return hide.without(list)
}

// OpenReport gives a report of a run that has a list, settled or not, and
// records that it was read: unmatched.csv holds keys of people.
func (d *Desk) OpenReport(ctx context.Context, p incident.Principal, ref, id, name string) (io.ReadSeekCloser, error) {
	var scope, object string
	err := d.act(ctx, p, ref, incident.SeeRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		r, err := resolutionOf(tx, i, id)
		if err != nil {
			return err
		}
		if r.Listed() {
			object = r.Roster.Reports[name]
		}
		if object == "" {
			return incident.Errorf(incident.NotFound, "There is no report %q.", clip(name, 40))
		}
		scope = i.ID
		tx.Record("roster.read", "resolution/"+r.ID)
		return WriteTimeline(tx, i, "roster.read", "resolution/"+r.ID, fmt.Sprintf("Report of run %d read: %s", r.Seq, name))
	})
	if err != nil {
		return nil, err
	}
	return d.vault.Open(ctx, scope, object)
}
