package filing_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/notify/filing"
)

func TestParseAnswer(t *testing.T) {
	options := []string{"a", "b", "c"}
	for _, c := range []struct {
		name string
		f    filing.Field
		raw  []string
		want []string
		bad  string
	}{
		{"nothing withdraws", filing.Field{Kind: filing.Text}, []string{"", " \n"}, nil, ""},
		{"a line", filing.Field{Kind: filing.Text}, []string{"  x y "}, []string{"x y"}, ""},
		{"a line of two", filing.Field{Kind: filing.Text}, []string{"x\r\ny"}, nil, "one line"},
		{"two answers", filing.Field{Kind: filing.Text}, []string{"x", "y"}, nil, "one answer"},
		{"too long", filing.Field{Kind: filing.Text, Max: 3}, []string{"äöüß"}, nil, "3 characters"},
		{"just not too long", filing.Field{Kind: filing.Text, Max: 4}, []string{"äöüß"}, []string{"äöüß"}, ""},
		{"the kind's own limit", filing.Field{Kind: filing.Text}, []string{strings.Repeat("x", 501)}, nil, "500 characters the form takes: 501"},
		{"control characters", filing.Field{Kind: filing.Long}, []string{"x\x00y"}, nil, "control"},
		{"no text", filing.Field{Kind: filing.Long}, []string{"\xff"}, nil, "not text"},
		{"lines", filing.Field{Kind: filing.Long}, []string{"x\r\n\r\ny "}, []string{"x\n\ny"}, ""},
		{"a list", filing.Field{Kind: filing.List}, []string{" x\r\n\n y", "z"}, []string{"x", "y", "z"}, ""},
		{"a list too long", filing.Field{Kind: filing.List}, []string{strings.Repeat("x\n", 301)}, nil, "300 lines"},
		{"a day", filing.Field{Kind: filing.Date}, []string{"2026-02-28"}, []string{"2026-02-28"}, ""},
		{"no day", filing.Field{Kind: filing.Date}, []string{"2026-02-30"}, nil, "YYYY-MM-DD"},
		{"an instant", filing.Field{Kind: filing.Instant}, []string{"2026-03-02T09:30:00+01:00"}, []string{"2026-03-02T09:30:00+01:00"}, ""},
		{"an instant nowhere", filing.Field{Kind: filing.Instant}, []string{"2026-03-02T09:30"}, nil, "offset"},
		{"a number", filing.Field{Kind: filing.Number}, []string{"11,204"}, []string{"11204"}, ""},
		{"a number of zeros", filing.Field{Kind: filing.Number}, []string{"000"}, []string{"0"}, ""},
		{"about a number", filing.Field{Kind: filing.Number}, []string{"about 5"}, nil, "whole number"},
		{"a number cut wrong", filing.Field{Kind: filing.Number}, []string{"1,20"}, nil, "whole number"},
		{"an amount", filing.Field{Kind: filing.Decimal}, []string{"12,5"}, []string{"12.5"}, ""},
		{"no amount", filing.Field{Kind: filing.Decimal}, []string{"1.2.3"}, nil, "such as 12.5"},
		{"a duration", filing.Field{Kind: filing.Duration}, []string{"02:23:59"}, []string{"02:23:59"}, ""},
		{"no duration", filing.Field{Kind: filing.Duration}, []string{"02:24:00"}, nil, "DD:HH:MM"},
		{"an option", filing.Field{Kind: filing.Choice, Options: options}, []string{"b"}, []string{"b"}, ""},
		{"no option", filing.Field{Kind: filing.Choice, Options: options}, []string{"d"}, nil, "options"},
		{"options, in the form's order, once", filing.Field{Kind: filing.Choices, Options: options}, []string{"c", "a", "c"}, []string{"a", "c"}, ""},
		{"options and one that is none", filing.Field{Kind: filing.Choices, Options: options}, []string{"c", "d"}, nil, "options"},
	} {
		c.f.ID = "x"
		got, err := filing.ParseAnswer(c.f, c.raw)
		if c.bad == "" && (err != nil || !slices.Equal(got, c.want)) {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
		if c.bad != "" {
			p := incident.ProblemsOf(err)
			if incident.KindOf(err) != incident.Invalid || len(p) != 1 || p[0].Where != "x" || !strings.Contains(p[0].What, c.bad) {
				t.Errorf("%s: %q, %v", c.name, got, err)
			}
		}
	}
}

// What is kept reads back to itself, fits its field, and is never more than was given.
func FuzzParseAnswer(f *testing.F) {
	for n := range filing.Kinds() {
		for _, s := range []string{"", "2026-03-02", "2026-03-02T09:30:00+01:00", "11,204", "12,5", "01:06:30", "a", "x\ny", "\xff", "a\x00"} {
			f.Add(uint8(n), s, "b", 0)
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, first, second string, limit int) {
		kinds := filing.Kinds()
		field := filing.Field{ID: "x", Kind: kinds[int(kind)%len(kinds)], Max: max(0, limit%1000)}
		if field.Kind == filing.Choice || field.Kind == filing.Choices {
			field.Options = []string{"a", "b"}
		}
		got, err := filing.ParseAnswer(field, []string{first, second})
		if err != nil {
			if got != nil || incident.KindOf(err) != incident.Invalid {
				t.Fatalf("%q with %v", got, err)
			}
			return
		}
		again, err := filing.ParseAnswer(field, got)
		if err != nil || !slices.Equal(again, got) {
			t.Fatalf("%s: %q reads back as %q, %v", field.Kind, got, again, err)
		}
		if field.Max > 0 && len([]rune(strings.Join(got, "\n"))) > field.Max {
			t.Fatalf("%q is longer than %d", got, field.Max)
		}
	})
}
