package warehouse

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
)

// oneLine is what becomes of line ends within a value: tables are read a row a line.
var oneLine = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ")

// words are the keys that SQL cannot fold as affected does, and their forms. They are
// read before the matching and given to it.
type words struct {
	k    []string // the place of the key
	t, c []string // its text and country, as compiler.keysOf has them
	form []string
}

// Bounds on words. They travel, there and back, and are kept in memory.
const (
	maxWords       = 1_000_000
	maxWordsPlaced = 5_000 // where each is a parameter of its own
)

// readWords asks for the keys that SQL cannot fold and folds them.
func (in *Inside) readWords(ctx context.Context) (*words, error) {
	limit := maxWords
	if !in.compiler.engine.arrays {
		limit = maxWordsPlaced
	}
	if in.p.db.TemporaryTables {
		limit = 1 << 31
	}
	w, spec := &words{}, &in.compiler.spec
	err := in.p.each(ctx, in.compiler.asked(), nil, nil, func(row [][]byte) error {
		if len(w.k) == limit {
			return incident.Errorf(incident.TooLarge, "database %s: more than %d keys are telephone numbers or hold characters that SQL folds "+
				"in its own way; set temporary_tables = true in [database.%s], or match without --inside", in.p.name, limit, in.p.name)
		}
		k, err := strconv.Atoi(string(row[0]))
		if err != nil || k < 0 || k >= len(in.compiler.keys) {
			return incident.Errorf(incident.Internal, "database %s: the server answered with a key that was not asked for", in.p.name)
		}
		t, c := string(row[1]), string(row[2])
		w.k, w.t, w.c = append(w.k, string(row[0])), append(w.t, t), append(w.c, c)
		w.form = append(w.form, affected.KeyForm(in.compiler.keys[k], oneLine.Replace(t), phoneCountry(spec, c)))
		if strings.HasPrefix(c, "=") || affected.IsComposite(in.compiler.keys[k]) { // of the directory, or of both
			if other := affected.OtherForm(in.compiler.keys[k], oneLine.Replace(t), phoneCountry(spec, c)); other != "" {
				w.k, w.t, w.c, w.form = append(w.k, string(row[0])), append(w.t, t), append(w.c, c), append(w.form, other)
			}
		}
		return nil
	})
	return w, err
}

// phoneCountry is the country that c of compiler.keysOf stands for.
func phoneCountry(spec *affected.Spec, c string) string {
	if said, ok := strings.CutPrefix(c, "="); ok {
		if code := affected.Jurisdiction(said, ""); code != affected.UnknownJurisdiction {
			return code
		}
		return spec.Directory.PhoneCountry
	}
	if i, err := strconv.Atoi(strings.TrimPrefix(c, "exposure_")); err == nil && i >= 1 && i <= len(spec.Exposures) {
		return spec.Exposures[i-1].PhoneCountry
	}
	return ""
}

// place makes the words something that statements can read, and gives the SQL
// that does, with the parameters it needs.
func (in *Inside) place(ctx context.Context, w *words) (sql string, params [][]byte, types []uint32, err error) {
	e := in.compiler.engine
	switch {
	case in.p.db.TemporaryTables:
		return "SELECT k, t, c, form FROM " + wordsTable, nil, nil, in.fill(ctx, w)
	case e.arrays:
		sql, params, types = asArrays(w, e)
		return sql, params, types, nil
	}
	sql = "SELECT 0 AS k, '' AS t, '' AS c, '' AS form WHERE 1 = 0"
	for i := range w.k {
		sql += fmt.Sprintf("\n  UNION ALL SELECT %s, $%d, $%d, $%d", w.k[i], 3*i+1, 3*i+2, 3*i+3)
		params = append(params, []byte(w.t[i]), []byte(w.c[i]), []byte(w.form[i]))
		types = append(types, oidText, oidText, oidText)
	}
	return sql, params, types, nil
}

// OIDs of parameters.
const (
	oidText       = 25
	oidTextArray  = 1009
	oidInt4Array  = 1007
	wordsTable    = "tocsin_words"
	wordsAtATime  = 50_000
	wordsOfServer = "CREATE TEMPORARY TABLE " + wordsTable + " (k integer, t %[1]s%[2]s, c %[1]s%[2]s, form %[1]s%[2]s)"
)

func asArrays(w *words, e engine) (sql string, params [][]byte, types []uint32) {
	sql = fmt.Sprintf("SELECT k, t%[1]s AS t, c%[1]s AS c, form%[1]s AS form FROM unnest($1::integer[], $2::text[], $3::text[], $4::text[]) AS u (k, t, c, form)", e.collate)
	params = [][]byte{arrayOf(w.k), arrayOf(w.t), arrayOf(w.c), arrayOf(w.form)}
	return sql, params, []uint32{oidInt4Array, oidTextArray, oidTextArray, oidTextArray}
}

// fill puts the words into the temporary table that open made before the transaction.
func (in *Inside) fill(ctx context.Context, w *words) error {
	for from := 0; from < len(w.k); from += wordsAtATime {
		to := min(from+wordsAtATime, len(w.k))
		some := &words{w.k[from:to], w.t[from:to], w.c[from:to], w.form[from:to]}
		sql, params, types := asArrays(some, in.compiler.engine)
		if err := in.p.run(ctx, "INSERT INTO "+wordsTable+" (k, t, c, form) "+sql, params, types); err != nil {
			return err
		}
	}
	return nil
}

// arrayOf writes an array as PostgreSQL reads it.
func arrayOf(values []string) []byte {
	out := []byte{'{'}
	for i, v := range values {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, '"')
		for j := range len(v) {
			if v[j] == '"' || v[j] == '\\' {
				out = append(out, '\\')
			}
			out = append(out, v[j])
		}
		out = append(out, '"')
	}
	return append(out, '}')
}

// sizeOf is a source's rows and the most bytes of text in one of them.
func (in *Inside) sizeOf(ctx context.Context, s *source) (rows int64, err error) {
	widest := int64(0)
	err = in.p.each(ctx, in.compiler.size(s), nil, nil, func(row [][]byte) (err error) {
		n, err1 := strconv.ParseInt(string(row[0]), 10, 64)
		m, err2 := strconv.ParseInt(string(row[1]), 10, 64)
		rows, widest = n, m
		return cmp.Or(err1, err2)
	})
	// A row longer than this is malformed where it is read; quotes can double it.
	if most := int64(1<<20-4*len(s.widths)) / 2; err == nil && widest > most {
		return 0, incident.Errorf(incident.TooLarge, "%s: has a row of more than %s; leave the long column out of the query, or match without --inside",
			s.title, affected.FormatSize(most))
	}
	return rows, err
}
