package affected

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkRival does one job with this package, with this package within a
// memory limit, and with DuckDB, each in a process of its own, in turns, and says how
// long each took and what memory it had at its peak. See README.md.
//
// TOCSIN_BENCH_PEOPLE is how many customers there are (200,000 where it is not
// set); TOCSIN_DUCKDB a folder in which npm installed @duckdb/node-api, without which
// there is no rival.
func BenchmarkRival(b *testing.B) {
	people := 200_000
	if s := os.Getenv("TOCSIN_BENCH_PEOPLE"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1000 {
			b.Fatalf("TOCSIN_BENCH_PEOPLE is %q", s)
		}
		people = n
	}
	dir := b.TempDir()
	if err := writeRivalFiles(dir, people); err != nil {
		b.Fatal(err)
	}
	duck := os.Getenv("TOCSIN_DUCKDB")
	var ours []string
	for _, memory := range []string{"", "256MB"} {
		b.Run("affected"+memory, func(b *testing.B) {
			for range b.N {
				ours = append(ours, child(b, []string{"TOCSIN_BENCH_CHILD=" + dir, "TOCSIN_BENCH_MEMORY=" + memory}, os.Args[0], "-test.run=^TestRivalChild$"))
			}
		})
	}
	if duck == "" {
		b.Log("TOCSIN_DUCKDB is not set: there is nothing to compare with")
		return
	}
	script, err := os.ReadFile("testdata/duckdb.mjs")
	if err != nil {
		b.Fatal(err)
	}
	// A script finds its modules beside it.
	beside := filepath.Join(duck, fmt.Sprintf("tocsin-bench-%d.mjs", os.Getpid()))
	if err := os.WriteFile(beside, script, 0o600); err != nil {
		b.Fatal(err)
	}
	defer os.Remove(beside)
	query, err := filepath.Abs("testdata/duckdb.sql")
	if err != nil {
		b.Fatal(err)
	}
	for _, memory := range []string{"", "1GB"} {
		b.Run("duckdb"+memory, func(b *testing.B) {
			for range b.N {
				if got := child(b, []string{"DIR=" + dir, "MEMORY=" + memory}, "node", beside, query); got != ours[0] {
					b.Fatalf("DuckDB finds %s people, this package %s", got, ours[0])
				}
			}
		})
	}
}

// child runs a process and reports its peak memory; it gives the last line it prints.
func child(b *testing.B, env []string, name string, args ...string) string {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 30*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		b.Fatalf("%s: %v\n%s", name, err, out)
	}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		b.ReportMetric(float64(u.Maxrss)/1024, "MB-peak")
	}
	for line := range strings.Lines(string(out)) {
		if n, ok := strings.CutPrefix(strings.TrimSpace(line), "people "); ok {
			return n
		}
	}
	return strings.TrimSpace(string(out))
}

const rivalSpec = `
[directory]
path = "customers.csv"
[directory.columns]
customer_id = "customer_id"
email = "email"
name = "full_name"
country = "country"
region = "state"
language = "language"
[[exposure]]
name = "crm"
path = "crm.csv"
match = { customer_id = "customer_id" }
elements = ["name", "communications"]
[[exposure]]
name = "support"
path = "support.csv"
match = { email = "requester" }
elements = ["email", "communications"]
[[exposure]]
name = "billing"
path = "billing.csv"
match = { customer_id = "customer_id", email = "email" }
elements = ["name", "account_number"]
`

// TestRivalChild is no test: it is what the benchmark starts as a process of its own.
func TestRivalChild(t *testing.T) {
	dir := os.Getenv("TOCSIN_BENCH_CHILD")
	if dir == "" {
		t.Skip("only the benchmark runs this")
	}
	opt := Options{Scratch: dir}
	if s := os.Getenv("TOCSIN_BENCH_MEMORY"); s != "" {
		var err error
		if opt.Memory, err = ParseSize(s); err != nil {
			t.Fatal(err)
		}
	}
	sum, err := ResolveToFolder(t.Context(), mustParse(t, rivalSpec), Folder(dir), filepath.Join(dir, "out"), opt)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("people", sum.People)
}

// writeRivalFiles writes a directory and three dirty exposures, half as many
// rows again as people: other case, blanks around, people who come again, rows that
// name nobody, keys of two people, rows of the wrong length.
func writeRivalFiles(dir string, people int) (err error) {
	r := rand.New(rand.NewPCG(2026, 11))
	write := func(name, header string, rows int, row func(w *bufio.Writer, i int)) {
		if err != nil {
			return
		}
		var f *os.File
		if f, err = os.Create(filepath.Join(dir, name)); err != nil {
			return
		}
		w := bufio.NewWriterSize(f, 1<<20)
		fmt.Fprintln(w, header)
		for i := range rows {
			row(w, i)
		}
		if err = w.Flush(); err == nil {
			err = f.Close()
		}
	}
	first := []string{"Ada", "Ben", "Cora", "Dev", "Elif", "Finn", "Gia", "Hugo", "Ines", "Jon"}
	last := []string{"Abel", "Brandt", "Costa", "Dumont", "Eriksen", "Ferrari", "Garc\u00eda", "Horv\u00e1th", "Ito", "Jensen"}
	states := []string{"CA", "TX", "NY", "FL", "WA", "MA", ""}
	id := func(i int) string { return fmt.Sprintf("C%09d", uint32(i)*2654435761%1_000_000_000) }
	mail := func(i int) string {
		return fmt.Sprintf("%s.%s%d@mail%d.example", strings.ToLower(first[i%10]), strings.ToLower(last[i/10%6]), i, i%7)
	}
	dirty := func(s string) string {
		switch r.IntN(12) {
		case 0:
			return strings.ToUpper(s)
		case 1:
			return " " + s
		case 2:
			return "\"" + s + "\""
		}
		return s
	}
	write("customers.csv", "customer_id,email,full_name,country,state,dob,language,phone,street,city,postal_code,status", people, func(w *bufio.Writer, i int) {
		country := "US"
		if i%3 == 0 {
			country = "DE"
		}
		fmt.Fprintf(w, "%s,%s,%s %s,%s,%s,19%02d-0%d-1%d,en,+1202555%04d,%d Main Street,Springfield,%05d,active\n",
			id(i), dirty(mail(i)), first[i%10], last[i/10%10], country, states[i%7], 40+i%60, 1+i%9, i%10, i%10000, i%900, i%99999)
	})
	some := func() int { // a third of the people come most of the time
		if r.IntN(3) > 0 {
			return r.IntN(people/3 + 1)
		}
		return r.IntN(people + people/50)
	}
	write("crm.csv", "at,actor,customer_id,action", people/2, func(w *bufio.Writer, i int) {
		fmt.Fprintf(w, "2026-03-14T00:00:00Z,svc-%02d,%s,read\n", i%20, dirty(id(some())))
	})
	write("support.csv", "ticket,requester,size", people*4/5, func(w *bufio.Writer, i int) {
		if r.IntN(2_000_000) == 0 {
			fmt.Fprintf(w, "T-%d,stray\n", i)
		}
		fmt.Fprintf(w, "T-%d,%s,%d\n", i, dirty(mail(some())), i%5000)
	})
	write("billing.csv", "customer_id,email,amount", people/5, func(w *bufio.Writer, i int) {
		p := some()
		q := p
		if r.IntN(100) == 0 {
			q = some()
		}
		fmt.Fprintf(w, "%s,%s,%d.00\n", dirty(id(p)), dirty(mail(q)), i%900)
	})
	return err
}
