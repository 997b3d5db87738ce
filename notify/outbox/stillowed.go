package outbox

import (
	"maps"
	"slices"
	"strings"

	"tocsin/incident/ledger"
)

// noLetter begins the reason of those who are left out because no letter for
// where they live was approved.
const noLetter = "no approved letter for "

// noFurther is the reason of those whom a mailing of further letters has none for.
const noFurther = "one letter meets every law that protects them"

// unreached lists the places whose people a mailing left out for want of a
// letter, and that no mailing has had a letter for since.
func unreached(tx *ledger.Tx, id string) ([]string, error) {
	out := map[string]bool{}
	err := mailings.Scan(tx, ledger.K(id), func(_ ledger.Key, m Mailing) error {
		if m.Series > 0 {
			return nil
		}
		for place := range out {
			for _, l := range m.Letters {
				if covered(l.Covers, place) {
					delete(out, place)
				}
			}
		}
		for reason := range m.Excluded {
			if place, ok := strings.CutPrefix(reason, noLetter); ok {
				out[place] = true
			}
		}
		return nil
	})
	return slices.Sorted(maps.Keys(out)), err
}

// furtherOwed are the duties that no first letter meets and whose further letter
// is not through yet: that people were told of the first does not meet them.
func furtherOwed(tx *ledger.Tx, id string) (map[string]bool, error) {
	all, err := draftsOf(tx, id)
	if err != nil {
		return nil, err
	}
	out, met := map[string]bool{}, map[string]bool{}
	for n := range all {
		d := &all[n]
		if d.Series == 0 {
			continue
		}
		sent := false
		if d.Released != nil {
			m, err := mailingOf(tx, id, d.Released.Mailing)
			if err != nil {
				return nil, err
			}
			sent = m.State == MailingDone && m.Counts.Uncertain == 0 && m.Counts.Accepted+m.Counts.Withheld > 0
		}
		for _, o := range d.Obligations {
			out[o], met[o] = true, met[o] || sent
		}
	}
	maps.DeleteFunc(out, func(o string, _ bool) bool { return met[o] })
	return out, nil
}
