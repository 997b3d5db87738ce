//go:build unix

package warehouse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"tocsin/incident"
	"tocsin/incident/affected"
)

func (s *server) mariaExec(t testing.TB, database string, statements ...string) {
	t.Helper()
	db, err := sql.Open("mysql", s.mariaDSN(database))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%v in %.200s", err, statement)
		}
	}
}

func TestMySQLConfig(t *testing.T) {
	cfg, err := mysqlConfig("crm", "u:"+secretWord+"@tcp(db:3306)/x?multiStatements=true&allowAllFiles=true&parseTime=true&sql_mode=ANSI&charset=latin1&tls=true")
	if err != nil {
		t.Fatal(err)
	}
	if cfg.MultiStatements || cfg.AllowAllFiles || cfg.ParseTime || len(cfg.Params) > 0 || cfg.TLSConfig != "true" || cfg.Timeout == 0 {
		t.Errorf("%+v", *cfg)
	}
	if _, err := mysqlConfig("crm", secretWord+"@@("); err == nil || strings.Contains(err.Error(), secretWord) {
		t.Errorf("%v", err)
	}
	for version, want := range map[string]string{
		"8.4.2": "SET SESSION max_execution_time = 90000", "10.11.4-MariaDB": "SET SESSION max_statement_time = 90.000",
	} {
		if got := mysqlBegin(version, 90*time.Second); got[0] != want || got[len(got)-1] != "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY" {
			t.Errorf("%s: %q", version, got)
		}
	}
}

func TestMySQLErrors(t *testing.T) {
	m := &mysqlSession{name: "crm"}
	for number, kind := range map[uint16]incident.Kind{3024: incident.Unavailable, 1969: incident.Unavailable, 1792: incident.Invalid, 1142: incident.Invalid, 1064: incident.Invalid, 1366: incident.Unavailable} {
		err := m.failed(t.Context(), fmt.Errorf("x: %w", &mysql.MySQLError{Number: number, Message: secretWord}))
		if incident.KindOf(err) != kind || strings.Contains(err.Error(), secretWord) {
			t.Errorf("%d: %v", number, err)
		}
	}
}

func TestMySQLQueries(t *testing.T) {
	s := need(t, mariaServer)
	s.mariaExec(t, "", "create database texts character set utf8mb4")
	s.mariaExec(t, "texts", "create table t (id int primary key, who varchar(20), born date, paid decimal(8,2), ok bool, raw blob) engine=innodb",
		"insert into t values (1, 'Zoë', '1980-01-31', 1.50, true, 'x'), (2, null, null, null, null, null)")
	dsn := s.mariaDSN("texts")
	t.Run("text", func(t *testing.T) {
		d := openOne(t, "mysql", dsn, 0)
		query := "select id, who, born, paid, ok, timestamp '2020-02-03 04:05:06' as at from t order by id desc # all\n;"
		columns, rows, err := readAll(t.Context(), d, query)
		if err != nil || strings.Join(columns, ",") != "id,who,born,paid,ok,at" ||
			strings.Join(rows, "\n") != "2|||||2020-02-03 04:05:06\n1|Zoë|1980-01-31|1.50|1|2020-02-03 04:05:06" {
			t.Errorf("%s\n%s\n%v", columns, strings.Join(rows, "\n"), err)
		}
		s.mariaExec(t, "texts", "insert into t (id) values (3)")
		if _, again, err := readAll(t.Context(), d, query); err != nil || len(again) != 2 {
			t.Errorf("not the same snapshot: %d rows, %v", len(again), err)
		}
	})
	for name, tc := range map[string]struct {
		query string
		kind  incident.Kind
		says  string
	}{
		"bytes":    {"select raw from t", incident.Invalid, `column "raw" holds bytes`},
		"no table": {"select * from nowhere", incident.Invalid, "doesn't exist"},
		"a file":   {"select * from t into outfile '/nowhere/x'", incident.Invalid, "does not understand"},
		"several":  {"select 1; drop table t", incident.Invalid, "several statements"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := readAll(t.Context(), openOne(t, "mysql", dsn, 0), tc.query)
			checkError(t, err, tc.kind, tc.says)
		})
	}
	const endless = "with recursive r(i) as (select 1 union all select i + 1 from r where i < 1000000000) select max(sleep(1)) from r"
	t.Run("until the timeout", func(t *testing.T) {
		_, _, err := readAll(t.Context(), openOne(t, "mysql", dsn, 300*time.Millisecond), endless)
		checkError(t, err, incident.Unavailable, "did not end within 300ms")
	})
	t.Run("until cancelled", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if _, _, err := readAll(ctx, openOne(t, "mysql", dsn, 0), endless); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		for range 100 {
			_, rows, err := readAll(t.Context(), openOne(t, "mysql", dsn, 0), "select count(*) from information_schema.processlist where info like '%sleep(1)%'")
			if err != nil {
				t.Fatal(err)
			}
			if rows[0] == "1" { // the one that asks
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		t.Error("the server still works on it")
	})
}

// TestSeveralDatabases has the directory in one database and exposures in another and in a file.
func TestSeveralDatabases(t *testing.T) {
	maria, pg := need(t, mariaServer), need(t, postgresServer)
	maria.mariaExec(t, "", "create database crm character set utf8mb4")
	maria.mariaExec(t, "crm", "create table customers (id int primary key, mail varchar(50), born date)",
		"insert into customers values (1, 'Zoë@x.example', '1980-01-31'), (2, 'b@x.example', null), (3, 'c@x.example', '1990-01-01')")
	dsn := map[string]string{
		"CRM":  maria.mariaDSN("crm"),
		"LOGS": pg.database(t, "logs", "create table chat as select * from (values ('zoe\u0308@X.example', date '1980-01-31'), ('c@x.example', '1991-01-01'), ('d@x.example', null)) v (sender, born)"),
	}
	spec := parse(t, `[database.crm]
driver = "mysql"
dsn_env = "CRM"
[database.logs]
driver = "postgres"
dsn_env = "LOGS"
[directory]
database = "crm"
query = "select id, mail, born from customers order by id desc"
[directory.columns]
customer_id = "id"
email = "mail"
birth_date = "born"
[[exposure]]
name = "chat"
database = "logs"
query = "select * from chat"
match = { email = "sender" }
check = { birth_date = "born" }
elements = ["communications"]
[[exposure]]
name = "file"
path = "leak.csv"
match = { customer_id = "who" }
elements = ["ssn"]
`)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "leak.csv"), []byte("who\n2\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := Open(spec, Config{Getenv: func(name string) string { return dsn[name] }})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var r result
	to, done := r.outputs()
	sum, err := affected.Resolve(t.Context(), spec, affected.Folder(dir), to, affected.Options{Query: d.Query})
	if err != nil {
		t.Fatal(err)
	}
	done(sum)
	if want := "3,,c@x.example,,,,communications,chat\n2,,b@x.example,,,,ssn,file\n1,,Zoë@x.example,,,,ssn+communications,chat+file\n"; body(r.people) != want {
		t.Errorf("people:\n%swant:\n%s", body(r.people), want)
	}
	if want := "database logs: chat,3,birth_date is not that of the person whose email this is,1,\n"; body(r.conflicts) != want || r.numbers != "4 0 1 0 1" {
		t.Errorf("%s, conflicts:\n%s", r.numbers, body(r.conflicts))
	}
}
