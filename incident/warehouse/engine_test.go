package warehouse

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/incident/affected"
)

var update = flag.Bool("update", false, "write golden files anew")

func TestEngineOf(t *testing.T) {
	for version, want := range map[string]engine{
		"PostgreSQL 15.9 (Debian 15.9-0+deb12u1) on x86_64-pc-linux-gnu": {name: "PostgreSQL", materialized: true, keepsOrder: true, arrays: true, text: "text", collate: ` COLLATE "C"`},
		"PostgreSQL 11.2 on x86_64-pc-linux-gnu":                         {name: "PostgreSQL", keepsOrder: true, arrays: true, text: "text", collate: ` COLLATE "C"`},
		"PostgreSQL 9.6.1 on x86_64-pc-linux-gnu":                        {name: "this server", text: "text"},
		"PostgreSQL 9.4.24 (Greenplum Database 6.20.0 build)":            {name: "this server", text: "text"},
		"PostgreSQL 12.12 (Greenplum Database 7.0.0 build)":              {name: "this server", text: "text"},
		"PostgreSQL 11.2-YB-2.21.0.0-b0 on x86_64":                       {name: "this server", text: "text"},
		"CockroachDB CCL v24.1.1 (x86_64-pc-linux-gnu)":                  {name: "CockroachDB", materialized: true, arrays: true, text: "text"},
		"PostgreSQL 8.0.2 on i686-pc-linux-gnu, Redshift 1.0.77467":      {name: "Redshift", text: "varchar(65535)", plainOrder: true},
		"": {name: "this server", text: "text"},
	} {
		if got := engineOf(version, false); got != want {
			t.Errorf("%s: %+v, want %+v", version, got, want)
		}
	}
	if got := engineOf("PostgreSQL 16.2 on x86_64", true); got.name != "Citus" || got.keepsOrder || !got.arrays {
		t.Errorf("Citus: %+v", got)
	}
}

func TestOrderOf(t *testing.T) {
	columns := []string{"id", "Full Name", "at", "c4", "c5", "c6", "c7", "c8", "c9", "c10", `q"q`}
	for query, want := range map[string]string{
		"select * from t order by id":                                           `ORDER BY "id"`,
		"select * from t ORDER /* x */ BY ID desc, 2 asc nulls last, at -- end": `ORDER BY "id" DESC, "Full Name" ASC NULLS LAST, "at"`,
		`select * from t order by "Full Name" Nulls First, 10, "q""q"`:          `ORDER BY "Full Name" NULLS FIRST, "c10", "q""q"`,
		"select * from (select * from t order by id) x":                         "",
		"select row_number() over (order by id) from t":                         "",
		"select * from (select * from t order by at) x order by id":             `ORDER BY "id"`,
		"select * from t order by id limit 5":                                   "",
		"select * from t order by lower(id)":                                    "",
		"select * from t order by t.id":                                         "",
		"select * from t order by id using >":                                   "",
		"select * from t order by other":                                        "",
		`select * from t order by "ID"`:                                         "",
		"select * from t order by 12":                                           "",
		"select * from t order by":                                              "",
		"select * from t order by id,":                                          "",
		"select * from t":                                                       "",
		"select * from t order by id union select * from u":                     "",
		"select 'order by id' from t":                                           "",
	} {
		if got, ok := orderOf(query, columns); got != want || ok != (want != "") {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

// TestSQL shows what is written for engines that are not at hand, so that somebody can read it.
func TestSQL(t *testing.T) {
	spec := affected.Spec{
		Directory: affected.Directory{Input: affected.Input{Query: "select * from customers order by id"}, Columns: map[string]string{"customer_id": "id", "email": "mail", "birth_date": "born"}},
		Exposures: []affected.Exposure{{
			Name: "leak", Match: map[string]string{"customer_id": "who", "email": "mail"}, Check: map[string]string{"birth_date": "dob"},
			ElementsColumn: "what", Columns: map[string]string{"ssn": "ssn"},
		}},
	}
	for file, version := range map[string]string{"postgresql.sql": "PostgreSQL 16.2 on x86_64", "redshift.sql": "PostgreSQL 8.0.2, Redshift 1.0"} {
		e := engineOf(version, false)
		c := &compiler{engine: e, spec: spec, keys: []string{"customer_id", "email"},
			directory: &source{name: "directory", query: "select * from customers order by id", columns: []string{"id", "mail", "born"}, types: []uint32{20, 25, 1082}, widths: []string{"mail"}},
			exposures: []*source{{name: "exposure_1", query: "select * from crm.leak order by row", columns: []string{"who", "mail", "what", "ssn", "dob"}, types: []uint32{25, 25, 25, 25, 1082}, widths: []string{"who", "mail", "what", "ssn"}}},
		}
		if !e.keepsOrder {
			c.directory.over, c.exposures[0].over = `ORDER BY "id"`, `ORDER BY "row"`
		}
		sql := "SELECT 0 AS k, '' AS t, '' AS c, '' AS form WHERE 1 = 0"
		if e.arrays {
			sql, _, _ = asArrays(&words{}, e)
		}
		got := c.asked() + ";\n\n" + c.size(c.directory) + ";\n\n" + c.people(sql) + ";\n\n" + c.exposure(0, sql) + ";\n"
		path := filepath.Join("testdata", file)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
	}
}

// TestSQLOfNames shows what the engine makes of names with a birth date, to be read.
func TestSQLOfNames(t *testing.T) {
	spec := affected.Spec{
		Directory: affected.Directory{Input: affected.Input{Query: "select * from customers"}, Columns: map[string]string{"given_name": "first", "family_name": "last", "birth_date": "born"}},
		Exposures: []affected.Exposure{{Name: "leak", Match: map[string]string{"name": "who", "birth_date": "dob"}, Elements: []string{"name"}}},
	}
	c := &compiler{engine: engineOf("PostgreSQL 16.2 on x86_64", false), spec: spec, keys: spec.Keys(),
		directory: &source{name: "directory", query: "select * from customers", columns: []string{"first", "last", "born"}, types: []uint32{25, 25, 1082}},
		exposures: []*source{{name: "exposure_1", query: "select * from leak", columns: []string{"who", "dob"}, types: []uint32{25, 1082}}},
	}
	got := c.asked() + ";\n\n" + c.exposure(0, "SELECT k, t, c, form FROM "+wordsTable) + ";\n"
	path := filepath.Join("testdata", "postgresql-names.sql")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
