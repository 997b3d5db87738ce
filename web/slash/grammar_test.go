package slash

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"tocsin/incident"
)

func encode(s string) string { return url.QueryEscape(s) }

func TestParse(t *testing.T) {
	for text, want := range map[string]Command{
		"":                                 {Verb: "help"},
		"  STATUS ":                        {Verb: "status"},
		"14":                               {Ref: "14", Verb: "status"},
		"inc-2026-0014 done 3 all hosts":   {Ref: "INC-2026-0014", Verb: "done", Args: "3 all hosts"},
		"DRL-3 clock":                      {Ref: "DRL-3", Verb: "clock"},
		"declare A &amp; B &lt;x&gt;":      {Verb: "declare", Args: "A & B <x>"},
		"declare x —drill –restricted":     {Verb: "declare", Args: "x --drill --restricted"},
		"note a — b\n\tc":                  {Verb: "note", Args: "a — b c"},
		"note \u202egnp.exe\x00":           {Verb: "note", Args: "gnp.exe"},
		"INC-20x6 status":                  {Verb: "inc-20x6", Args: "status"},
		"1234567 status":                   {Verb: "1234567", Args: "status"},
		"assign 2 <@U123|ana>":             {Verb: "assign", Args: "2 <@U123|ana>"},
		"note &amp;lt; stays as it was so": {Verb: "note", Args: "&lt; stays as it was so"},
	} {
		got, err := Parse(text)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%q: %v %s", text, err, d)
		}
	}
	if _, err := Parse(strings.Repeat("a", longest+1)); incident.KindOf(err) != incident.Invalid {
		t.Errorf("%v", err)
	}
}

func TestOptions(t *testing.T) {
	names := map[string]string{"sev": "sev", "severity": "sev"}
	text, got, err := options("Re: leak SEV:high at 14:05 --drill", names, "drill")
	if d := cmp.Diff(map[string]string{"sev": "high", "drill": "yes"}, got); d != "" || err != nil || text != "Re: leak at 14:05" {
		t.Errorf("%q %v %v", text, got, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "14 done 3 x", "INC-2026-0001 declare a &amp; b sev:high --drill", "—drill", "assign 1 <@U1|x>", "\u202e", "——x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(text)
		if err != nil {
			if incident.KindOf(err) != incident.Invalid || c != (Command{}) {
				t.Fatalf("%+v beside %v", c, err)
			}
			return
		}
		if c.Verb == "" || strings.ContainsAny(c.String(), "\n\r\x00") || !utf8.ValidString(c.String()) {
			t.Fatalf("%+v", c)
		}
		again, err := Parse(esc(c.String()))
		if err == nil && again != c {
			t.Fatalf("%q is %+v, then %+v", text, c, again)
		}
		if rest, o, err := options(c.Args, map[string]string{"sev": "sev"}, "drill"); err == nil && len(rest) > len(c.Args) {
			t.Fatalf("%q of %q, %v", rest, c.Args, o)
		}
		if n, _, err := number(c.Args, ""); err == nil && strings.Trim(n, "0123456789") != "" {
			t.Fatalf("number %q", n)
		}
		nearest(c.Verb, []string{"help", "list", "status"})
	})
}
