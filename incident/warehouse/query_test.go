//go:build unix

package warehouse

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
)

// secretWord may be in no error.
const secretWord = "s3cr3t-w0rd"

func openOne(t *testing.T, driver, dsn string, timeout time.Duration) *Databases {
	t.Helper()
	spec := affected.Spec{
		Databases: map[string]affected.Database{"crm": {Driver: driver, DSNEnv: "CRM", Timeout: timeout}},
		Directory: affected.Directory{Input: affected.Input{Database: "crm", Query: "select 1"}},
	}
	d, err := Open(spec, Config{Getenv: func(string) string { return dsn }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func readAll(ctx context.Context, d *Databases, query string) (columns []string, rows []string, err error) {
	r, err := d.Query(ctx, "crm", query)
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	for {
		row, err := r.Next(ctx)
		if errors.Is(err, io.EOF) {
			return r.Columns(), rows, r.Close()
		}
		if err != nil {
			return r.Columns(), rows, err
		}
		rows = append(rows, strings.Join(row, "|"))
	}
}

func TestPostgresText(t *testing.T) {
	s := need(t, postgresServer)
	d := openOne(t, "postgres", s.database(t, "text"), 0)
	columns, rows, err := readAll(t.Context(), d, `select 1 as one, 'x' as "Two "" words", null as three, true as t, false as f,
		date '1980-01-31' as d, timestamptz '2020-02-03 04:05:06+02' as at, 1.50::numeric(6,2) as n, 0.1::float8 as r,
		'Zoë' as u, array['a','b'] as list, '{"a": 1}'::jsonb as j -- the end`)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(columns, ","); got != `one,Two " words,three,t,f,d,at,n,r,u,list,j` {
		t.Errorf("columns %s", got)
	}
	if got := strings.Join(rows, "\n"); got != `1|x||true|false|1980-01-31|2020-02-03 02:05:06+00|1.50|0.1|Zoë|{a,b}|{"a": 1}` {
		t.Errorf("rows %s", got)
	}
}

func TestPostgresSnapshot(t *testing.T) {
	s := need(t, postgresServer)
	d := openOne(t, "postgres", s.database(t, "snapshot", "create table t as select i from generate_series(1, 1000) i"), 0)
	_, before, err := readAll(t.Context(), d, "select i from t")
	if err != nil {
		t.Fatal(err)
	}
	s.postgresExec(t, "snapshot", "delete from t where i % 2 = 0", "insert into t values (5000)")
	_, after, err := readAll(t.Context(), d, "select i from t;")
	if err != nil || len(before) != 1000 || !slices.Equal(before, after) {
		t.Errorf("%d rows, then %d: %v", len(before), len(after), err)
	}
}

// TestPostgresRefuses has everything fail that can, and looks for what must not be said.
func TestPostgresRefuses(t *testing.T) {
	s := need(t, postgresServer)
	dsn := s.database(t, "refuses", "create table t (i int, who text); insert into t values (1, '"+secretWord+"')",
		"create role limited login")
	for name, tc := range map[string]struct {
		dsn, query string
		kind       incident.Kind
		says       string
	}{
		"bytes":            {dsn, "select 'a'::bytea as raw", incident.Invalid, `column "raw" holds bytes`},
		"no table":         {dsn, "select * from nowhere", incident.Invalid, `relation "nowhere" does not exist (character 15)`},
		"writes in a with": {dsn, "with x as (delete from t returning i) select i from x", incident.Invalid, "the query writes, or changes its transaction, and may only read"},
		"writes by into":   {dsn, "select * into new from t", incident.Invalid, "the query gives no columns"},
		"locks rows":       {dsn, "select * from t for update", incident.Invalid, "the query writes, or changes its transaction, and may only read"},
		"becomes writing":  {dsn, "select set_config('transaction_read_only', 'off', false), 1", incident.Invalid, "changes its transaction"},
		"several":          {dsn, "select 1; drop table t", incident.Invalid, "several statements"},
		"a value":          {dsn, "select who::int from t", incident.Invalid, "fails on a value of a row (SQLSTATE 22P02)"},
		"not allowed":      {strings.Replace(dsn, "tester", "limited", 1), "select * from t", incident.Invalid, "may not read what the query names: permission denied for table t"},
		"no such database": {strings.Replace(dsn, "refuses", "gone", 1) + " password=" + secretWord, "select 1", incident.Invalid, "no database of this name"},
		"no such user":     {strings.Replace(dsn, "tester", secretWord, 1), "select 1", incident.Invalid, "does not accept this user"},
		"no server":        {"host=/nowhere user=" + secretWord + " sslmode=disable", "select 1", incident.Unavailable, "cannot be reached"},
		"no address":       {"postgres://" + secretWord + ":x@%%%/y?port=" + secretWord, "select 1", incident.Invalid, "the address cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			d := openOne(t, "postgres", tc.dsn, 0)
			_, _, err := readAll(t.Context(), d, tc.query)
			checkError(t, err, tc.kind, tc.says)
		})
	}
}

func checkError(t *testing.T, err error, kind incident.Kind, says string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one that says %q", says)
	}
	if incident.KindOf(err) != kind || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), secretWord) {
		t.Errorf("%s: %v; want %s and %q", incident.KindOf(err), err, kind, says)
	}
}

func TestPostgresStops(t *testing.T) {
	s := need(t, postgresServer)
	dsn := s.database(t, "stops")
	for name, query := range map[string]string{
		"says nothing":   "select pg_sleep(1000)",
		"never ends":     "with recursive r(i) as (select 1 union all select 1 from r) select i from r",
		"never sends":    "with recursive r(i) as (select 1 union all select 1 from r) select i from r where i = 2",
		"sorts for ever": "with recursive r(i) as (select 1 union all select i + 1 from r) select max(i::numeric) from r",
	} {
		t.Run(name+", until the timeout", func(t *testing.T) {
			d := openOne(t, "postgres", dsn, 300*time.Millisecond)
			_, _, err := readAll(t.Context(), d, query)
			checkError(t, err, incident.Unavailable, "did not end within 300ms")
		})
		t.Run(name+", until cancelled", func(t *testing.T) {
			d := openOne(t, "postgres", dsn, 0)
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			_, _, err := readAll(ctx, d, query)
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v", err)
			}
			d.Close()
			other := openOne(t, "postgres", dsn, 0)
			for range 100 {
				_, rows, err := readAll(t.Context(), other, "select count(*) from pg_stat_activity where application_name = 'tocsin' and state = 'active'")
				if err != nil {
					t.Fatal(err)
				}
				if rows[0] == "1" { // the one that asks
					return
				}
				other.Close()
				time.Sleep(20 * time.Millisecond)
			}
			t.Error("the server still works on it")
		})
	}
	t.Run("given up half way", func(t *testing.T) {
		d := openOne(t, "postgres", dsn, 0)
		r, err := d.Query(t.Context(), "crm", "select generate_series(1, 100000000)")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		r.Close()
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("giving up took %v", took)
		}
	})
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("good.dsn", " host=x password="+secretWord+" \n")
	write("empty.dsn", " \n")
	write("long.dsn", strings.Repeat("x", maxDSN+1))
	spec := func(db affected.Database, query string) affected.Spec {
		return affected.Spec{Databases: map[string]affected.Database{"crm": db},
			Directory: affected.Directory{Input: affected.Input{Database: "crm", Query: query}}}
	}
	getenv := func(name string) string { return map[string]string{"CRM": "host=x password=" + secretWord}[name] }
	for name, tc := range map[string]struct {
		db    affected.Database
		query string
		says  string
	}{
		"file":        {affected.Database{DSNFile: "good.dsn"}, "select 1", ""},
		"environment": {affected.Database{DSNEnv: "CRM"}, "select 1", ""},
		"no file":     {affected.Database{DSNFile: "gone.dsn"}, "select 1", "database.crm: the file gone.dsn, which dsn_file names, cannot be opened: no such file"},
		"empty file":  {affected.Database{DSNFile: "empty.dsn"}, "select 1", "is empty"},
		"long file":   {affected.Database{DSNFile: "long.dsn"}, "select 1", "too long"},
		"no variable": {affected.Database{DSNEnv: "OTHER"}, "select 1", "the environment has no OTHER"},
		"two things":  {affected.Database{DSNEnv: "CRM"}, "delete from t", "directory.query: the query must begin with SELECT"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := Open(spec(tc.db, tc.query), Config{Folder: dir, Getenv: getenv})
			if tc.says != "" {
				checkError(t, err, incident.Invalid, tc.says)
			} else if err != nil || !strings.Contains(d.dsn["crm"], secretWord) {
				t.Errorf("%v", err)
			}
		})
	}
}
