package affected

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestAColumnThatChangesItsMeaning(t *testing.T) {
	spec := mustParse(t, head+"[[exposure]]\nname = \"leak\"\npath = \"f.csv\"\nmatch = { customer_id = \"id\", email = \"mail\" }\nelements = [\"name\"]\n")
	var sound, shifted strings.Builder
	for i := range 9000 {
		fmt.Fprintf(&sound, "C%d,p%d@x.example\n", i, i)
		if i < 6000 {
			fmt.Fprintf(&shifted, "C%d,p%d@x.example\n", i, i)
		} else {
			fmt.Fprintf(&shifted, "C%d,%d\n", i, i)
		}
	}
	for _, narrow := range []bool{false, true} {
		lim := limits{block: 8 << 10, record: 1 << 10, narrow: narrow}
		got := resolveAll(t, spec, files{"customers.csv": customers, "f.csv": "id,mail\n" + sound.String()}, Options{}, lim)
		if len(got.sum.Warnings) > 0 {
			t.Errorf("a sound file: %v", got.sum.Warnings)
		}
		got = resolveAll(t, spec, files{"customers.csv": customers, "f.csv": "id,mail\n" + shifted.String()}, Options{}, lim)
		if len(got.sum.Warnings) != 1 || !strings.HasPrefix(got.sum.Warnings[0], "f.csv: about line ") || !strings.Contains(got.sum.Warnings[0], "email") {
			t.Fatalf("got %v", got.sum.Warnings)
		}
		var line int
		fmt.Sscanf(got.sum.Warnings[0], "f.csv: about line %d", &line)
		if line < 5000 || line > 7000 {
			t.Errorf("the line is %d", line)
		}
	}
}

// A small file has no stretches: one change that lasts to the end is told from
// dirt, wherever it is, and made-up files of every size raise no alarm.
func TestASmallFileThatChangesItsMeaning(t *testing.T) {
	spec := mustParse(t, head+"[[exposure]]\nname = \"leak\"\npath = \"f.csv\"\nmatch = { customer_id = \"id\", email = \"mail\" }\nelements = [\"name\"]\n")
	r := rand.New(rand.NewPCG(5, 6))
	dirt := func(sound string) string {
		switch r.IntN(40) {
		case 0:
			return ""
		case 1:
			return "n/a"
		}
		return sound
	}
	for round := range 60 {
		rows := 80 + r.IntN(1700)
		change := fewEnough + 5 + r.IntN(rows-2*fewEnough-9)
		var shifted, sound strings.Builder
		for i := range rows {
			fmt.Fprintf(&sound, "%s,%s\n", dirt(fmt.Sprintf("C%d", r.IntN(2000))), dirt(fmt.Sprintf("p%d@x.example", i)))
			if i < change {
				fmt.Fprintf(&shifted, "%s,%s\n", dirt(fmt.Sprintf("C%d", i)), dirt(fmt.Sprintf("p%d@x.example", i)))
			} else {
				fmt.Fprintf(&shifted, "%s,%s\n", dirt(fmt.Sprintf("C%d", i)), dirt(fmt.Sprintf("Name %c", 'a'+i%26)))
			}
		}
		lim := limits{block: 1 << (7 + r.IntN(10)), record: 1 << 10, narrow: round%2 == 0}
		got := resolveAll(t, spec, files{"customers.csv": customers, "f.csv": "id,mail\n" + sound.String()}, Options{}, lim)
		if len(got.sum.Warnings) > 0 {
			t.Errorf("a sound file of %d rows: %v", rows, got.sum.Warnings)
		}
		got = resolveAll(t, spec, files{"customers.csv": customers, "f.csv": "id,mail\n" + shifted.String()}, Options{}, lim)
		line := 0
		if len(got.sum.Warnings) == 1 {
			fmt.Sscanf(got.sum.Warnings[0], "f.csv: about line %d the values of email", &line)
		}
		if line < change-5 || line > change+9 {
			t.Errorf("round %d: %d rows, changed at line %d: got %v", round, rows, change+2, got.sum.Warnings)
		}
	}
}

func TestMadeUpFilesRaiseNoAlarm(t *testing.T) {
	spec := mustParse(t, madeUpSpec)
	for round := range 80 {
		r := rand.New(rand.NewPCG(uint64(round), 9))
		from := madeUp(r, 1+r.IntN(500), 30+r.IntN(2500))
		if round%2 == 0 {
			from = sharing(r, 1+r.IntN(300), 30+r.IntN(2500))
		}
		if got := resolveAll(t, spec, from, Options{}, limits{block: 1 << 12, record: 1 << 12}); len(got.sum.Warnings) > 0 {
			t.Errorf("round %d: %v", round, got.sum.Warnings)
		}
	}
}
