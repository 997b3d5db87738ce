//go:build unix

package warehouse

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/incident"
	"tocsin/incident/affected"
)

// result is everything that a run says, in the order of a result's files.
type result struct {
	people, unmatched, rejected, conflicts string
	summary                                string
	numbers                                string // matched, duplicates, unmatched, malformed, conflicts
}

func (r *result) outputs() (affected.Outputs, func(affected.Summary)) {
	var people, unmatched, rejected, conflicts bytes.Buffer
	return affected.Outputs{People: &people, Unmatched: &unmatched, Rejected: &rejected, Conflicts: &conflicts}, func(sum affected.Summary) {
		// What no two runs share, and what nobody can know who has not seen all rows.
		sum.ElapsedMS, sum.PeakMemoryBytes, sum.Warnings = 0, 0, nil
		for i := range sum.Inputs {
			sum.Inputs[i].Bytes, sum.Inputs[i].SHA256 = 0, ""
		}
		text, _ := json.MarshalIndent(sum, "", " ")
		*r = result{people.String(), unmatched.String(), rejected.String(), conflicts.String(), string(text),
			fmt.Sprint(sum.Matched, sum.Duplicates, sum.Unmatched, sum.Malformed, sum.Conflicts)}
	}
}

// local matches on this machine what the database sends.
func local(t *testing.T, spec affected.Spec, dsn string, opt affected.Options) (r result) {
	t.Helper()
	d := open(t, spec, dsn)
	opt.Query = d.Query
	to, done := r.outputs()
	sum, err := affected.Resolve(t.Context(), spec, nil, to, opt)
	if err != nil {
		t.Fatal(err)
	}
	done(sum)
	return r
}

// inside has the database match.
func inside(t *testing.T, spec affected.Spec, dsn string, opt affected.Options) (r result) {
	t.Helper()
	in, err := open(t, spec, dsn).Inside(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := in.Plan(t.Context()); err != nil {
		t.Fatal(err)
	}
	asked := 0
	opt.Progress = func(p affected.Progress) {
		if p.Stage == "ask" {
			asked++
		}
	}
	r.resolve(t, in, opt)
	if least := 4 + 2*len(spec.Exposures); asked < least {
		t.Errorf("progress says %d times what the database is asked for, not %d", asked, least)
	}
	return r
}

func (r *result) resolve(t *testing.T, in *Inside, opt affected.Options) affected.Summary {
	t.Helper()
	to, done := r.outputs()
	sum, err := in.Resolve(t.Context(), to, opt)
	if err != nil {
		t.Fatal(err)
	}
	done(sum)
	return sum
}

func open(t *testing.T, spec affected.Spec, dsn string) *Databases {
	t.Helper()
	d, err := Open(spec, Config{Getenv: func(string) string { return dsn }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// TestSameInside matches dirty data both ways and wants the same bytes.
func TestSameInside(t *testing.T) {
	s := need(t, postgresServer)
	dsn := s.database(t, "same")
	rounds := 40
	if testing.Short() {
		rounds = 10
	}
	seen := map[string]int{}
	for round := range rounds {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			d := &dirty{Rand: rand.New(rand.NewPCG(uint64(round), 7)), people: 20 + round*5, rows: 100 + round*20}
			spec := d.spec(1 + d.IntN(3))
			fill(t, s, "same", d, len(spec.Exposures))
			opt := affected.Options{Workers: 1 + d.IntN(3)}
			want, got := local(t, spec, dsn, opt), inside(t, spec, dsn, opt)
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(result{})); diff != "" {
				t.Errorf("local and inside differ (-local +inside):\n%s\n%+v", diff, spec)
			}
			for name, text := range map[string]string{"people": got.people, "unmatched": got.unmatched, "rejected": got.rejected, "conflicts": got.conflicts} {
				seen[name] += strings.Count(text, "\n") - 1
			}
		})
	}
	for name, rows := range seen { // or the test would show nothing
		if rows < rounds {
			t.Errorf("only %d rows of %s in %d rounds", rows, name, rounds)
		}
	}
}

// TestSameInsideKin has what is written for other engines run on this one, which
// knows all of it: theirs are not here.
func TestSameInsideKin(t *testing.T) {
	s := need(t, postgresServer)
	dsn := s.database(t, "kin")
	rounds := 3
	if testing.Short() {
		rounds = 1
	}
	for name, e := range map[string]engine{
		"CockroachDB": engineOf("CockroachDB CCL v24.1.1 (x86_64-pc-linux-gnu)", false), "Redshift": engineOf("PostgreSQL 8.0.2 on i686-pc-linux-gnu, Redshift 1.0.77467", false),
		"Citus": engineOf("PostgreSQL 16.2 on x86_64", true), "unknown": engineOf("Something 1.0", false),
	} {
		for round := range rounds {
			t.Run(fmt.Sprint(name, " ", round), func(t *testing.T) {
				d := &dirty{Rand: rand.New(rand.NewPCG(uint64(round), 11)), people: 100, rows: 300}
				spec := d.spec(2)
				fill(t, s, "kin", d, 2)
				spec.Directory.Query = "select * from directory order by place desc"
				for i := range spec.Exposures {
					spec.Exposures[i].Query = fmt.Sprintf("select * from exposed_%d where seq > 5 order by \"seq\" nulls first;", i)
					if e.plainOrder {
						spec.Exposures[i].Query = strings.Replace(spec.Exposures[i].Query, " nulls first", "", 1)
					}
				}
				first, err := open(t, spec, dsn).Inside(t.Context(), spec)
				if err != nil {
					t.Fatal(err)
				}
				if !e.arrays {
					first.p.db.TemporaryTables = false
				}
				in := &Inside{p: first.p, spec: spec, called: first.called, compiler: &compiler{engine: e, spec: spec}}
				if err := in.describe(t.Context()); err != nil {
					t.Fatal(err)
				}
				if _, err := in.Plan(t.Context()); err != nil {
					t.Fatal(err)
				}
				var got result
				got.resolve(t, in, affected.Options{})
				if diff := cmp.Diff(local(t, spec, dsn, affected.Options{}), got, cmp.AllowUnexported(result{})); diff != "" {
					t.Errorf("local and inside differ (-local +inside):\n%s", diff)
				}
			})
		}
	}
}

// TestNullsWhereRowsAreNumbered: Redshift's pages disagree whether a window knows NULLS FIRST, so it is not asked to.
func TestNullsWhereRowsAreNumbered(t *testing.T) {
	s := need(t, postgresServer)
	dsn := s.database(t, "nulls")
	spec := parse(t, caseHead+"select '1' as id, '' as mail, '' as phone, '' as name, '' as country, '' as born order by id nulls last\"\n"+
		"[[exposure]]\nname = \"leak\"\ndatabase = \"crm\"\nquery = \"select '1' as who order by who\"\nmatch = { customer_id = \"who\" }\nelements = [\"ssn\"]\n")
	first, err := open(t, spec, dsn).Inside(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	in := &Inside{p: first.p, spec: spec, called: first.called, compiler: &compiler{engine: engineOf("PostgreSQL 8.0.2, Redshift 1.0", false), spec: spec}}
	checkError(t, in.describe(t.Context()), incident.Invalid, "does not number rows by NULLS FIRST")
}

// TestWhatTravels looks at the rows that leave the database.
func TestWhatTravels(t *testing.T) {
	s := need(t, postgresServer)
	dsn := s.database(t, "travels", "create table directory as select 'c-' || i as id, 'm' || i || '@x.example' as mail, 'Person ' || i as name from generate_series(1, 5000) i",
		"create table exposed as select 'C-' || i % 100 + 1 as who, '123-45-' || i as ssn from generate_series(1, 20000) i", "insert into exposed values ('nobody', '"+secretWord+"')",
		"revoke temporary on database travels from public")
	spec := parse(t, `[database.crm]
driver = "postgres"
dsn_env = "CRM"
[directory]
database = "crm"
query = "select * from directory"
[directory.columns]
customer_id = "id"
email = "mail"
name = "name"
[[exposure]]
name = "leak"
match = { customer_id = "who" }
columns = { ssn = "ssn" }
database = "crm"
query = "select * from exposed"
`)
	asked := func(temporary bool) (*Inside, error) {
		db := spec.Databases["crm"]
		db.TemporaryTables = temporary
		spec.Databases["crm"] = db
		d := open(t, spec, strings.Replace(dsn, "tester", "modest", 1))
		return d.Inside(t.Context(), spec)
	}
	s.postgresExec(t, "travels", "create role modest login", "grant select on directory, exposed to modest")
	if _, err := asked(true); err == nil || !strings.Contains(err.Error(), "may not") {
		t.Errorf("a temporary table was made without the right to: %v", err)
	}
	in, err := asked(false) // needs no right but to read
	if err != nil {
		t.Fatal(err)
	}
	var got result
	sum := got.resolve(t, in, affected.Options{})
	if got.numbers != "100 19900 1 0 0" || sum.Inputs[0].Rows != 5000 {
		t.Errorf("numbers %s of %d people", got.numbers, sum.Inputs[0].Rows)
	}
	if people, rows := len(in.read[0].numbers), len(in.read[1].numbers); people != 100 || rows != 101 {
		t.Errorf("%d people and %d rows travelled; want 100 and 101", people, rows)
	}
	err = in.p.each(t.Context(), in.read[1].sql, in.read[1].params, in.read[1].types, func(row [][]byte) error {
		if text := string(bytes.Join(row, []byte(" "))); strings.Contains(text, "123-45") || strings.Contains(text, secretWord) {
			t.Errorf("what was exposed travelled: %s", text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSameInsideLarge is one large round, with a memory limit that the matching on this machine must heed too.
func TestSameInsideLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	s := need(t, postgresServer)
	dsn := s.database(t, "large")
	d := &dirty{Rand: rand.New(rand.NewPCG(1, 2)), people: 50_000, rows: 50_000, few: true}
	spec := d.spec(2)
	spec.Exposures[0].Match = map[string]string{"customer_id": "who", "email": "mail"}
	spec.Exposures[1].Match = map[string]string{"email": "mail"}
	fill(t, s, "large", d, 2)
	want, got := local(t, spec, dsn, affected.Options{}), inside(t, spec, dsn, affected.Options{Memory: 100 << 20})
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(result{})); diff != "" {
		t.Errorf("local and inside differ (-local +inside):\n%.4000s", diff)
	}
	if n := strings.Count(got.people, "\n"); n < 10_000 {
		t.Errorf("only %d people", n)
	}
}

func fill(t *testing.T, s *server, database string, d *dirty, exposures int) {
	t.Helper()
	statements := []string{"drop table if exists directory", "create table directory " + directoryTable}
	for i := range exposures {
		statements = append(statements, fmt.Sprintf("drop table if exists exposed_%d", i), fmt.Sprintf("create table exposed_%d %s", i, exposureTable))
	}
	s.postgresExec(t, database, statements...)
	s.copyIn(t, database, "copy directory from stdin (format csv)", d.directory())
	for i := range exposures {
		s.copyIn(t, database, fmt.Sprintf("copy exposed_%d from stdin (format csv)", i), d.exposure())
	}
}
