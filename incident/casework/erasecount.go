package casework

import (
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// countOut takes one person out of a list's counts, and adds them to those erased.
// The list is not counted anew: the numbers are those it was settled with, less one.
func countOut(r *incident.Roster, p *affected.Person) {
	j, names := p.Jurisdiction(), p.Elements.Names()
	less := func(m map[string]int, key string) {
		if m == nil {
			return
		}
		if m[key]--; m[key] <= 0 {
			delete(m, key)
		}
	}
	r.People--
	r.Erased++
	less(r.ByJurisdiction, j)
	less(r.BySources, strings.Join(p.Sources, "+"))
	for _, e := range names {
		less(r.ByElement, e)
		less(r.ByJurisdictionElement[j], e)
	}
	if len(r.ByJurisdictionElement[j]) == 0 {
		delete(r.ByJurisdictionElement, j)
	}
	for n := range r.Groups {
		g := &r.Groups[n]
		if g.Jurisdiction != j || !slices.Equal(g.Elements, names) || strings.Join(g.Groups, "+") != strings.Join(p.Groups, "+") {
			continue
		}
		if g.People--; g.People <= 0 {
			r.Groups = slices.Delete(r.Groups, n, n+1)
		}
		return
	}
}

// forgetExcluded takes a person out of exclusions that name them. How many an
// exclusion was about stays as it was approved.
func forgetExcluded(tx *ledger.Tx, id string, places []ListPlace) error {
	gone := map[string]bool{}
	for _, at := range places {
		for _, s := range []string{at.Person.CustomerID, at.Person.Email} {
			gone[strings.ToLower(s)] = s != ""
		}
	}
	named := func(s string) bool { return gone[strings.ToLower(s)] }
	all, err := exclusionsOf(tx, id)
	if err != nil {
		return err
	}
	for _, e := range all {
		ids, mails := slices.DeleteFunc(slices.Clone(e.CustomerIDs), named), slices.DeleteFunc(slices.Clone(e.Emails), named)
		if len(ids) == len(e.CustomerIDs) && len(mails) == len(e.Emails) {
			continue
		}
		e.CustomerIDs, e.Emails = ids, mails
		if err := exclusions.Put(tx, ledger.K(id, e.Seq), e); err != nil {
			return err
		}
	}
	return nil
}

// excludedIn gives the exclusions that name a person, for the copy they are given.
func excludedIn(tx *ledger.Tx, id string, places []ListPlace) ([]Holding, error) {
	var out []Holding
	all, err := exclusionsOf(tx, id)
	for n := range all {
		why := excluder(all[n : n+1])
		if slices.ContainsFunc(places, func(at ListPlace) bool { return why(&at.Person) != "" }) {
			e := &all[n]
			h := Holding{Kind: "left out of mailings", At: e.ProposedAt.Format("2006-01-02"), Values: map[string]string{"reason": incident.ChoiceLabel(ExclusionKinds(), e.Kind), "in force": yesNo(e.InForce())}}
			out = append(out, h)
		}
	}
	return out, err
}

func yesNo(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}
