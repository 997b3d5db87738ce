package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"

	"tocsin/incident"
	"tocsin/incident/affected"
)

// countExcluded counts by reason whom the exclusions leave out of a list. A
// count is kept: neither the list nor an exclusion in force changes.
func (d *Desk) countExcluded(ctx context.Context, id string, roster *incident.Roster, list []Exclusion) (map[string]int, error) {
	sum := sha256.New()
	if err := json.NewEncoder(sum).Encode(list); err != nil {
		return nil, err
	}
	key := roster.Object + hex.EncodeToString(sum.Sum(nil))
	if n, ok := d.running.counted(key); ok {
		return maps.Clone(n), nil
	}
	why, out := excluder(list), map[string]int{}
	each := func(person *affected.Person) {
		if reason := why(person); reason != "" {
			out[reason]++
		}
	}
	named, few := namedIn(list)
	if few {
		if err := d.eachMatch(ctx, id, roster.Object, named, nil, func(_ int, person affected.Person) error {
			each(&person)
			return nil
		}); err != nil {
			return nil, err
		}
	} else if err := d.everybody(ctx, id, roster.Object, each); err != nil {
		return nil, err
	}
	d.running.keepCount(key, maps.Clone(out))
	return out, nil
}

// fewNamed is how many people are looked up one by one; where there are more, or
// whole domains are meant, reading the list is quicker.
const fewNamed = 500

// namedIn are the keys by which exclusions name people; few reports whether they
// are all that the exclusions say.
func namedIn(list []Exclusion) (keys []lookup, few bool) {
	for n := range list {
		e := &list[n]
		if len(e.Domains) > 0 || len(keys)+len(e.CustomerIDs)+len(e.Emails) > fewNamed {
			return nil, false
		}
		for _, id := range e.CustomerIDs {
			keys = append(keys, lookup{"customer_id", id})
		}
		for _, mail := range e.Emails {
			keys = append(keys, lookup{"email", mail})
		}
	}
	return keys, true
}

// everybody calls fn for everyone of a list.
func (d *Desk) everybody(ctx context.Context, id, object string, fn func(*affected.Person)) error {
	file, err := d.vault.Open(ctx, id, object)
	if err != nil {
		return err
	}
	defer file.Close()
	for person, err := range affected.ReadRoster(bufferedList(file)) {
		if err != nil {
			return err
		}
		fn(&person)
	}
	return nil
}
