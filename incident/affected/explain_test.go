package affected

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tocsin/incident"
)

// For everyone of a made-up mess, the rows that an explanation names are those
// that put them among the affected: as many, with the same elements and exposures.
func TestExplainAgreesWithTheRun(t *testing.T) {
	spec := mustParse(t, madeUpSpec)
	spec.Exposures[0].Check = map[string]string{"birth_date": "born"}
	from := sharing(rand.New(rand.NewPCG(31, 32)), 40, 150)
	for i := range 40 {
		from["b.csv"] += fmt.Sprintf("P%d@x.example,\n", i)
	}
	run := resolveAll(t, spec, from, Options{}, limits{block: 512, record: 1 << 12})
	rows := map[string]int{}
	affected := map[string]Person{}
	for p, err := range ReadRoster(strings.NewReader(run.people)) {
		if err != nil {
			t.Fatal(err)
		}
		affected[p.CustomerID] = p
	}
	total := int64(0)
	for i := range 40 {
		id := fmt.Sprintf("C%d", i)
		got, err := Explain(t.Context(), spec, from, Asked{Key: "customer_id", Value: " " + strings.ToLower(id)}, Options{})
		if incident.KindOf(err) == incident.NotFound && !strings.Contains(from["customers.csv"], id+",") {
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		var me int64
		for _, p := range got.People {
			if p.Asked {
				me = p.Person
			}
		}
		var elements Elements
		var sources []string
		for _, row := range got.Rows {
			if row.Person != me {
				continue
			}
			total++
			rows[row.Place.Path]++
			for _, e := range row.Elements {
				one, _ := ElementOf(e)
				elements |= one
			}
			if !slices.Contains(sources, row.Exposure) {
				sources = append(sources, row.Exposure)
			}
		}
		if p, ok := affected[id]; ok != (len(sources) > 0) || elements != p.Elements || !slices.Equal(sources, p.Sources) {
			t.Errorf("%s: explained by %v %v, the roster says %v %v", id, elements.Names(), sources, p.Elements.Names(), p.Sources)
		}
	}
	if total == 0 || rows["b.csv"] == 0 {
		t.Errorf("%d rows were explained: %v", total, rows)
	}
}

func TestExplainRow(t *testing.T) {
	spec := mustParse(t, madeUpSpec)
	from := sharing(rand.New(rand.NewPCG(41, 42)), 30, 200)
	run := resolveAll(t, spec, from, Options{}, limits{block: 512, record: 1 << 12})
	lists := map[string]map[string][]string{}
	for name, text := range map[string]string{"unmatched": run.unmatched, "malformed": run.rejected, "conflict": run.conflicts} {
		all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		lists[name] = map[string][]string{}
		for _, row := range all[1:] {
			lists[name][row[0]+":"+row[1]] = row
		}
	}
	for line := uint64(2); line < 60; line++ {
		got, err := Explain(t.Context(), spec, from, Asked{Row: Place{"a.csv", line}}, Options{})
		if err != nil {
			t.Fatalf("line %d: %v", line, err)
		}
		if len(got.Rows) != 1 {
			t.Fatalf("line %d: %d rows", line, len(got.Rows))
		}
		row, want := got.Rows[0], "matched"
		for name, list := range lists {
			if listed := list[fmt.Sprintf("a.csv:%d", line)]; listed != nil {
				if want = name; name == "conflict" && (listed[3] != fmt.Sprint(row.Person) || listed[2] != row.Why) {
					t.Errorf("line %d: %v, the list says %v", line, row, listed)
				}
			}
		}
		if row.Outcome != want {
			t.Errorf("line %d: %s, the run says %s", line, row.Outcome, want)
		}
	}
	for _, asked := range []Asked{{Row: Place{"a.csv", 1}}, {Row: Place{"a.csv", 9999}}, {Row: Place{"z.csv", 2}}, {Key: "email", Value: "gone@x.example"}} {
		if _, err := Explain(t.Context(), spec, from, asked, Options{}); incident.KindOf(err) != incident.NotFound {
			t.Errorf("%+v: got %v", asked, err)
		}
	}
	if _, err := Explain(t.Context(), spec, from, Asked{Key: "phone", Value: "1"}, Options{}); incident.KindOf(err) != incident.Invalid {
		t.Errorf("no column: got %v", err)
	}
}

// A late file added to an earlier result gives what everything together gives.
func TestPrior(t *testing.T) {
	spec := mustParse(t, madeUpSpec)
	from := sharing(rand.New(rand.NewPCG(51, 52)), 80, 300)
	from["b.csv"] = "mail,s\np1@x.example,1\np2@x.example,\np70@x.example,1\np70@x.example,1\nnobody@x.example,\nshort\n"
	want := resolveAll(t, spec, from, Options{}, limits{block: 512, record: 1 << 12})
	early := spec
	early.Exposures = spec.Exposures[:1]
	first := resolveAll(t, early, from, Options{}, limits{block: 512, record: 1 << 12})
	for _, narrow := range []bool{false, true} {
		prior := &Prior{Roster: strings.NewReader(first.people), Exposures: 1, Inputs: first.sum.Inputs, Conflicts: first.sum.Conflicts}
		late := files{"customers.csv": from["customers.csv"], "b.csv": from["b.csv"]} // a.csv need not be there any more
		got := resolveAll(t, spec, late, Options{Prior: prior, Workers: 3}, limits{block: 512, record: 1 << 12, narrow: narrow})
		if diff := cmp.Diff(want.people, got.people); diff != "" {
			t.Errorf("narrow %v: people (-want +got)\n%s", narrow, diff)
		}
		if diff := cmp.Diff(want.sum, got.sum); diff != "" {
			t.Errorf("narrow %v: summary (-want +got)\n%s", narrow, diff)
		}
	}
	changed := files{"customers.csv": strings.Replace(from["customers.csv"], "@x.example", "@y.example", 1), "b.csv": from["b.csv"]}
	_, err := Resolve(t.Context(), spec, changed, Outputs{}, Options{Prior: &Prior{Roster: strings.NewReader(first.people), Exposures: 1, Inputs: first.sum.Inputs}})
	if incident.KindOf(err) != incident.Conflict {
		t.Errorf("another directory: got %v", err)
	}
}

func TestDiff(t *testing.T) {
	roster := func(rows string) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("customer_id,name,email,country,region,language,elements,sources\n" + rows)), nil
		}
	}
	var out bytes.Buffer
	d, err := Diff(roster("1,A,,,,,name,a\n,,,,,,,\n2,B,,,,,name,a\n3,C,,,,,name,a+b\n,D,d@x,,,,name,b\n,D,d@x,,,,name,b\n"),
		roster("1,A,,,,,name,a\n3,C,,,,,name+ssn,a+b\n4,E,,,,,ssn,c\n,D,d@x,,,,name,b\n"),
		func(c Change) error {
			fmt.Fprintln(&out, c.Kind, c.Person.CustomerID, c.Before, c.Elements, c.SourcesBefore, c.Sources)
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	want := "changed 3 [name] [name ssn] [a b] [a b]\nnew 4 [] [ssn] [] [c]\ngone 2 [name] [] [a] []\ngone  [name] [] [b] []\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
	if got := fmt.Sprint(d.Before, d.After, d.New, d.Gone, d.Changed, d.Same, d.GoneFrom, d.NewFrom); got != "5 4 1 2 1 2 map[a:1 b:1] map[c:1]" {
		t.Errorf("got %s", got)
	}
}
