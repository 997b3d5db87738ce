package outbox_test

import (
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/notify/outbox"
)

func FuzzCodes(f *testing.F) {
	f.Add(codes(1, 3))
	f.Add("\ufeff\"SAFE-0001\",x\r\n\r\n")
	f.Fuzz(func(t *testing.T, list string) {
		got, err := outbox.ReadCodes(strings.NewReader(list))
		if err != nil {
			if incident.KindOf(err) != incident.Invalid || got != nil {
				t.Fatalf("%v with %d codes", err, len(got))
			}
			return
		}
		again, err := outbox.ReadCodes(strings.NewReader("code\n" + strings.Join(got, "\n")))
		if err != nil || strings.Join(again, "\n") != strings.Join(got, "\n") {
			t.Fatalf("%q was read as %q: %v", got, again, err)
		}
	})
}
