package warehouse

import (
	"strings"
	"testing"

	"tocsin/incident"
)

func TestCheckStatement(t *testing.T) {
	for _, tc := range []struct{ driver, query, want, says string }{
		{"postgres", "select 1", "select 1", ""},
		{"postgres", " \n/* a /* nested */ b */ Select ';' -- ; x\n ; ", " \n/* a /* nested */ b */ Select ';'", ""},
		{"postgres", "((select 1) union (select 2));", "((select 1) union (select 2))", ""},
		{"postgres", "with x as (select 1) table x", "with x as (select 1) table x", ""},
		{"postgres", "values (1)", "values (1)", ""},
		{"postgres", `select $$;)$$, $a$ $$ ; $a$, "a;)""b", 'it''s )', E'\';)'`, `select $$;)$$, $a$ $$ ; $a$, "a;)""b", 'it''s )', E'\';)'`, ""},
		{"postgres", `select '\a', "\"`, `select '\a', "\"`, ""},
		{"postgres", `select '\'`, "", "a backslash before a quote"},
		{"postgres", "select $1", "", "a parameter at character 8"},
		{"postgres", "select a$b from t", "select a$b from t", ""},
		{"postgres", "select namE'x'", "select namE'x'", ""},
		{"postgres", "select 1 -- to the end", "select 1", ""},
		{"postgres", "selectx 1", "", "must begin with"},
		{"postgres", "select 1; select 2", "", "several statements; give one (character 11)"},
		{"postgres", "select 1;;", "", "several statements"},
		{"postgres", "select 1) , x as (delete from t", "", "closes a parenthesis at character 9"},
		{"postgres", "select (1", "", "opens a parenthesis that it does not close"},
		{"postgres", "select 'x", "", "opens a quote at character 8"},
		{"postgres", `select E'x\'`, "", "opens a quote"},
		{"postgres", `select "x`, "", "opens a quote"},
		{"postgres", "select $q$ x", "", "opens a quote"},
		{"postgres", "select /* /* */ 1", "", "opens a comment"},
		{"postgres", "", "", "is empty"},
		{"postgres", " -- nothing", "", "is empty"},
		{"postgres", "(", "", "is empty"},
		{"postgres", "drop table t", "", "must begin with SELECT"},
		{"postgres", "; select 1", "", "several statements"},
		{"postgres", "'x' select 1", "", "must begin with SELECT"},
		{"postgres", "explain analyze select 1", "", "must begin with SELECT"},
		{"postgres", "select 1\x00", "", "a NUL byte at character 9"},
		{"mysql", `select '\';', "\";" # ; x`, `select '\';', "\";"`, ""},
		{"mysql", "select `a;``)` -- ; x", "select `a;``)`", ""},
		{"mysql", "select 1--1", "select 1--1", ""},
		{"mysql", "select /* /* */ 1", "select /* /* */ 1", ""},
		{"mysql", "select 1 /*! into outfile 'x' */", "", "a comment that is executed at character 10"},
		{"mysql", "select 1 /*M! into outfile 'x' */", "", "a comment that is executed"},
		{"mysql", "select 1; select 2", "", "several statements"},
		{"mysql", `select '\'`, "", "opens a quote"},
	} {
		got, err := checkStatement(tc.query, tc.driver)
		switch {
		case tc.says == "" && (err != nil || got != tc.want):
			t.Errorf("%s %q: %q, %v", tc.driver, tc.query, got, err)
		case tc.says != "" && (err == nil || !strings.Contains(err.Error(), tc.says) || incident.KindOf(err) != incident.Invalid):
			t.Errorf("%s %q: %v; want %q", tc.driver, tc.query, err, tc.says)
		}
	}
}

// FuzzCheckStatement looks for a query that is taken although it could leave
// the parentheses it is put between.
func FuzzCheckStatement(f *testing.F) {
	for _, s := range []string{"select 1", "select (')') -- x\n;", "with x as (select $a$)$a$) table x", "select E'\\'' /* ( */", "select \"(\"", "select 1 # x"} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, query string, mysql bool) {
		driver := map[bool]string{true: "mysql", false: "postgres"}[mysql]
		got, err := checkStatement(query, driver)
		if err != nil {
			return
		}
		if !strings.HasPrefix(query, got) {
			t.Fatalf("%q is not what %q begins with", got, query)
		}
		again, err := checkStatement("(\n"+got+"\n)", driver)
		if err != nil || again != "(\n"+got+"\n)" {
			t.Fatalf("%q between parentheses: %q, %v", got, again, err)
		}
		if _, err := checkStatement(got+"\n; select 1", driver); err == nil {
			t.Fatalf("%q hides what follows", got)
		}
	})
}
