package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/keys"
	"tocsin/incident/ledger"
)

// finder looks for a person in one incident.
type finder struct {
	d *Desk
	s *search
	i *incident.Incident
	q PersonQuery

	lists   []incident.Roster
	sources []Resolution
	marks   []PersonMark
	key     *keys.Key

	byDirectory []Subject // who the directory says has this phone
}

func (f *finder) all(ctx context.Context, p incident.Principal) error {
	if err := f.open(ctx, p); err != nil || len(f.lists) == 0 {
		return err // exclusions and exhibits were looked at on the way
	}
	if err := f.directory(ctx); err != nil {
		return err
	}
	hits := map[Subject]*PersonHit{}
	var order []Subject
	places := map[Subject][]ListPlace{}
	keys := f.lookups()
	for n, list := range f.lists {
		err := f.d.eachMatch(ctx, f.i.ID, list.Object, keys, f.read, func(line int, row affected.Person) error {
			why, sure := f.matches(&row)
			if why == "" {
				return nil
			}
			who := subjectOf(f.i.ID, &row)
			places[who] = append(places[who], ListPlace{List: list.Seq, Object: list.Object, Line: line, Person: row})
			if hits[who] != nil {
				return nil
			}
			if len(order) >= maxHits {
				return ledger.Stop
			}
			text := fmt.Sprintf("list %d, row %d", list.Seq, line)
			if n == 0 {
				text += ", in force"
			}
			hits[who] = &PersonHit{Number: f.i.Number, Incident: f.i.ID, Where: "list", Text: text, Sure: sure, Why: why, Person: row}
			order = append(order, who)
			return nil
		})
		if err != nil && err != ledger.Stop {
			return err
		}
	}
	kept := order[:0:0]
	for _, who := range order {
		can, err := f.namesake(ctx, hits[who])
		if err != nil {
			return err
		}
		if can {
			kept = append(kept, who)
		}
	}
	return f.d.db.View(ctx, func(tx *ledger.Tx) error {
		for _, who := range kept {
			h := hits[who]
			h.Marked = slices.ContainsFunc(f.marks, func(m PersonMark) bool { return m.Who == who && m.LiftedAt == nil })
			var err error
			if h.Held, err = excludedIn(tx, f.i.ID, places[who]); err != nil {
				return err
			}
			if err := f.d.holders(func(held Holder) error {
				got, err := held.HeldOn(tx, f.i, f.key, places[who])
				for k := range got {
					got[k].Subject, got[k].Text = "", "" // a letter's text is for the copy
				}
				h.Held = append(h.Held, got...)
				return err
			}); err != nil {
				return err
			}
			f.s.hit(*h)
		}
		return nil
	})
}

func (f *finder) read(rows int) {
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	f.s.state.Rows += rows
}

// open reads what there is to search, newest list first, each only once; and
// exhibits by their names, which is all that is searched of them.
func (f *finder) open(ctx context.Context, p incident.Principal) error {
	var err error
	if f.key, err = f.d.db.DataKey(ctx, f.i.ID); err != nil {
		return err
	}
	return f.d.db.View(ctx, func(tx *ledger.Tx) error {
		if _, err := rightCase(tx, p, f.i.ID, incident.FindPerson); err != nil {
			return err
		}
		seen := map[string]bool{}
		if err := rosters.ScanBack(tx, ledger.K(f.i.ID), func(_ ledger.Key, r incident.Roster) error {
			if !seen[r.Object] {
				f.lists = append(f.lists, r)
			}
			seen[r.Object] = true
			return nil
		}); err != nil {
			return err
		}
		if f.marks, err = marksOf(tx, f.i.ID); err != nil {
			return err
		}
		if err := resolutions.ScanBack(tx, ledger.K(f.i.ID), func(_ ledger.Key, r Resolution) error {
			if r.Listed() {
				f.sources = append(f.sources, r)
			}
			return nil
		}); err != nil {
			return err
		}
		excluded, err := exclusionsOf(tx, f.i.ID)
		if err != nil {
			return err
		}
		who := affected.Person{CustomerID: f.q.CustomerID, Email: f.q.Email}
		for n := range excluded {
			e := excluded[n]
			e.Domains = nil // of everybody at an address, and of nobody by name
			if excluder([]Exclusion{e})(&who) != "" {
				f.s.hit(PersonHit{Number: f.i.Number, Incident: f.i.ID, Where: "exclusion", Sure: true, Why: "named in an exclusion", Text: fmt.Sprintf("exclusion %d from mailings", e.Seq)})
			}
		}
		return exhibits.Scan(tx, ledger.K(f.i.ID), func(_ ledger.Key, e incident.Evidence) error {
			if e.Privileged != nil || e.Destroyed || !f.named(e.FileName+" "+e.Title) {
				return nil
			}
			f.s.hit(PersonHit{Number: f.i.Number, Incident: f.i.ID, Where: "evidence", Why: "the name of a file",
				Text: fmt.Sprintf("evidence %d has the person in its name; what is inside evidence is not searched", e.Number)})
			return nil
		})
	})
}

func (f *finder) named(name string) bool {
	name = strings.ToLower(name)
	for _, s := range []string{f.q.CustomerID, f.q.Email, f.q.Name} {
		if s = strings.ToLower(s); len(s) >= 4 && strings.Contains(name, s) {
			return true
		}
	}
	return false
}

func (f *finder) lookups() []lookup {
	var out []lookup
	for _, k := range []lookup{{"customer_id", f.q.CustomerID}, {"email", f.q.Email}, {"name", f.q.Name}} {
		if k.value != "" {
			out = append(out, k)
		}
	}
	for _, s := range f.byDirectory {
		out = append(out, s.lookups()...)
	}
	for _, m := range f.marks { // who was corrected stands in the list as they were
		if m.Kind == Correction && f.corrected(&m) {
			out = append(out, m.Who.lookups()...)
		}
	}
	return out
}

func (f *finder) corrected(m *PersonMark) bool {
	return f.q.Email != "" && strings.EqualFold(m.Now["email"], f.q.Email) || sameName(m.Now["name"], f.q.Name)
}

// matches says why a row is the person; empty where it is not.
func (f *finder) matches(row *affected.Person) (why string, sure bool) {
	switch {
	case f.q.CustomerID != "" && row.CustomerID == f.q.CustomerID:
		return "customer id", true
	case f.q.Email != "" && strings.EqualFold(row.Email, f.q.Email):
		return "e-mail address", true
	case slices.ContainsFunc(f.byDirectory, func(s Subject) bool { return s.Is(row) }):
		return "phone number in the directory", true
	case slices.ContainsFunc(f.marks, func(m PersonMark) bool { return m.Kind == Correction && f.corrected(&m) && m.Who.Is(row) }):
		return "a corrected value", true
	case sameName(row.Name, f.q.Name):
		return "name alone", false
	}
	return "", false
}

// directory asks the customer directories that lists were made from who has the
// phone number: lists hold none. Where there is no directory any more, or it has
// no such column, the list alone is searched.
func (f *finder) directory(ctx context.Context) error {
	if f.q.Phone == "" {
		return nil
	}
	for _, r := range f.sources {
		if r.Spec.Directory.Columns["phone"] == "" {
			continue
		}
		var got affected.Explanation
		err := f.d.withRows(ctx, f.i.ID, &r, func(rows *affected.RowIndexes) (err error) {
			got, err = affected.Explain(ctx, r.Spec, vaultFiles{f.d.vault, f.i.ID, r.Files}, affected.Asked{Key: "phone", Value: f.q.Phone}, affected.Options{Rows: rows})
			return err
		})
		if k := incident.KindOf(err); err != nil && k != incident.NotFound && k != incident.Invalid {
			return err
		}
		for _, at := range got.People {
			if at.Asked {
				f.byDirectory = append(f.byDirectory, subjectOf(f.i.ID, &affected.Person{CustomerID: at.ID, Email: at.Email, Name: at.Name}))
			}
		}
	}
	return nil
}

// namesake looks a person who was found by name alone up in the directories, for
// the birth date. It reports whether they can be the one who is looked for.
func (f *finder) namesake(ctx context.Context, h *PersonHit) (bool, error) {
	if h.Sure || f.q.BirthDate == "" {
		return true, nil
	}
	for _, r := range f.sources {
		columns := r.Spec.Directory.Columns
		asked := affected.Asked{Key: "customer_id", Value: h.Person.CustomerID}
		if asked.Value == "" {
			asked = affected.Asked{Key: "email", Value: h.Person.Email}
		}
		if asked.Value == "" || columns[asked.Key] == "" || columns["birth_date"] == "" {
			continue
		}
		files := vaultFiles{f.d.vault, f.i.ID, r.Files}
		var rows []affected.Row
		err := f.d.withRows(ctx, f.i.ID, &r, func(index *affected.RowIndexes) error {
			opt := affected.Options{Rows: index}
			got, err := affected.Explain(ctx, r.Spec, files, asked, opt)
			if err != nil {
				return err
			}
			var people []int64
			for _, at := range got.People {
				if at.Asked {
					people = append(people, at.Person)
				}
			}
			rows, err = affected.DirectoryRows(ctx, r.Spec, files, people, []string{"birth_date"}, opt)
			return err
		})
		if k := incident.KindOf(err); k == incident.NotFound && err != nil {
			continue
		} else if err != nil {
			return true, err
		}
		for _, row := range rows {
			switch born, known := bornOn(row.Values[0], f.q.BirthDate); {
			case born:
				h.Sure, h.Why = true, "name, and birth date in the directory"
				return true, nil
			case known:
				return false, nil
			}
		}
	}
	return true, nil
}

// bornOn compares a directory's birth date with one written YYYY-MM-DD. Where day
// and month can be read both ways either will do: a person decides.
func bornOn(value, want string) (same, known bool) {
	value = strings.TrimSpace(value)
	value, _, _ = strings.Cut(value, "T")
	for _, layout := range []string{time.DateOnly, "20060102", "2006/01/02", "02.01.2006", "2.1.2006", "02/01/2006", "2/1/2006", "01/02/2006", "1/2/2006", "02-01-2006", "2 Jan 2006", "2 January 2006", "January 2, 2006"} {
		t, err := time.Parse(layout, value)
		if err == nil && t.Format(time.DateOnly) == want {
			return true, true
		}
		known = known || err == nil
	}
	return false, known
}
