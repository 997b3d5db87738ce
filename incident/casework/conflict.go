package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
)

// Ruling is what a person decided about one row that could mean several
// people. It is about the row and the directory, so it holds for every run of the
// same files. Nothing is merged by it.
type Ruling struct {
	Path   string    `json:"path"`
	Member string    `json:"member,omitempty"` // the file, where Path is an archive's
	Line   uint64    `json:"line"`
	Person int64     `json:"person"`         // number of the directory's row; 0: nobody
	Skip   bool      `json:"skip,omitempty"` // looked at and left as it is
	Why    string    `json:"why"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

var rulings = ledger.NewCaseTable[Ruling]("rulings") // incident, directory's SHA-256, file's SHA-256, line, and the file of an archive

// decisionsFor gives what was decided about the run's files, for the engine,
// and a digest of it.
func (d *Desk) decisionsFor(ctx context.Context, incidentID string, r *Resolution) (out []affected.Decision, digest string, err error) {
	err = d.db.View(ctx, func(tx *ledger.Tx) error {
		out, digest, err = decisionsOn(tx, incidentID, r.Files[0].SHA256, r.Files[1:])
		return err
	})
	return out, digest, err
}

func decisionsOn(tx *ledger.Tx, incidentID, directory string, files []ResolutionFile) ([]affected.Decision, string, error) {
	var out []affected.Decision
	sum := sha256.New()
	for n := range files {
		f := &files[n]
		err := rulings.Scan(tx, ledger.K(incidentID, directory, f.SHA256), func(_ ledger.Key, r Ruling) error {
			if !r.Skip {
				out = append(out, affected.Decision{Place: affected.Place{Path: f.at(r.Member), Line: r.Line}, Person: r.Person})
				fmt.Fprintf(sum, "%s%s %d %d\n", f.SHA256, r.Member, r.Line, r.Person)
			}
			return nil
		})
		if err != nil {
			return nil, "", err
		}
	}
	if len(out) == 0 {
		return nil, "", nil
	}
	return out, hex.EncodeToString(sum.Sum(nil)), nil
}

// Queue is a page of the conflicts of a run, put together, and how far the work on all is.
type Queue struct {
	Clusters []QueuedCluster
	Next     int // where the next page begins; 0: this was the last
	Total    int // clusters in all
	Rows     int // conflicts in all
	Decided  int // clusters every row of which has a ruling
	Skipped  int
	Pending  int // rulings that the list does not take into account yet
}

// QueuedCluster is one of them. It is named by the lowest of its people's numbers.
type QueuedCluster struct {
	affected.Cluster
	Numbers []int64          // of its first people
	Places  []affected.Place // of its first rows
	State   string           // open, decided or skipped
}

// firstShown bounds how many people and rows of each cluster a page of the queue names.
const firstShown = 20

// QueuePage says which of the clusters are wanted.
type QueuePage struct {
	From  int    // place in the queue, from 0
	Most  int    // how many; 0: only the numbers
	State string // open, decided or skipped; "" for all
	After int64  // the cluster of this name was the last one seen; instead of From
}

// Conflicts gives a page of the queue of a run that has a list, most rows first.
// Errors: NotFound where no cluster is called page.After.
func (d *Desk) Conflicts(ctx context.Context, p incident.Principal, ref, id string, page QueuePage) (*Queue, error) {
	c, err := d.lookAt(ctx, p, ref, id)
	if err != nil {
		return nil, err
	}
	var out *Queue
	err = d.queue(ctx, c, func(q *affected.Queue, states map[int]string) (err error) {
		out, err = c.page(q, states, page)
		return err
	})
	return out, err
}

// queue calls fn with the conflicts of a run and the states of those that are
// not open, by their place.
func (d *Desk) queue(ctx context.Context, c *looking, fn func(*affected.Queue, map[int]string) error) error {
	return d.lists.queue(ctx, c.incident, c.run.Roster.Reports["conflicts.csv"], func(q *affected.Queue) error {
		states, err := c.states(q)
		if err != nil {
			return err
		}
		return fn(q, states)
	})
}

func (c *looking) page(q *affected.Queue, states map[int]string, page QueuePage) (*Queue, error) {
	out := &Queue{Total: q.Len(), Rows: q.Conflicts()}
	for _, state := range states {
		if state == "decided" {
			out.Decided++
		} else {
			out.Skipped++
		}
	}
	if c.digest != c.run.Decisions {
		out.Pending = len(c.decisions)
	}
	from := max(0, page.From)
	if page.After > 0 {
		at, err := q.Find(page.After)
		if err != nil {
			return nil, err
		}
		from = at + 1
	}
	for n := from; n < q.Len() && page.Most > 0; n++ {
		state := stateAt(states, n)
		if page.State != "" && state != page.State {
			continue
		}
		if len(out.Clusters) == page.Most {
			out.Next = n
			break
		}
		k, err := q.At(n)
		if err != nil {
			return nil, err
		}
		one := QueuedCluster{Cluster: k, State: state}
		if one.Numbers, err = q.People(&k, firstShown); err != nil {
			return nil, err
		}
		rows, err := q.Rows(&k, 0, firstShown)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			one.Places = append(one.Places, row.Place)
		}
		out.Clusters = append(out.Clusters, one)
	}
	return out, nil
}

func stateAt(states map[int]string, n int) string {
	if s := states[n]; s != "" {
		return s
	}
	return "open"
}

// looking is a listed run with what was decided about its files.
type looking struct {
	incident  string
	run       Resolution
	rulings   map[affected.Place]Ruling
	decisions []affected.Decision
	digest    string
}

func (d *Desk) lookAt(ctx context.Context, p incident.Principal, ref, id string) (*looking, error) {
	c := &looking{rulings: map[affected.Place]Ruling{}}
	err := d.read(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		var err error
		c.incident = i.ID
		if c.run, err = resolutionOf(tx, i, id); err != nil {
			return err
		}
		if !c.run.Listed() {
			return incident.Errorf(incident.Conflict, "This run has no list.")
		}
		if err := c.run.ownFiles(); err != nil {
			return err
		}
		for n := range c.run.Files[1:] {
			f := &c.run.Files[n+1]
			err := rulings.Scan(tx, ledger.K(i.ID, c.run.Files[0].SHA256, f.SHA256), func(_ ledger.Key, r Ruling) error {
				c.rulings[affected.Place{Path: f.at(r.Member), Line: r.Line}] = r
				return nil
			})
			if err != nil {
				return err
			}
		}
		c.decisions, c.digest, err = decisionsOn(tx, i.ID, c.run.Files[0].SHA256, c.run.Files[1:])
		return err
	})
	return c, err
}

// states are those of the clusters all of whose rows have a ruling: decided, or
// skipped where one of the rulings leaves its row as it is.
func (c *looking) states(q *affected.Queue) (map[int]string, error) {
	ruled, out := map[int]int{}, map[int]string{}
	for place, r := range c.rulings {
		n, err := q.ClusterOf(place)
		if err != nil {
			return nil, err
		}
		if n < 0 {
			continue // it is about another run of the same files
		}
		if ruled[n]++; r.Skip {
			out[n] = "skipped"
		}
	}
	for n, rows := range ruled {
		k, err := q.At(n)
		if err != nil {
			return nil, err
		}
		switch {
		case rows < k.Rows:
			delete(out, n)
		case out[n] == "":
			out[n] = "decided"
		}
	}
	return out, nil
}

// Conflicting is one cluster, masked: the rows and the people they could mean, side by side.
type Conflicting struct {
	State  string
	Why    map[string]int
	People []MaskedPerson
	Rows   []MaskedRow
	More   int // rows that are not shown
	// MorePeople are people who are not shown; whoever is meant may be among them.
	MorePeople int
	Next       int64
	Columns    []string // of the people, our names
}

// MaskedPerson is a row of the directory.
type MaskedPerson struct {
	Person int64
	Line   uint64
	Values []string // masked, by Conflicting.Columns
}

// MaskedRow is a row that is a conflict.
type MaskedRow struct {
	Place    affected.Place
	FileName string
	Why      string
	Names    []string // of the keys, our names
	Values   []string // masked
	Fits     [][]bool // by key, then person: whether theirs is the same
	Goes     int64    // to whom it goes unless somebody decides
	Ruling   *Ruling
}

// rowsShown bounds how many rows of a cluster one page has.
const rowsShown = 50

// Conflict gives one cluster. It reads the files again: nothing that names
// people is kept for it.
func (d *Desk) Conflict(ctx context.Context, p incident.Principal, ref, id string, cluster int64) (*Conflicting, error) {
	c, err := d.lookAt(ctx, p, ref, id)
	if err != nil {
		return nil, err
	}
	var out *Conflicting
	var numbers []int64
	var rows []affected.Conflict
	err = d.queue(ctx, c, func(q *affected.Queue, states map[int]string) error {
		at, err := q.Find(cluster)
		if err != nil {
			return err
		}
		k, err := q.At(at)
		if err != nil {
			return err
		}
		out = &Conflicting{State: stateAt(states, at), Why: k.Why, More: max(0, k.Rows-rowsShown), MorePeople: max(0, k.People-rowsShown)}
		if out.Next, err = nextOpen(q, states, at); err != nil {
			return err
		}
		if numbers, err = q.People(&k, rowsShown); err != nil {
			return err
		}
		rows, err = q.Rows(&k, 0, rowsShown)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, name := range append([]string{"customer_id", "name", "given_name", "family_name", "birth_date", "email", "phone", "postal_address", "street", "house_number", "postal_code", "city", "country", "region"}, affected.MatchKeys()...) {
		if c.run.Spec.Directory.Columns[name] != "" && !slices.Contains(out.Columns, name) {
			out.Columns = append(out.Columns, name)
		}
	}
	from := vaultFiles{d.vault, c.incident, c.run.Files}
	return out, d.withRows(ctx, c.incident, &c.run, func(index *affected.RowIndexes) error {
		opt := affected.Options{Rows: index}
		people, err := affected.DirectoryRows(ctx, c.run.Spec, from, numbers, out.Columns, opt)
		if err != nil {
			return err
		}
		out.People, out.Rows = nil, nil
		for _, one := range people {
			m := MaskedPerson{Person: one.Person, Line: one.Place.Line}
			for n, value := range one.Values {
				m.Values = append(m.Values, maskAs(out.Columns[n], value))
			}
			out.People = append(out.People, m)
		}
		return c.showRows(ctx, from, rows, people, out, opt)
	})
}

// nextOpen names the open cluster that follows one; 0 where no other is open.
func nextOpen(q *affected.Queue, states map[int]string, at int) (int64, error) {
	for n := 1; n < q.Len(); n++ {
		if other := (at + n) % q.Len(); states[other] == "" {
			k, err := q.At(other)
			return k.First, err
		}
	}
	return 0, nil
}

// showRows reads the rows themselves and compares their keys with the people's.
func (c *looking) showRows(ctx context.Context, from vaultFiles, rows []affected.Conflict, people []affected.Row, out *Conflicting, opt affected.Options) error {
	for n := range c.run.Spec.Exposures {
		e, f := &c.run.Spec.Exposures[n], &c.run.Files[n+1]
		var places []affected.Place
		for _, r := range rows {
			if _, ok := f.within(r.Path); ok {
				places = append(places, r.Place)
			}
		}
		if len(places) == 0 {
			continue
		}
		columns, have, err := affected.ExposedRows(ctx, c.run.Spec, from, n, places, opt)
		if err != nil {
			return err
		}
		for _, row := range have {
			at := slices.IndexFunc(rows, func(r affected.Conflict) bool { return r.Place == row.Place })
			m := MaskedRow{Place: row.Place, FileName: f.title(row.Place.Path), Why: rows[at].Why, Goes: rows[at].Person}
			if r, ok := c.rulings[row.Place]; ok {
				m.Ruling = &r
			}
			for _, keys := range []map[string]string{e.Match, e.Check} {
				for _, name := range sortedNames(keys) {
					value := row.Values[slices.Index(columns, keys[name])]
					m.Names, m.Values = append(m.Names, name), append(m.Values, maskAs(name, value))
					var fits []bool
					for _, one := range people {
						at := slices.Index(out.Columns, name)
						fits = append(fits, at >= 0 && affected.Alike(name, value, one.Values[at]))
					}
					m.Fits = append(m.Fits, fits)
				}
			}
			out.Rows = append(out.Rows, m)
		}
	}
	return nil
}

func sortedNames(m map[string]string) []string {
	var out []string
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// maskAs masks a value of one of our columns.
func maskAs(column, value string) string {
	switch column {
	case "country", "region", "last_country", "last_region":
		return affected.Mask(affected.CountryShape, value)
	}
	return affected.Mask(affected.TextShape, value)
}
