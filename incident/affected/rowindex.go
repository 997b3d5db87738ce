package affected

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"

	"tocsin/incident"
)

// rowMagic begins the last bytes of an index of rows, and says its layout.
const rowMagic = "TOCSINW1"

// rowBlock is how much of a file lies between two marks: what is read to reach a row.
const rowBlock = 128 << 10

// rowMarkSize is what a mark takes: the byte, the line, and the rows before.
const rowMarkSize = 24

// rowTrailer is what an index of rows ends with.
type rowTrailer struct {
	bound  [sha256.Size]byte // of the file's digest and what its columns mean
	start  int64             // byte of the first row; -1 where places in the file mean nothing: it is compressed, say
	end    int64             // byte behind the last row
	rows   int64             // readable ones
	marks  int64             // place of the marks
	marked int64             // how many
	keys   tablePlace        // from keys to blocks
}

const rowTrailerSize = 8 + sha256.Size + 8*8 + 1

func (t *rowTrailer) append(b []byte) []byte {
	b = append(append(b, rowMagic...), t.bound[:]...)
	for _, n := range []int64{t.start, t.end, t.rows, t.marks, t.marked, t.keys.entries, t.keys.starts} {
		b = binary.LittleEndian.AppendUint64(b, uint64(n))
	}
	return append(binary.LittleEndian.AppendUint64(b, t.keys.count), t.keys.bits)
}

// parse reads what append wrote; false for what is no such index.
func (t *rowTrailer) parse(b []byte, size int64) bool {
	if len(b) != rowTrailerSize || !bytes.HasPrefix(b, []byte(rowMagic)) {
		return false
	}
	b = b[len(rowMagic)+copy(t.bound[:], b[len(rowMagic):]):]
	for _, n := range []*int64{&t.start, &t.end, &t.rows, &t.marks, &t.marked, &t.keys.entries, &t.keys.starts} {
		*n, b = int64(binary.LittleEndian.Uint64(b)), b[8:]
	}
	t.keys.count, t.keys.bits = binary.LittleEndian.Uint64(b), b[8]
	return t.start >= -1 && t.end >= t.start && t.rows >= 0 && t.rows < maxPeople && t.marked > 0 && t.marked <= size/rowMarkSize &&
		t.keys.bits >= 8 && t.keys.bits <= 32 && t.keys.count < 1<<32 && t.keys.entries == 0 && t.keys.starts == int64(t.keys.count)*entrySize &&
		t.marks == t.keys.starts+4<<t.keys.bits && t.marks+t.marked*rowMarkSize+rowTrailerSize == size
}

// RowsName names what an index of an input's rows depends on besides the file:
// what its columns mean, and how keys are compared. input 0 is the directory, n exposure n-1.
func RowsName(spec *Spec, input int) string {
	of := struct {
		Directory *Directory
		Exposure  *Exposure
		Keys      []string
	}{Keys: spec.Keys()}
	if input == 0 {
		of.Directory = &spec.Directory
	} else {
		of.Exposure = &spec.Exposures[input-1]
	}
	text, err := json.Marshal(of)
	if err != nil {
		return "" // strings and maps of strings can always be written
	}
	sum := sha256.Sum256(slices.Concat(text, keyForms(append(MatchKeys(), "name")...), compositeForms()))
	return hex.EncodeToString(sum[:12])
}

// keyForms are the forms of a few values of keys, so that an index does not outlive a
// change of how keys are compared.
func keyForms(keys ...string) []byte {
	n := newNormalizer()
	var out []byte
	for _, key := range keys {
		for _, value := range []string{"C-007", " 0012 ", "Ann.Lee+x@Mail.Example", "ann@xn--mller-kva.example", "+49 (0)30 901820", "030 901820", "Ｗｉｄｅ Straße", "O'Neil, Zoë", "123-45-6789", "12.03.1980", "5 High St., Apt. 2"} {
			out = append(append(append(append(out, n.key(key, []byte(value), "DE")...), 0), n.written...), 0)
		}
	}
	return out
}

// rowKeys are the keys of an index of rows. What rows are found by is hashed
// under one key for all files of a case, so that a row of one leads to those of another.
func rowKeys(key [32]byte, digest, name string) (keys, pages hashKey, bound [sha256.Size]byte) {
	derive := func(what string) hashKey {
		sum := sha256.Sum256(append(key[:], what...))
		return hashKey{binary.LittleEndian.Uint64(sum[:8]), binary.LittleEndian.Uint64(sum[8:16])}
	}
	return derive("keys"), derive("pages " + digest + " " + name), sha256.Sum256([]byte(digest + " " + name))
}

// IndexRows reads an input (0: the directory, n: exposure n-1) and writes the
// index with which [Explain], [DirectoryRows] and [ExposedRows] read a little of it. digest is
// the file's SHA-256, key the case's, for this purpose alone. The index holds places and keyed
// hashes. Errors are those of Resolve, and Invalid where the input is several files.
func IndexRows(ctx context.Context, spec Spec, from Sources, input int, digest string, w io.Writer, key [32]byte, opt Options) error {
	return indexRows(ctx, spec, from, input, digest, w, key, opt, rowBlock)
}

func indexRows(ctx context.Context, spec Spec, from Sources, input int, digest string, w io.Writer, key [32]byte, opt Options, block int) error {
	x := &rowIndexing{r: reader(spec, from, opt), table: &tableWriter{scratch: opt.Scratch}}
	defer x.table.close()
	var pages hashKey
	x.r.key, pages, x.of.bound = rowKeys(key, digest, RowsName(&spec, input))
	x.r.lim.block = block
	if err := x.read(ctx, input); err != nil {
		return err
	}
	out := newPageWriter(w, pages)
	var err error
	if x.of.keys, err = x.table.write(out); err != nil {
		return err
	}
	x.of.marks, x.of.marked = out.at(), int64(len(x.marks)/rowMarkSize)
	out.write(x.marks)
	out.write(x.of.append(nil))
	out.flush()
	return out.err
}

// rowIndexing is the making of one index.
type rowIndexing struct {
	r     *run
	of    rowTrailer
	table *tableWriter
	marks []byte
}

func (x *rowIndexing) read(ctx context.Context, number int) error {
	r := x.r
	source, columns := r.spec.Directory.Input, r.directoryColumns()
	if number > 0 {
		source, columns = r.spec.Exposures[number-1].Input, r.spec.Exposures[number-1].allColumns()
	}
	pieces, err := r.piecesOf(ctx, source, number-1)
	if err != nil {
		return err
	}
	if len(pieces) != 1 {
		return incident.Errorf(incident.Invalid, "%s: several files have no index together", source.Path)
	}
	in, err := r.open(ctx, &pieces[0], columns, false)
	if err != nil {
		return err
	}
	defer in.close()
	hashes := r.rowHasher(&pieces[0], in.format, number)
	normal := normalizers(r.opt.Workers)
	passed := int64(0) // bytes of the blocks before
	err = read(ctx, in, r.opt.Workers, func(w int, j *job[[]keyHash]) {
		j.value = j.value[:0]
		for row := range j.rows() {
			j.value = hashes(normal[w], &j.batch, row, j.value)
		}
	}, func(j *job[[]keyHash]) error {
		block := uint32(len(x.marks) / rowMarkSize)
		for _, n := range [...]uint64{uint64(passed), j.start.line, j.start.row} {
			x.marks = binary.LittleEndian.AppendUint64(x.marks, n)
		}
		for _, h := range j.value {
			if h.some {
				if err := x.table.add(h.tag, block); err != nil {
					return err
				}
			}
		}
		passed += int64(j.passed)
		if x.of.rows = int64(j.start.row) + int64(j.rows()); x.of.rows >= maxPeople {
			return incident.Errorf(incident.TooLarge, "%s: has more than %d rows", in.path, maxPeople)
		}
		r.progress("rows", in.path, in, x.of.rows, j.raw)
		return nil
	})
	x.of.start, x.of.end = -1, -1
	if in.blocks != nil && in.plain && !in.blocks.cut {
		x.of.start, x.of.end = in.tally.bytes-passed, in.tally.bytes
	}
	return err
}

// rowHasher gives what makes the hashes of a row's keys: of the directory all
// that somebody can be asked for by, in both forms; of an exposure those it matches by.
func (r *run) rowHasher(p *piece, f format, number int) func(*normalizer, *batch, int, []keyHash) []keyHash {
	if number > 0 {
		m := r.newMatcher(&r.spec.Exposures[number-1], f, nil)
		return func(n *normalizer, b *batch, row int, into []keyHash) []keyHash {
			return m.hashes(n, b, row, into, nil)
		}
	}
	keys := r.spec.Keys()
	for _, key := range naming {
		if r.spec.Directory.Columns[key] != "" {
			keys = appendNew(keys, key)
		}
	}
	placed, home := placeKeys(f, keys, r.spec.Directory.Columns), -1
	if column := r.spec.Directory.Columns["country"]; column != "" {
		home = fieldOf(f, column)
	}
	return func(n *normalizer, b *batch, row int, into []keyHash) []keyHash {
		var second [maxKeys + len(naming)]keyHash
		first, other := r.hashKeys(n, placed, b, row, p.country(b.text1(row, home)), into, second[:0])
		return append(first, other...)
	}
}
