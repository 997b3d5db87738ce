package affected

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"sort"

	"tocsin/incident"
)

// Queue is the conflicts of a run, put together into clusters, the one with most
// rows first. It reads what is asked for, however many there are. For one goroutine.
type Queue struct {
	pages *pageReader
	of    queueTrailer
	words queueWords
}

// Cluster is a set of people whom conflicts tie together.
type Cluster struct {
	First  int64          // the lowest of their numbers, which names the cluster
	People int            // how many; see Queue.People
	Rows   int            // conflicts among them; see Queue.Rows
	Why    map[string]int // rows by reason
	at     [3]uint32      // where its rows, people and reasons begin
}

// Conflict is one row of conflicts.csv.
type Conflict struct {
	Place
	Why    string `json:"why"`
	Person int64  `json:"person"` // to whom it goes unless somebody decides
}

// OpenQueue opens what [IndexConflicts] wrote. Errors are as those of [OpenList].
func OpenQueue(index io.ReaderAt, size int64, digest string, key [32]byte) (*Queue, error) {
	_, pages := listHashes(key)
	q := &Queue{}
	var err error
	if q.pages, err = newPageReader(index, size, pages); err != nil {
		return nil, err
	}
	end := make([]byte, queueTrailerSize)
	if err := q.pages.readAt(end, q.pages.size-int64(len(end))); err != nil {
		return nil, err
	}
	if !q.of.parse(end, q.pages.size) || hex.EncodeToString(q.of.digest[:]) != digest || q.of.wordsLen > 64<<20 {
		return nil, damaged(nil)
	}
	words := make([]byte, q.of.wordsLen)
	if err := q.pages.readAt(words, q.of.words); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(words, &q.words); err != nil {
		return nil, damaged(err)
	}
	return q, nil
}

// Len is how many clusters there are, and Conflicts how many rows.
func (q *Queue) Len() int { return int(q.of.number) }

// Conflicts is how many rows there are in all.
func (q *Queue) Conflicts() int { return int(q.of.rowCount) }

// At is cluster n of the queue, from 0. NotFound beyond the last.
func (q *Queue) At(n int) (Cluster, error) {
	if n < 0 || n >= q.Len() {
		return Cluster{}, incident.Errorf(incident.NotFound, "There is no such conflict in this run.")
	}
	var b [clusterSize]byte
	if err := q.pages.readAt(b[:], q.of.clusters+clusterSize*int64(n)); err != nil {
		return Cluster{}, err
	}
	v := func(i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }
	c := Cluster{Rows: int(v(0)), People: int(v(1)), at: [3]uint32{v(3), v(4), v(5)}, First: int64(v(6)), Why: map[string]int{}}
	if int64(v(3))+int64(v(0)) > q.of.rowCount || int64(v(4))+int64(v(1)) > q.of.persons || int64(v(5))+int64(v(2)) > q.of.counted || v(2) > 1<<16 {
		return Cluster{}, damaged(nil)
	}
	why := make([]byte, reasonSize*int(v(2)))
	if err := q.pages.readAt(why, q.of.reasons+reasonSize*int64(v(5))); err != nil {
		return Cluster{}, err
	}
	for ; len(why) > 0; why = why[reasonSize:] {
		reason := int(binary.LittleEndian.Uint16(why))
		if reason >= len(q.words.Reasons) {
			return Cluster{}, damaged(nil)
		}
		c.Why[q.words.Reasons[reason]] = int(binary.LittleEndian.Uint32(why[2:]))
	}
	return c, nil
}

// Find is the place in the queue of the cluster that a person names; NotFound
// where there is none.
func (q *Queue) Find(first int64) (int, error) {
	var failed error
	place := func(i int) int {
		n, err := q.number(q.of.byFirst, i)
		if err != nil {
			failed = err
		}
		return int(n)
	}
	i := sort.Search(q.Len(), func(i int) bool {
		if failed != nil {
			return true
		}
		c, err := q.At(place(i))
		if err != nil && failed == nil {
			failed = err
		}
		return failed != nil || c.First >= first
	})
	if failed != nil {
		return 0, failed
	}
	if i < q.Len() {
		n := place(i)
		if c, err := q.At(n); err != nil || failed != nil || c.First == first {
			if failed == nil {
				failed = err
			}
			return n, failed
		}
	}
	return 0, incident.Errorf(incident.NotFound, "There is no such conflict in this run.")
}

// People are the first most people of a cluster: numbers of readable rows of the
// directory, from 1, ascending.
func (q *Queue) People(c *Cluster, most int) ([]int64, error) {
	var out []int64
	for i := range min(c.People, most) {
		n, err := q.number(q.of.people, int(c.at[1])+i)
		if err != nil {
			return nil, err
		}
		out = append(out, int64(n))
	}
	return out, nil
}

// Has reports whether somebody is one of a cluster's people.
func (q *Queue) Has(c *Cluster, person int64) (bool, error) {
	var failed error
	at := func(i int) int64 {
		n, err := q.number(q.of.people, int(c.at[1])+i)
		if err != nil {
			failed = err
		}
		return int64(n)
	}
	i := sort.Search(c.People, func(i int) bool { return failed != nil || at(i) >= person })
	found := failed == nil && i < c.People && at(i) == person
	return found, failed
}

// Rows are up to n of a cluster's rows from one on (0 is the first), by file and line.
func (q *Queue) Rows(c *Cluster, from, n int) ([]Conflict, error) {
	var out []Conflict
	for i := max(0, from); i < c.Rows && len(out) < n; i++ {
		at, err := q.number(q.of.order, int(c.at[0])+i)
		if err != nil {
			return nil, err
		}
		row, _, err := q.row(int(at))
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}

// ClusterOf is the place in the queue of the cluster that a row is in; -1 where
// the row is no conflict.
func (q *Queue) ClusterOf(p Place) (int, error) {
	file := -1
	for n, name := range q.words.Files {
		if name == p.Path {
			file = n
		}
	}
	if file < 0 {
		return -1, nil
	}
	var failed error
	before := func(i int) bool {
		row, at, err := q.row(i)
		if err != nil {
			failed = err
			return false
		}
		return int(at.file) < file || int(at.file) == file && row.Line < p.Line
	}
	i := sort.Search(int(q.of.rowCount), func(i int) bool { return failed != nil || !before(i) })
	if failed != nil || i == int(q.of.rowCount) {
		return -1, failed
	}
	row, at, err := q.row(i)
	if err != nil || row.Place != p {
		return -1, err
	}
	return int(at.cluster), nil
}

// row is row i by file and line.
func (q *Queue) row(i int) (Conflict, queueRow, error) {
	var b [conflictSize]byte
	if int64(i) >= q.of.rowCount {
		return Conflict{}, queueRow{}, damaged(nil)
	}
	if err := q.pages.readAt(b[:], q.of.rows+conflictSize*int64(i)); err != nil {
		return Conflict{}, queueRow{}, err
	}
	le := binary.LittleEndian
	r := queueRow{file: le.Uint16(b[:]), reason: le.Uint16(b[2:]), line: le.Uint64(b[4:]), person: le.Uint32(b[12:]), cluster: le.Uint32(b[16:])}
	if int(r.file) >= len(q.words.Files) || int(r.reason) >= len(q.words.Reasons) || int64(r.cluster) >= q.of.number {
		return Conflict{}, r, damaged(nil)
	}
	return Conflict{Place{q.words.Files[r.file], r.line}, q.words.Reasons[r.reason], int64(r.person)}, r, nil
}

// number is number i of a row of numbers.
func (q *Queue) number(from int64, i int) (uint32, error) {
	var b [4]byte
	err := q.pages.readAt(b[:], from+4*int64(i))
	return binary.LittleEndian.Uint32(b[:]), err
}
