package outbox_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/ledger"
	"tocsin/notify"
	"tocsin/notify/outbox"
)

var printedCode = regexp.MustCompile(`\b[0-9A-Z]{4}(-[0-9A-Z]{4}){3}\b`)

// coded runs a mailing of six and gives the code in each letter, by address.
func coded(t *testing.T) (*house, map[string]string) {
	t.Helper()
	codes := map[string]string{}
	mail := &postman{got: map[string]int{}}
	mail.answer = func(m notify.Message) notify.Outcome {
		codes[m.To] = printedCode.FindString(m.Text)
		return notify.Accepted
	}
	h := buildWith(t, mail, func(c *outbox.Config) { c.Letterhead.CheckPage = "https://insurer.example/letter" })
	h.ready(t, 6)
	h.run(t, h.release(t).ID, over)
	return h, codes
}

func TestACodeFindsItsLetterAndNothingElse(t *testing.T) {
	h, codes := coded(t)
	if len(codes) < 5 {
		t.Fatalf("%d letters", len(codes))
	}
	people := map[string]bool{}
	for _, to := range slices.Sorted(maps.Keys(codes)) {
		code := codes[to]
		g, err := h.CheckLetter(t.Context(), strings.ToLower(strings.ReplaceAll(code, "-", " ")))
		must(t, err)
		if g.Number != h.ref || g.ByPost || g.Subject == "" || g.On.IsZero() || g.Language == "" {
			t.Errorf("%+v", g)
		}
		mine, err := h.OwnPage(t.Context(), h.desk.Lists(), g)
		must(t, err)
		if mine.Person.Email != to || !strings.Contains(mine.Message.Text, code) || !strings.Contains(mine.Message.Text, mine.Person.Name) {
			t.Errorf("%s leads to somebody else's page", to)
		}
		people[mine.Person.CustomerID] = true
		for n := range code { // every letter of a code counts
			if code[n] == '-' {
				continue
			}
			wrong := []byte(code)
			wrong[n] = map[bool]byte{true: 'A', false: 'B'}[code[n] != 'A']
			_, err := h.CheckLetter(t.Context(), string(wrong))
			wantKind(t, err, incident.NotFound)
		}
	}
	if len(people) != len(codes) {
		t.Errorf("%d people behind %d codes", len(people), len(codes))
	}
	for _, bad := range []string{"", "0000-0000-0000-0000", "U", strings.Repeat("A", 1<<20), "\x00", "7KQ2-M4TX", "../../etc", "ΑΒΓΔ-0000-0000-0000"} {
		_, err := h.CheckLetter(t.Context(), bad)
		wantKind(t, err, incident.NotFound)
	}
}

func TestWrongProofsCloseALetter(t *testing.T) {
	h, codes := coded(t)
	all := slices.Sorted(maps.Keys(codes))
	g, err := h.CheckLetter(t.Context(), codes[all[0]])
	must(t, err)
	who := affected.Person{PostalCode: "SW1A 1AA", Email: "a@b.example"}
	if got := g.ProofOf(&who); got != outbox.ProofPostalCode {
		t.Fatalf("asked for %q", got)
	}
	if got := g.ProofOf(&affected.Person{Email: "a@b.example"}); got != outbox.ProofNone {
		t.Errorf("asked for %q, which the letter's own address shows", got)
	}
	must(t, h.Prove(t.Context(), g, &who, "sw1a1aa "))
	for range 5 {
		wantKind(t, h.Prove(t.Context(), g, &who, "SW1A 1AB"), incident.Forbidden)
	}
	wantKind(t, h.Prove(t.Context(), g, &who, "SW1A 1AA"), incident.Unavailable)
	other, err := h.CheckLetter(t.Context(), codes[all[1]])
	must(t, err)
	must(t, h.Prove(t.Context(), other, &who, "SW1A 1AA"))
	h.store.Clock.Advance(24 * time.Hour)
	must(t, h.Prove(t.Context(), g, &who, "SW1A 1AA"))
}

func FuzzReadCode(f *testing.F) {
	for _, s := range []string{"7KQ2-M4TX-0000-ZZZZ", "7kq2 m4tx oooo zzzz", "iiii llll 1111 0000", "U", "7KQ2\u2013M4TX\u20130000\u2013ZZZZ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, err := outbox.ReadCode(typed)
		if err != nil {
			if code != "" {
				t.Error("a code beside an error")
			}
			return
		}
		if !printedCode.MatchString(code) || len(code) != 19 || strings.ContainsAny(code, "OILU") {
			t.Errorf("%q", code)
		}
		for _, same := range []string{code, strings.ToLower(code), strings.ReplaceAll(code, "-", ""), strings.ReplaceAll(code, "0", "o"), strings.ReplaceAll(code, "1", "l")} {
			if again, err := outbox.ReadCode(same); err != nil || again != code {
				t.Errorf("%q is read as %q, %v", same, again, err)
			}
		}
	})
}

func TestACodeOfAnErasedIncidentIsUnknown(t *testing.T) {
	h, codes := coded(t)
	code := codes[slices.Sorted(maps.Keys(codes))[0]]
	g, err := h.CheckLetter(t.Context(), code)
	must(t, err)
	must(t, h.store.DB.Update(t.Context(), incident.Clock(), func(tx *ledger.Tx) error {
		tx.Record("erasure.finish", "incident/"+g.Incident)
		return tx.DestroyKey(g.Incident)
	}))
	_, err = h.CheckLetter(t.Context(), code)
	wantKind(t, err, incident.NotFound)
}

// Who was erased has no page any more, and everybody else on the list still has theirs.
func TestACodeOfAnErasedPersonIsUnknown(t *testing.T) {
	h, codes := coded(t)
	number := h.request(t, incident.RightErase, "c4")
	must(t, second(h.desk.EraseFrom(t.Context(), rita, number, h.ref)))
	for to, code := range codes {
		g, err := h.CheckLetter(t.Context(), code)
		if to == "p4@mail.example" {
			wantKind(t, err, incident.NotFound)
			continue
		}
		must(t, err)
		if mine, err := h.OwnPage(t.Context(), h.desk.Lists(), g); err != nil || mine.Person.Email != to {
			t.Errorf("%s: %v", to, err)
		}
	}
}
