package outbox_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"tocsin/incident"
	"tocsin/incident/casework/caseworktest"
	"tocsin/notify"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
)

// monitored offers monitoring with a code for each person.
func monitored(c *outbox.Config) {
	c.Letterhead.Monitoring = &letter.Monitoring{Provider: "Safeline", Service: "monitoring", Months: 24, Web: "https://enroll.safeline.example", Phone: "1-800-555-0177", PersonCodes: true}
}

func codes(from, to int) string {
	var b strings.Builder
	b.WriteString("code\n")
	for n := from; n <= to; n++ {
		fmt.Fprintf(&b, "SAFE-%04d\n", n)
	}
	return b.String()
}

func TestAListOfCodesIsTakenWholeOrNotAtAll(t *testing.T) {
	h := buildWith(t, nil, monitored)
	h.open(t, false)
	add := func(p incident.Principal, list string) (outbox.EnrolCodes, error) {
		return h.AddEnrolCodes(t.Context(), p, h.ref, strings.NewReader(list))
	}
	_, err := add(rene, codes(1, 3))
	wantKind(t, err, incident.Forbidden)
	for list, where := range map[string]string{
		"":                         "no code",
		"code\n\n":                 "no code",
		"SAFE-0001\nSAFE-0001\n":   "line 2",
		"SAFE-0001\nabc\n":         "line 2",
		"SAFE 0001\n":              "line 1",
		"SÄFE-0001\n":              "line 1",
		strings.Repeat("x", 65):    "line 1",
		strings.Repeat("x", 1<<17): "longer",
	} {
		_, err := add(ana, list)
		if wantKind(t, err, incident.Invalid); !strings.Contains(err.Error()+fmt.Sprint(incident.ProblemsOf(err)), where) || strings.Contains(err.Error(), "SAFE-0001") {
			t.Errorf("%.20q: %v", list, err)
		}
	}
	got, err := add(ana, "\ufeffcode,order\r\n\"SAFE-0001\",7\r\nSAFE-0002,8\r\n")
	must(t, err)
	if got.Total != 2 || got.Left() != 2 || len(got.Lists) != 1 {
		t.Errorf("%+v", got)
	}
	_, err = add(ana, codes(2, 4))
	wantKind(t, err, incident.Invalid) // one of them was there
	if got, err = add(ana, codes(3, 2500)); err != nil || got.Total != 2500 {
		t.Errorf("%+v, %v", got, err)
	}
	if got, wanted, err := h.EnrolCodes(t.Context(), rene, h.ref); err != nil || !wanted || got.Total != 2500 {
		t.Errorf("%+v, %v, %v", got, wanted, err)
	}
}

// Everybody whose letter shows a code gets one of their own, once; the mailing waits
// when they run out, and goes on with more.
func TestEveryLetterHasACodeOfItsOwn(t *testing.T) {
	var mu sync.Mutex
	texts := map[string]string{}
	post := &postman{got: map[string]int{}, answer: func(m notify.Message) notify.Outcome {
		mu.Lock()
		defer mu.Unlock()
		texts[m.To] = m.Text
		return notify.Accepted
	}}
	h := buildWith(t, post, monitored)
	h.open(t, false)
	list := roster(6) + "c7,No Number,p7@mail.example,DE,,de,name+email,desk\n"
	_, err := caseworktest.Settle(t.Context(), h.desk, ana, h.ref, incident.Roster{}, strings.NewReader(list), nil)
	must(t, err)
	_, err = h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	h.approve(t)
	_, err = h.AddEnrolCodes(t.Context(), ana, h.ref, strings.NewReader(codes(1, 4)))
	must(t, err)
	f, err := h.ForecastRelease(t.Context(), otto, h.ref)
	must(t, err)
	if f.Codes != 5 || f.CodesLeft != 4 || !strings.Contains(f.Blocked, "5 letters show an activation code") {
		t.Errorf("%d letters show a code, %d are left, blocked %q", f.Codes, f.CodesLeft, f.Blocked)
	}
	id := h.release(t).ID
	m := h.run(t, id, func(m outbox.Mailing) bool { return m.State == outbox.MailingPaused })
	if !strings.Contains(m.Note, "have run out") {
		t.Errorf("it waits: %q", m.Note)
	}
	_, err = h.AddEnrolCodes(t.Context(), ana, h.ref, strings.NewReader(codes(5, 9)))
	must(t, err)
	must(t, h.Resume(t.Context(), otto, h.ref, id))
	m = h.run(t, id, over)
	if m.Counts.Accepted != 6 || m.Excluded["no e-mail address"] != 1 {
		t.Errorf("counts %+v, left out %v", m.Counts, m.Excluded)
	}
	seen := map[string]string{}
	for to, text := range texts {
		at := strings.Index(text, "SAFE-")
		if to == "p7@mail.example" {
			if at >= 0 {
				t.Error("somebody without an offer has a code")
			}
			continue
		}
		if at < 0 {
			t.Errorf("%s has no code", to)
			continue
		}
		code := text[at : at+9]
		if other := seen[code]; other != "" {
			t.Errorf("%s and %s have the same code", other, to)
		}
		seen[code] = to
	}
	got, _, err := h.EnrolCodes(t.Context(), ana, h.ref)
	must(t, err)
	if got.Given != 5 || got.Left() != 4 {
		t.Errorf("given %d, left %d", got.Given, got.Left())
	}
}
