package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
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
	Line   uint64    `json:"line"`
	Person int64     `json:"person"`         // number of the directory's row; 0: nobody
	Skip   bool      `json:"skip,omitempty"` // looked at and left as it is
	Why    string    `json:"why"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

var rulings = ledger.NewCaseTable[Ruling]("rulings") // incident, directory's SHA-256, file's SHA-256, line

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
				out = append(out, affected.Decision{Place: affected.Place{Path: f.called(), Line: r.Line}, Person: r.Person})
				fmt.Fprintf(sum, "%s %d %d\n", f.SHA256, r.Line, r.Person)
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

// Queue is the conflicts of a run, put together, and how far the work on them is.
type Queue struct {
	Clusters []QueuedCluster
	Rows     int // conflicts in all
	Decided  int // clusters every row of which has a ruling
	Skipped  int
	Pending  int // rulings that the list does not take into account yet
}

// QueuedCluster is one of them. It is named by the lowest of its people's numbers.
type QueuedCluster struct {
	affected.Cluster
	State string // open, decided or skipped
}

// Conflicts gives the queue of a run that has a list, most rows first.
func (d *Desk) Conflicts(ctx context.Context, p incident.Principal, ref, id string) (*Queue, error) {
	c, err := d.lookAt(ctx, p, ref, id)
	if err != nil {
		return nil, err
	}
	list, err := d.vault.Open(ctx, c.incident, c.run.Roster.Reports["conflicts.csv"])
	if err != nil {
		return nil, err
	}
	defer list.Close()
	clusters, err := affected.Clusters(bufferedList(list))
	if err != nil {
		return nil, err
	}
	q := &Queue{}
	for _, cluster := range clusters {
		one := QueuedCluster{Cluster: cluster, State: c.state(&cluster)}
		q.Rows += cluster.Rows
		switch one.State {
		case "decided":
			q.Decided++
		case "skipped":
			q.Skipped++
		}
		q.Clusters = append(q.Clusters, one)
	}
	if c.digest != c.run.Decisions {
		q.Pending = len(c.decisions)
	}
	return q, nil
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
		for n := range c.run.Files[1:] {
			f := &c.run.Files[n+1]
			err := rulings.Scan(tx, ledger.K(i.ID, c.run.Files[0].SHA256, f.SHA256), func(_ ledger.Key, r Ruling) error {
				c.rulings[affected.Place{Path: f.called(), Line: r.Line}] = r
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

// state of a cluster by those of its rows that it names: a ruling is given for
// all of a cluster's rows at once.
func (c *looking) state(k *affected.Cluster) string {
	state := "decided"
	for _, p := range k.Places {
		r, ok := c.rulings[p]
		if !ok {
			return "open"
		}
		if r.Skip {
			state = "skipped"
		}
	}
	return state
}

// Conflicting is one cluster, masked: the rows and the people they could mean, side by side.
type Conflicting struct {
	State   string
	Why     map[string]int
	People  []MaskedPerson
	Rows    []MaskedRow
	More    int // rows that are not shown
	Next    int64
	Columns []string // of the people, our names
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
	q, err := d.Conflicts(ctx, p, ref, id)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(q.Clusters, func(k QueuedCluster) bool { return k.People[0] == cluster })
	if at < 0 {
		return nil, incident.Errorf(incident.NotFound, "There is no such conflict in this run.")
	}
	c, err := d.lookAt(ctx, p, ref, id)
	if err != nil {
		return nil, err
	}
	k := q.Clusters[at]
	out := &Conflicting{State: k.State, Why: k.Why}
	for n := 1; n < len(q.Clusters); n++ {
		if other := q.Clusters[(at+n)%len(q.Clusters)]; other.State == "open" {
			out.Next = other.People[0]
			break
		}
	}
	for _, name := range append([]string{"customer_id", "name", "birth_date", "email", "phone", "street", "postal_code", "city", "country", "region"}, affected.MatchKeys()...) {
		if c.run.Spec.Directory.Columns[name] != "" && !slices.Contains(out.Columns, name) {
			out.Columns = append(out.Columns, name)
		}
	}
	from := vaultFiles{d.vault, c.incident, c.run.Files}
	opt := affected.Options{Decisions: c.decisions}
	people, err := affected.DirectoryRows(ctx, c.run.Spec, from, k.People[:min(len(k.People), rowsShown)], out.Columns, opt)
	if err != nil {
		return nil, err
	}
	for _, one := range people {
		m := MaskedPerson{Person: one.Person, Line: one.Place.Line}
		for n, value := range one.Values {
			m.Values = append(m.Values, maskAs(out.Columns[n], value))
		}
		out.People = append(out.People, m)
	}
	rows, err := d.conflictRows(ctx, c, k.People)
	if err != nil {
		return nil, err
	}
	out.More = max(0, len(rows)-rowsShown)
	rows = rows[:min(len(rows), rowsShown)]
	return out, d.showRows(ctx, c, from, rows, people, out)
}

func (d *Desk) conflictRows(ctx context.Context, c *looking, people []int64) ([]affected.Conflict, error) {
	list, err := d.vault.Open(ctx, c.incident, c.run.Roster.Reports["conflicts.csv"])
	if err != nil {
		return nil, err
	}
	defer list.Close()
	return affected.ConflictRows(bufferedList(list), people)
}

// showRows reads the rows themselves and compares their keys with the people's.
func (d *Desk) showRows(ctx context.Context, c *looking, from vaultFiles, rows []affected.Conflict, people []affected.Row, out *Conflicting) error {
	for n := range c.run.Spec.Exposures {
		e, f := &c.run.Spec.Exposures[n], &c.run.Files[n+1]
		var places []affected.Place
		for _, r := range rows {
			if r.Path == f.called() {
				places = append(places, r.Place)
			}
		}
		if len(places) == 0 {
			continue
		}
		columns, have, err := affected.ExposedRows(ctx, c.run.Spec, from, n, places, affected.Options{})
		if err != nil {
			return err
		}
		for _, row := range have {
			at := slices.IndexFunc(rows, func(r affected.Conflict) bool { return r.Place == row.Place })
			m := MaskedRow{Place: row.Place, FileName: f.FileName, Why: rows[at].Why, Goes: rows[at].Person}
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
						fits = append(fits, at >= 0 && value != "" && strings.EqualFold(value, one.Values[at]))
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
