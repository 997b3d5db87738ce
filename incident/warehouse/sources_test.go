//go:build unix

package warehouse

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
)

func TestSourcesAreChecked(t *testing.T) {
	_, err := NewSources([]Source{{Name: "crm", Driver: "postgres", DSNFile: "x"}, {Name: "crm", Driver: "oracle", Timeout: -1}, {Name: "A b", Driver: "mysql", DSNFile: "x"}})
	where := map[string]bool{}
	for _, p := range incident.ProblemsOf(err) {
		where[p.Where] = true
	}
	for _, want := range []string{"matching.database[1].name", "matching.database[1].driver", "matching.database[1].dsn_file", "matching.database[1].timeout", "matching.database[2].name"} {
		if !where[want] {
			t.Errorf("%s is wrong, and nobody says so: %v", want, err)
		}
	}
	if len(where) != 5 {
		t.Errorf("%v", where)
	}
	s, err := NewSources([]Source{{Name: "crm", Driver: "postgres", DSNFile: "/no/such/" + secretWord}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Ask(t.Context(), "other", "select 1")
	checkError(t, err, incident.NotFound, "no such database")
	_, err = s.Ask(t.Context(), "crm", "drop table x")
	checkError(t, err, incident.Invalid, "it may only read")
	if _, err = s.Ask(t.Context(), "crm", "select 1"); incident.KindOf(err) != incident.Unavailable || strings.Contains(incident.Sentence(err), secretWord) {
		t.Errorf("%v", err)
	}
}

// TestSourcesAnswer asks real servers: the plan, some rows, all rows, one that takes too long, one that writes.
func TestSourcesAnswer(t *testing.T) {
	for driver, start := range map[string]func() (*server, error){"postgres": postgresServer, "mysql": mariaServer} {
		t.Run(driver, func(t *testing.T) {
			s := need(t, start)
			rows := "(select 1 as id, 'Ann' as name union all select 2, null union all select 3, 'Cy') v"
			slow, dsn := "select sleep(60) as x", ""
			if driver == "postgres" {
				dsn, slow = s.database(t, "sources"), "select pg_sleep(60)::text as x"
			} else {
				s.mariaExec(t, "", "create database if not exists sources")
				dsn = s.mariaDSN("sources")
			}
			file := filepath.Join(t.TempDir(), "dsn")
			if err := os.WriteFile(file, []byte(dsn+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			all, err := NewSources([]Source{{Name: "crm", Driver: driver, DSNFile: file, Timeout: time.Second}})
			if err != nil {
				t.Fatal(err)
			}
			plan, err := all.Explain(t.Context(), "crm", "select * from "+rows)
			if err != nil || len(plan) == 0 {
				t.Errorf("plan %q, %v", plan, err)
			}
			for _, most := range []int{1, 9} { // left early, and read to its end
				answer, err := all.Ask(t.Context(), "crm", "select * from "+rows+" order by id;")
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for len(got) < most {
					row, err := answer.Next(t.Context())
					if errors.Is(err, io.EOF) {
						break
					}
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, strings.Join(row, "|"))
				}
				if err := answer.Close(); err != nil {
					t.Error(err)
				}
				if want := "1|Ann 2| 3|Cy"; !strings.HasPrefix(want, strings.Join(got, " ")) || most == 9 && len(got) != 3 || strings.Join(answer.Columns(), " ") != "id name" {
					t.Errorf("got %q of %q", got, answer.Columns())
				}
			}
			answer, err := all.Ask(t.Context(), "crm", slow)
			if err == nil {
				_, err = answer.Next(t.Context())
				if e := answer.Close(); e != nil {
					t.Error(e)
				}
			}
			if driver == "postgres" || err != nil { // MariaDB's SLEEP ends early without an error
				checkError(t, err, incident.Unavailable, "did not end within 1s")
			}
			_, err = all.Explain(t.Context(), "crm", "select * from no_such_table")
			checkError(t, err, incident.Invalid, "crm")
		})
	}
}
