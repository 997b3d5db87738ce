//go:build unix

package warehouse

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/incident"
	"tocsin/incident/affected"
)

func parse(t *testing.T, text string) affected.Spec {
	t.Helper()
	spec, err := affected.ParseSpec(strings.NewReader(text), "spec.toml")
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// caseHead is the beginning of a spec; what follows is the query of its directory.
const caseHead = `
[database.crm]
driver = "postgres"
dsn_env = "CRM"
[directory.columns]
customer_id = "id"
email = "mail"
phone = "phone"
name = "name"
country = "country"
birth_date = "born"
[directory]
database = "crm"
query = "`

// TestCases are single rules of matching, each inside and on this machine.
func TestCases(t *testing.T) {
	s := need(t, postgresServer)
	dsn := s.database(t, "cases")
	const people = `select * from (values ('c-1', 'a@x.example', '', 'Ann', 'DE', date '1980-01-31'), ('c 2', 'b@x.example', '030 1234567', 'Ben', '', null),` +
		` ('C-3', 'b@x.example', '', '', 'US', '1980-03-04'), ('c-4', 'c@bücher.example', '030 1234567', '', 'DE', null)) v (id, mail, phone, name, country, born)"` + "\n"
	for name, tc := range map[string]struct{ directory, exposure, people, conflicts, numbers string }{
		"one stands for others, with their elements": {people, `match = { customer_id = "id" }
columns = { ssn = "ssn", name = "who" }
query = "select 'c-1' id, '1' ssn, '' who union all select ' C-1', '', '' union all select 'c-1', '', 'x' union all select 'c-1', '2', ''"`,
			"c-1,Ann,a@x.example,DE,,,name+ssn,leak\n", "", "1 3 0 0 0"},
		"a key that was exposed itself": {people, `match = { customer_id = "id", email = "mail" }
columns = { email = "mail" }
query = "select * from (values ('c-1', ''), ('c-1', 'a@x.example'), ('c-1', ' ')) v (id, mail)"`,
			"c-1,Ann,a@x.example,DE,,,email,leak\n", "", "1 2 0 0 0"},
		"a line end within a key": {people, `match = { customer_id = "id" }
elements = ["ssn"]
query = "select * from (values (e'c\\n2'), (e'c2')) v (id)"`,
			"c 2,Ben,b@x.example,,,,ssn,leak\n", "", "1 0 1 0 0"},
		"a key that many share": {`select i as id, case when i > 70 then i || 'alone' else 'all' end as mail, '' as phone, '' as name, '' as country, '' as born from generate_series(1, 80) i"` + "\n", `match = { email = "mail" }
elements = ["ssn"]
query = "select 'all' as mail"`,
			"1,,all,,,,ssn,leak\n", "database crm: leak,2,several people in the directory have this email,1," + sharers(64) + "\n", "1 0 0 0 1"},
		"telephone numbers at home": {people, `match = { phone = "p" }
phone_country = "DE"
elements = ["ssn"]
query = "select '+49301234567' p union all select '030/1234567'"`,
			"c-4,,c@bücher.example,DE,,,ssn,leak\n", "", "1 1 0 0 0"},
		"telephone numbers as the directory has them": {people, `match = { phone = "p" }
elements = ["ssn"]
query = "select '030/1234567' p union all select '030 7654321'"`,
			"c 2,Ben,b@x.example,,,,ssn,leak\n", "database crm: leak,2,several people in the directory have this phone,2,4\n", "1 0 1 0 1"},
		"telephone numbers where the directory's home is stated": {"PHONE" + people, `match = { phone = "p" }
elements = ["ssn"]
query = "select '+49301234567' p"`,
			"c 2,Ben,b@x.example,,,,ssn,leak\n", "database crm: leak,2,several people in the directory have this phone,2,4\n", "1 0 0 0 1"},
		"a shared key, a birth date of another": {people, `match = { email = "mail" }
check = { birth_date = "born" }
elements = ["ssn"]
query = "select * from (values ('b@x.example', '03.04.1980'), ('B@x.example', '04/03/1980'), ('a@x.example', '1980-02-01'), ('a@x.example', '31.01.1980'), ('b@x.example', '')) v (mail, born)"`,
			"c-1,Ann,a@x.example,DE,,,ssn,leak\nc 2,Ben,b@x.example,,,,ssn,leak\nC-3,,b@x.example,US,,,ssn,leak\n",
			"database crm: leak,2,several people in the directory have this email,2,3\ndatabase crm: leak,4,birth_date is not that of the person whose email this is,1,\n" +
				"database crm: leak,6,several people in the directory have this email,2,3\n", "3 2 0 0 3"},
		"internationalised domains": {people, `match = { email = "mail" }
elements = ["ssn"]
query = "values ('C@XN--BCHER-KVA.example')"`, "", "", ""},
		"elements that are none": {people, `match = { customer_id = "id" }
elements_column = "what"
query = "select * from (values ('c-1', 'ssn+shoe_size'), ('c-1', ' SSN + name'), ('c-1', ''), ('', 'nothing'), ('c-9', 'ssn')) v (id, what)"`,
			"c-1,Ann,a@x.example,DE,,,name+ssn,leak\n", "", "1 1 1 2 0"},
		"nobody": {people, `match = { customer_id = "id" }
elements = ["ssn"]
query = "select 'c-1' as id where false"`, "", "", "0 0 0 0 0"},
	} {
		t.Run(name, func(t *testing.T) {
			directory, stated := strings.CutPrefix(tc.directory, "PHONE")
			text := caseHead + directory
			if stated {
				text += "phone_country = \"DE\"\n"
			}
			if strings.HasPrefix(name, "internationalised") { // a column of its own name
				tc.exposure = strings.Replace(tc.exposure, "values ('C@XN--BCHER-KVA.example')", "select 'C@XN--BCHER-KVA.example' as mail", 1)
				tc.people, tc.numbers = "c-4,,c@bücher.example,DE,,,ssn,leak\n", "1 0 0 0 0"
			}
			spec := parse(t, text+"[[exposure]]\nname = \"leak\"\ndatabase = \"crm\"\n"+tc.exposure+"\n")
			want, got := local(t, spec, dsn, affected.Options{}), inside(t, spec, dsn, affected.Options{})
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(result{})); diff != "" {
				t.Errorf("local and inside differ (-local +inside):\n%s", diff)
			}
			if diff := cmp.Diff(tc.people, body(got.people)); diff != "" {
				t.Errorf("people (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.conflicts, body(got.conflicts)); diff != "" {
				t.Errorf("conflicts (-want +got):\n%s", diff)
			}
			if got.numbers != tc.numbers {
				t.Errorf("numbers %s, want %s", got.numbers, tc.numbers)
			}
		})
	}
}

// sharers are the numbers from 2 joined by +.
func sharers(to int) string {
	var all []string
	for i := 2; i <= to; i++ {
		all = append(all, fmt.Sprint(i))
	}
	return strings.Join(all, "+")
}

func body(table string) string {
	_, rows, _ := strings.Cut(table, "\n")
	return rows
}

// TestInsideRefuses is what cannot be matched inside a database.
func TestInsideRefuses(t *testing.T) {
	s := need(t, postgresServer)
	dsn := s.database(t, "refusing")
	latin := s.postgresDSN("latin")
	s.postgresExec(t, "postgres", "create database latin encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0")
	const directory = `[directory]
database = "crm"
query = "select 'c-1' as id, 'a@x.example' as mail"
[directory.columns]
customer_id = "id"
[database.crm]
driver = "postgres"
dsn_env = "CRM"
`
	const exposure = `[[exposure]]
name = "leak"
match = { customer_id = "id" }
elements = ["ssn"]
`
	for name, tc := range map[string]struct{ text, dsn, says string }{
		"a file":           {directory + exposure + `path = "x.csv"`, dsn, "exposure leak is a file"},
		"another database": {directory + "[database.other]\ndriver = \"postgres\"\ndsn_env = \"CRM\"\n" + exposure + "database = \"other\"\nquery = \"select 1\"", dsn, "in another database"},
		"MySQL":            {strings.Replace(directory, `"postgres"`, `"mysql"`, 1) + exposure + "database = \"crm\"\nquery = \"select 1\"", dsn, "this is mysql"},
		"no column":        {directory + exposure + "database = \"crm\"\nquery = \"select 1 as no\"", dsn, `exposure leak: has no column called "id"`},
		"a column twice":   {directory + exposure + "database = \"crm\"\nquery = \"select 1 as id, 2 as id\"", dsn, `has more than one column called "id"`},
		"bytes":            {directory + exposure + "database = \"crm\"\nquery = \"select 'x'::bytea as id\"", dsn, "bytea"},
		"another encoding": {directory + exposure + "database = \"crm\"\nquery = \"select 'x' as id\"", latin, "kept as LATIN1"},
		"decisions":        {"decisions = \"d.csv\"\n" + directory + exposure + "database = \"crm\"\nquery = \"select 'x' as id\"", dsn, "decisions on conflicts"},
	} {
		t.Run(name, func(t *testing.T) {
			spec := parse(t, tc.text)
			_, err := open(t, spec, tc.dsn).Inside(t.Context(), spec)
			checkError(t, err, incident.Invalid, tc.says)
		})
	}
	for name, tc := range map[string]struct {
		query string
		opt   affected.Options
		kind  incident.Kind
		says  string
	}{
		"a long row":        {"select 'c-1' as id, repeat('x', 600000) as note", affected.Options{}, incident.TooLarge, "exposure leak: has a row of more than"},
		"an earlier result": {"select 'c-1' as id", affected.Options{Prior: &affected.Prior{}}, incident.Invalid, "match without --inside"},
	} {
		t.Run(name, func(t *testing.T) {
			spec := parse(t, directory+exposure+"database = \"crm\"\nquery = \""+tc.query+"\"")
			in, err := open(t, spec, dsn).Inside(t.Context(), spec)
			if err != nil {
				t.Fatal(err)
			}
			_, err = in.Resolve(t.Context(), affected.Outputs{}, tc.opt)
			checkError(t, err, tc.kind, tc.says)
		})
	}
}

// TestInsideFolder writes a result, replaces it, and leaves it alone where the next one fails.
func TestInsideFolder(t *testing.T) {
	s := need(t, postgresServer)
	dsn := s.database(t, "folder")
	text := func(query string) string {
		return `[database.crm]
driver = "postgres"
dsn_env = "CRM"
timeout = "500ms"
[directory]
database = "crm"
query = "select 'c-' || i as id, 'same@x.example' as mail from generate_series(1, 3) i"
[directory.columns]
customer_id = "id"
email = "mail"
[[exposure]]
name = "leak"
match = { email = "mail" }
elements = ["ssn"]
database = "crm"
query = "` + query + "\"\n"
	}
	dir := filepath.Join(t.TempDir(), "in", "out")
	resolve := func(query string) error {
		spec := parse(t, text(query))
		in, err := open(t, spec, dsn).Inside(t.Context(), spec)
		if err != nil {
			t.Fatal(err)
		}
		_, err = in.ResolveToFolder(t.Context(), dir, affected.Options{})
		return err
	}
	files := func() string {
		var names []string
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
		if beside, _ := os.ReadDir(filepath.Dir(dir)); len(beside) != 1 {
			t.Errorf("something is left beside the result: %v", beside)
		}
		return fmt.Sprint(names)
	}
	if err := resolve("select 'same@x.example' as mail"); err != nil {
		t.Fatal(err)
	}
	if got := files(); got != "[conflicts.csv people.csv rejected.csv summary.json unmatched.csv]" {
		t.Error(got)
	}
	checkError(t, resolve("select mail from (select 'x' as mail, pg_sleep(60)) x"), incident.Unavailable, "did not end within 500ms")
	if got := files(); got != "[conflicts.csv people.csv rejected.csv summary.json unmatched.csv]" {
		t.Error("the earlier result is gone: ", got)
	}
	if err := resolve("select 'other@x.example' as mail"); err != nil {
		t.Fatal(err)
	}
	if got := files(); got != "[people.csv rejected.csv summary.json unmatched.csv]" {
		t.Error(got)
	}
	if err := os.WriteFile(filepath.Join(dir, "mine"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	checkError(t, resolve("select 'x' as mail"), incident.Conflict, "holds other files (mine)")
}

// TestInsideCancelled ends a matching that the database is busy with: nothing is
// written, and the server stops too.
func TestInsideCancelled(t *testing.T) {
	s := need(t, postgresServer)
	dsn := s.database(t, "cancelled")
	spec := parse(t, `[database.crm]
driver = "postgres"
dsn_env = "CRM"
[directory]
database = "crm"
query = "select i::text as id, pg_sleep(0.01)::text from generate_series(1, 100000) i"
[directory.columns]
customer_id = "id"
[[exposure]]
name = "leak"
match = { customer_id = "id" }
elements = ["ssn"]
database = "crm"
query = "select '1' as id"
`)
	d := open(t, spec, dsn)
	in, err := d.Inside(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := in.ResolveToFolder(ctx, filepath.Join(dir, "out"), affected.Options{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	d.Close()
	for range 100 {
		_, rows, err := readAll(t.Context(), openOne(t, "postgres", dsn, 0), "select count(*) from pg_stat_activity where query like '%pg_sleep(0.01)%' and state = 'active'")
		if err != nil {
			t.Fatal(err)
		}
		if rows[0] == "1" { // the one that asks
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("the server still works on it")
}
