package affected

import (
	"fmt"
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
