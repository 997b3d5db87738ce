package console

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tocsin/incident"
	"tocsin/web/view"
)

func TestCleanName(t *testing.T) {
	for in, want := range map[string]string{
		"log.txt": "log.txt", `C:\Users\a\log.txt`: "log.txt", "/etc/passwd": "passwd", "../../x": "x", "a\r\nb\".csv": "ab.csv", "/": "file", ".": "file",
	} {
		if got := cleanName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestLocalTime(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	got, err := localTime("2026-11-22T14:05", berlin, "at")
	if want := time.Date(2026, 11, 22, 13, 5, 0, 0, time.UTC); err != nil || !got.Equal(want) {
		t.Errorf("%v %v, want %v", got, err, want)
	}
	if got, err := localTime("", berlin, "at"); err != nil || !got.IsZero() {
		t.Errorf("empty: %v %v", got, err)
	}
	_, err = localTime("22.11.2026", berlin, "at")
	if p := incident.ProblemsOf(err); len(p) != 1 || p[0].Where != "at" {
		t.Errorf("nonsense: %v", err)
	}
}

func TestDueBadge(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		due  time.Time
		want view.Tone
	}{{time.Time{}, view.Waiting}, {now.Add(-time.Second), view.Overdue}, {now, view.Soon}, {now.Add(24*time.Hour - time.Second), view.Soon}, {now.Add(24 * time.Hour), view.Running}} {
		if got := dueBadge(c.due, now); got.Tone != c.want || got.Text == "" {
			t.Errorf("%v: %+v, want %s", c.due, got, c.want)
		}
	}
}

func TestMappedProblems(t *testing.T) {
	err := mapped(&incident.Error{Kind: incident.Invalid, Problems: []incident.Problem{{Where: "exposure[1].match", What: "x"}, {Where: "exposure[0]", What: "y"}, {Where: "directory", What: "z"}}})
	want := []incident.Problem{
		{Where: "e1.customer_id", What: "Say by which column a row names a person."},
		{Where: "e0.column", What: "Say what the rows exposed: by a column that lists it, or for every row."},
		{Where: "directory", What: "z"},
	}
	if diff := cmp.Diff(want, incident.ProblemsOf(err)); diff != "" || incident.KindOf(err) != incident.Invalid {
		t.Error(diff)
	}
}

func TestWaits(t *testing.T) {
	got := waits([]string{`waiting for "A" to be done`, `due waiting for "A" to be done`, `waiting for "B" to be done`, "waiting for incident.key", "waiting for X"})
	if diff := cmp.Diff([]string{`"A" to be done`, `"B" to be done`, "2 more"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1023: "1023 bytes", 1536: "1.5 KiB", 5 << 20: "5.0 MiB", 3 << 29: "1.5 GiB"} {
		if got := size(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestDeadlinesAreInOrder(t *testing.T) {
	at := func(h int) time.Time { return time.Date(2026, 1, 1, h, 0, 0, 0, time.UTC) }
	due := at(2)
	i := &incident.Incident{Number: "INC-2026-0001", Status: incident.Open, People: []incident.Assignment{{Role: incident.Commander, Account: "a"}, {Role: incident.Commander, Account: "b", Deputy: true}}}
	tasks := []incident.Task{{Number: 1, Title: "task", Due: &due, Role: incident.Commander, State: incident.TaskOpen}, {Number: 2, Title: "done", Due: &due, State: incident.TaskDone}, {Number: 3, Title: "no clock", State: incident.TaskOpen}}
	names := map[string]string{"a": "Ada", "b": "Bo"}
	var got []string
	for _, k := range deadlines(i, tasks, []clock{{title: "waits", duty: true}, {title: "late", due: at(3), duty: true}, {title: "same", due: at(2), duty: true}}, names) {
		got = append(got, k.title+"/"+k.owner)
	}
	if diff := cmp.Diff([]string{"same/Privacy counsel", "task/Ada, Bo (deputy)", "late/Privacy counsel", "waits/Privacy counsel"}, got); diff != "" {
		t.Error(diff)
	}
	i.Status = incident.Closed
	if got := deadlines(i, tasks, nil, names); got != nil {
		t.Errorf("a closed case has clocks: %v", got)
	}
}
