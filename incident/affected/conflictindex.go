package affected

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tocsin/incident"
)

// queueMagic begins the last bytes of an index of conflicts, and says its layout.
const queueMagic = "TOCSINC1"

// Sizes of what such an index holds, in bytes.
const (
	clusterSize  = 28 // rows, people, reasons: how many (4 each), then where each begins (4 each), and the first person
	conflictSize = 20 // file, reason (2 each), line (8), person, cluster (4 each)
	reasonSize   = 6  // reason (2), rows (4)
)

// queueTrailer is what an index of conflicts ends with.
type queueTrailer struct {
	digest   [sha256.Size]byte // of conflicts.csv
	words    int64             // place of the files' names and the reasons, as JSON
	wordsLen int64
	rows     int64 // place of the rows, by file and line
	rowCount int64
	order    int64 // place of the rows' numbers, cluster by cluster
	people   int64 // place of the people, cluster by cluster
	persons  int64 // how many
	reasons  int64 // place of the reasons, cluster by cluster
	counted  int64 // how many
	clusters int64 // place of the clusters, in the order of the queue
	number   int64 // how many
	byFirst  int64 // place of the clusters' numbers, by their first person
}

const queueTrailerSize = 8 + sha256.Size + 12*8

func (t *queueTrailer) numbers() []*int64 {
	return []*int64{&t.words, &t.wordsLen, &t.rows, &t.rowCount, &t.order, &t.people, &t.persons, &t.reasons, &t.counted, &t.clusters, &t.number, &t.byFirst}
}

func (t *queueTrailer) append(b []byte) []byte {
	b = append(append(b, queueMagic...), t.digest[:]...)
	for _, n := range t.numbers() {
		b = binary.LittleEndian.AppendUint64(b, uint64(*n))
	}
	return b
}

// parse reads what append wrote; false for what is no such index.
func (t *queueTrailer) parse(b []byte, size int64) bool {
	if len(b) != queueTrailerSize || !bytes.HasPrefix(b, []byte(queueMagic)) {
		return false
	}
	b = b[len(queueMagic)+copy(t.digest[:], b[len(queueMagic):]):]
	for _, n := range t.numbers() {
		if *n, b = int64(binary.LittleEndian.Uint64(b)), b[8:]; *n < 0 || *n > size {
			return false
		}
	}
	return t.rows == t.words+t.wordsLen && t.order == t.rows+conflictSize*t.rowCount && t.people == t.order+4*t.rowCount &&
		t.reasons == t.people+4*t.persons && t.clusters == t.reasons+reasonSize*t.counted && t.byFirst == t.clusters+clusterSize*t.number &&
		t.byFirst+4*t.number+queueTrailerSize == size
}

// queueRow is one row of conflicts.csv.
type queueRow struct {
	line         uint64
	file, reason uint16
	person       uint32
	cluster      uint32
}

// queueWords are the texts that rows name by number.
type queueWords struct {
	Files   []string `json:"files"`
	Reasons []string `json:"reasons"`
}

// gathering puts together what hangs together. People are known by their place
// among all people of conflicts, which keeps it to some eighty bytes for each row.
type gathering struct {
	words  queueWords
	rows   []queueRow
	ties   [][2]uint32 // people whom a row names together
	people []uint32    // numbers, ascending
	parent []uint32    // towards the first of each one's cluster
}

// gather ties people together.
func (g *gathering) gather() {
	for _, r := range g.rows {
		g.people = append(g.people, r.person)
	}
	for _, tie := range g.ties {
		g.people = append(g.people, tie[1])
	}
	slices.Sort(g.people)
	g.people = slices.Clip(slices.Compact(g.people))
	g.parent = make([]uint32, len(g.people))
	for i := range g.parent {
		g.parent[i] = uint32(i)
	}
	for _, tie := range g.ties {
		a, b := g.root(g.place(tie[0])), g.root(g.place(tie[1]))
		g.parent[max(a, b)] = min(a, b)
	}
	g.ties = nil
}

// place is a person's place among all.
func (g *gathering) place(person uint32) uint32 {
	at, _ := slices.BinarySearch(g.people, person)
	return uint32(at)
}

// root is the first of a person's cluster, by place.
func (g *gathering) root(p uint32) uint32 {
	for g.parent[p] != p {
		g.parent[p] = g.parent[g.parent[p]]
		p = g.parent[p]
	}
	return p
}

// IndexConflicts reads conflicts.csv and writes the index with which [OpenQueue]
// reads its conflicts by the cluster: people whom conflicts tie together, so that whoever
// settles one looks at all. digest and key are as for [IndexRoster]. It takes some 80 bytes of
// memory for each row. Errors are Invalid for what is no list of conflicts.
func IndexConflicts(r io.Reader, digest string, w io.Writer, key [32]byte) error {
	t := queueTrailer{}
	raw, err := hex.DecodeString(digest)
	if err != nil || len(raw) != len(t.digest) {
		return incident.Errorf(incident.Invalid, "a list of conflicts is named by the 64 hex digits of its SHA-256")
	}
	copy(t.digest[:], raw)
	g := &gathering{}
	if err := g.read(r); err != nil {
		return err
	}
	_, pages := listHashes(key)
	return g.write(newPageWriter(w, pages), t)
}

// read takes all rows in.
func (g *gathering) read(r io.Reader) error {
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	if header, err := rows.Read(); err != nil || !slices.Equal(header, []string{"file", "line", "why", "person", "others"}) {
		return incident.Because(incident.Invalid, err, "this is no list of conflicts")
	}
	files, reasons := map[string]uint16{}, map[string]uint16{}
	number := func(of map[string]uint16, all *[]string, text string) (uint16, bool) {
		n, ok := of[text]
		if !ok && len(*all) < 1<<16 {
			text = strings.Clone(text)
			n, ok = uint16(len(*all)), true
			of[text], *all = n, append(*all, text)
		}
		return n, ok
	}
	for {
		rec, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return incident.Because(incident.Invalid, err, "the list of conflicts is damaged")
		}
		row := queueRow{}
		var ok1, ok2 bool
		row.file, ok1 = number(files, &g.words.Files, rec[0])
		row.reason, ok2 = number(reasons, &g.words.Reasons, rec[2])
		line, err1 := strconv.ParseUint(rec[1], 10, 64)
		person, err2 := strconv.ParseUint(rec[3], 10, 32)
		if err1 != nil || err2 != nil || person == 0 || !ok1 || !ok2 {
			return incident.Errorf(incident.Invalid, "the list of conflicts is damaged")
		}
		row.line, row.person = line, uint32(person)
		if rec[4] != "" {
			for other := range strings.SplitSeq(rec[4], "+") {
				n, err := strconv.ParseUint(other, 10, 32)
				if err != nil || n == 0 {
					return incident.Errorf(incident.Invalid, "the list of conflicts is damaged")
				}
				g.ties = append(g.ties, [2]uint32{row.person, uint32(n)})
			}
		}
		if g.rows = append(g.rows, row); len(g.rows) >= maxPeople {
			return incident.Errorf(incident.TooLarge, "there are more than %d conflicts", maxPeople)
		}
	}
}

// write puts the index down.
func (g *gathering) write(w *pageWriter, t queueTrailer) error {
	g.gather()
	// By the first person of each cluster, by place.
	rowsOf, peopleOf, place := make([]uint32, len(g.people)), make([]uint32, len(g.people)), make([]uint32, len(g.people))
	for i := range g.rows {
		rowsOf[g.root(g.place(g.rows[i].person))]++
	}
	var queue []uint32
	for p := range g.people {
		top := g.root(uint32(p))
		if peopleOf[top]++; top == uint32(p) {
			queue = append(queue, top)
		}
	}
	slices.SortFunc(queue, func(a, b uint32) int { return cmp.Or(cmp.Compare(rowsOf[b], rowsOf[a]), cmp.Compare(a, b)) })
	for n, top := range queue {
		place[top] = uint32(n)
	}
	for i := range g.rows {
		g.rows[i].cluster = place[g.root(g.place(g.rows[i].person))]
	}
	people := make([]uint32, len(g.people)) // by place, cluster by cluster
	for i := range people {
		people[i] = uint32(i)
	}
	slices.SortStableFunc(people, func(a, b uint32) int { return cmp.Compare(place[g.root(a)], place[g.root(b)]) })
	slices.SortStableFunc(g.rows, func(a, b queueRow) int { return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line)) })
	order := make([]uint32, len(g.rows))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortStableFunc(order, func(a, b uint32) int { return cmp.Compare(g.rows[a].cluster, g.rows[b].cluster) })

	le := binary.LittleEndian
	words, err := json.Marshal(g.words)
	if err != nil {
		return err
	}
	t.words, t.wordsLen = w.at(), int64(len(words))
	w.write(words)
	t.rows, t.rowCount = w.at(), int64(len(g.rows))
	for _, r := range g.rows {
		b := le.AppendUint16(le.AppendUint16(make([]byte, 0, conflictSize), r.file), r.reason)
		w.write(le.AppendUint32(le.AppendUint32(le.AppendUint64(b, r.line), r.person), r.cluster))
	}
	t.order = w.at()
	for _, n := range order {
		w.write(le.AppendUint32(nil, n))
	}
	t.people, t.persons = w.at(), int64(len(people))
	for _, p := range people {
		w.write(le.AppendUint32(nil, g.people[p]))
	}
	t.reasons = w.at()
	starts := make([][2]uint32, len(queue)) // of its reasons: where they begin, and how many
	at := uint32(0)
	for n, top := range queue {
		count := map[uint16]uint32{}
		for _, i := range order[at : at+rowsOf[top]] {
			count[g.rows[i].reason]++
		}
		at += rowsOf[top]
		starts[n] = [2]uint32{uint32(t.counted), uint32(len(count))}
		for _, reason := range slices.Sorted(maps.Keys(count)) {
			w.write(le.AppendUint32(le.AppendUint16(nil, reason), count[reason]))
			t.counted++
		}
	}
	t.clusters, t.number = w.at(), int64(len(queue))
	rows, persons := uint32(0), uint32(0)
	for n, top := range queue {
		b := make([]byte, 0, clusterSize)
		for _, v := range [...]uint32{rowsOf[top], peopleOf[top], starts[n][1], rows, persons, starts[n][0], g.people[top]} {
			b = le.AppendUint32(b, v)
		}
		w.write(b)
		rows, persons = rows+rowsOf[top], persons+peopleOf[top]
	}
	t.byFirst = w.at()
	slices.Sort(queue)
	for _, top := range queue {
		w.write(le.AppendUint32(nil, place[top]))
	}
	w.write(t.append(nil))
	w.flush()
	return w.err
}
