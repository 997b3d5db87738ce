package post_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"tocsin/incident"
	"tocsin/notify/post"
)

// returns is what a list holds, an error as its line and its kind.
func returns(r io.Reader) string {
	var s strings.Builder
	for x, err := range post.ReadReturns(r) {
		if err != nil {
			fmt.Fprintf(&s, "%d!%s ", x.Line, incident.KindOf(err))
			continue
		}
		fmt.Fprintf(&s, "%d:%s:%s:%s ", x.Line, x.Code, x.Reason, x.Date)
	}
	return strings.TrimSpace(s.String())
}

func TestReturns(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"plain":          {"code,reason\nAB000001,moved\nAB000002,Attempted - Not Known\n", "2:AB000001:moved: 3:AB000002:unknown:"},
		"any order":      {"date,box,Reason,CODE\r\n2026-04-02,7,UNCLAIMED,ab00 0001\r\n", "2:AB000001:unclaimed:2026-04-02"},
		"semicolons":     {"\ufeffSendungscode;Grund;Datum\nAB000001;Empfänger unbekannt verzogen;2.4.2026\nAB000002;\"verstorben\";", "2:AB000001:moved:2026-04-02 3:AB000002:said_deceased:"},
		"tabs":           {"code\treason\nAB000001\trefused", "2:AB000001:refused:"},
		"windows-1252":   {"code;reason\nAB000001;Anschrift ungen\xfcgend\n", "2:AB000001:insufficient:"},
		"french":         {"code;motif\nAB000001;Pli avisé et non réclamé\n", "2:AB000001:unclaimed:"},
		"other words":    {"code,reason\nAB000001,eaten by the dog\n", "2:AB000001:other:"},
		"bad rows":       {"code,reason,date\n,moved,\nAB000001,,\nAB000002\nAB000003,moved,04/05/2026\n\"AB,moved,\nAB000004,moved,\n", "2!invalid 3!invalid 4!invalid 5!invalid 6!invalid 7:AB000004:moved:"},
		"empty lines":    {"code,reason\n\n\nAB000001,moved\n\n", "4:AB000001:moved:"},
		"empty":          {"", "0!invalid"},
		"no header":      {"AB000001,moved\n", "0!invalid"},
		"twice a column": {"code,reason,reason\n", "0!invalid"},
		"long line":      {"code,reason\nAB000001," + strings.Repeat("x", 20000) + "\nAB000002,moved\n", "0!too_large"},
	} {
		if got := returns(strings.NewReader(c.in)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if got := returns(iotest.OneByteReader(strings.NewReader(c.in))); got != c.want {
			t.Errorf("%s, byte by byte: %s", name, got)
		}
	}
	broken := io.MultiReader(strings.NewReader("code,reason\nAB000001,moved\nAB0"), iotest.ErrReader(errors.New("reset")))
	if got := returns(broken); got != "2:AB000001:moved: 0!unavailable" {
		t.Errorf("a list that breaks off: %s", got)
	}
}

func TestReturnErrorsShowNothing(t *testing.T) {
	for _, err := range post.ReadReturns(strings.NewReader("code,reason,date\nJordan Ng!,moved,\nAB000001,moved to 14 Mill Lane,Jordan\n")) {
		if err == nil || strings.Contains(err.Error(), "Jordan") || strings.Contains(err.Error(), "Mill") {
			t.Errorf("error %v", err)
		}
	}
}

func FuzzReadReturns(f *testing.F) {
	f.Add("code,reason,date\nAB000001,moved,2026-04-02\n")
	f.Add("\ufeffGrund;Sendungscode\n\"verzogen\";ab-0001\n;;\n\xfc;\xfc")
	f.Add("code\treason\n\t\n\"")
	f.Fuzz(func(t *testing.T, in string) {
		last := 1
		for r, err := range post.ReadReturns(strings.NewReader(in)) {
			if err != nil {
				if r.Code != "" || r.Reason != "" {
					t.Errorf("an error beside %+v", r)
				}
				if r.Line == 0 {
					continue
				}
			}
			if r.Line <= last {
				t.Errorf("line %d after line %d", r.Line, last)
			}
			last = r.Line
			if err == nil && (len(r.Code) < 4 || r.Reason == "" || strings.ContainsAny(r.Code, " ,;=\n\"")) {
				t.Errorf("return %+v", r)
			}
		}
	})
}
