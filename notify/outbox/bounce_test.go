package outbox_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tocsin/incident"
	"tocsin/notify"
	"tocsin/notify/bounce"
	"tocsin/notify/outbox"
)

// identities is a mail server that takes letters and keeps their Message-IDs by address.
type identities struct {
	mu   sync.Mutex
	of   map[string]string
	take func(m notify.Message) notify.Outcome
}

func (i *identities) Name() string { return "identities" }
func (i *identities) Close() error { return nil }
func (i *identities) Send(_ context.Context, m notify.Message) notify.Receipt {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.of[m.To] = m.ID + "@insurer.example"
	out := notify.Accepted
	if i.take != nil {
		out = i.take(m)
	}
	return notify.Receipt{Outcome: out}
}

// returnedMail is what Postfix sends for a letter.
func returnedMail(id, to, action, status string) string {
	return strings.ReplaceAll(fmt.Sprintf(`From: MAILER-DAEMON@relay.insurer.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: bounces@insurer.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="4F2B91C0.1/relay"

--4F2B91C0.1/relay
Content-Type: text/plain; charset=us-ascii

This is the mail system at host relay.insurer.example.

--4F2B91C0.1/relay
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.insurer.example
X-Postfix-Queue-ID: 4F2B91C0

Final-Recipient: rfc822; %[2]s
Action: %[3]s
Status: %[4]s
Diagnostic-Code: smtp; 550 %[4]s <%[2]s>: Recipient address rejected

--4F2B91C0.1/relay
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

From: "Insurer" <privacy@insurer.example>
To: <%[2]s>
Message-ID: <%[1]s>

--4F2B91C0.1/relay--
`, id, to, action, status), "\n", "\r\n")
}

func (h *house) bounce(t *testing.T, raw string) outbox.BounceResult {
	t.Helper()
	out, err := h.TakeBounce(t.Context(), incident.Hook("bounces"), strings.NewReader(raw))
	must(t, err)
	return out
}

func (h *house) entries(t *testing.T) uint64 {
	t.Helper()
	report, err := h.store.DB.Verify(t.Context(), nil)
	must(t, err)
	if !report.OK() {
		t.Fatal(report.Problems)
	}
	return report.Entries
}

func TestALetterThatComesBackNeedsALetter(t *testing.T) {
	post := &identities{of: map[string]string{}}
	h := build(t, post)
	h.ready(t, 20)
	m := h.run(t, h.release(t).ID, over)
	taken := m.Counts.Accepted
	if taken < 10 || !h.told(t) {
		t.Fatalf("%+v", m.Counts)
	}
	now := func() outbox.Mailing {
		t.Helper()
		m, err := h.Mailing(t.Context(), otto, h.ref, m.ID)
		must(t, err)
		if m.Pending() != 0 {
			t.Errorf("the counts do not add up: %+v, pending %d", m.Counts, m.Pending())
		}
		return m
	}
	const to = "p7@mail.example"

	// A delay is noted and counts nothing.
	if got := h.bounce(t, returnedMail(post.of[to], to, "delayed", "4.4.1")); !got.Matched || !got.Changed {
		t.Errorf("delay: %+v", got)
	}
	if m := now(); m.Counts.Bounced != 0 || m.Counts.Accepted != taken || !h.told(t) {
		t.Errorf("a delay moved something: %+v", m.Counts)
	}

	back := returnedMail(post.of[to], to, "failed", "5.1.1")
	if got := h.bounce(t, back); !got.Matched || !got.Changed || got.Kind != bounce.Failed {
		t.Errorf("returned: %+v", got)
	}
	m = now()
	if m.Counts.Bounced != 1 || m.Counts.Accepted != taken-1 || m.NeedLetter() != 1 || m.ReturnedFor["there is no such mailbox"] != 1 {
		t.Errorf("%+v, returned %v for %v", m.Counts, m.Returned, m.ReturnedFor)
	}
	if h.told(t) {
		t.Error("the duty counts as met, though somebody was not told")
	}

	// Again, and every later report on it, changes nothing, not even the audit log.
	before := h.entries(t)
	for _, raw := range []string{back, returnedMail(post.of[to], to, "delayed", "4.4.1"), returnedMail(post.of[to], to, "delivered", "2.0.0")} {
		if got := h.bounce(t, raw); !got.Matched || got.Changed {
			t.Errorf("again: %+v", got)
		}
	}
	if after := h.entries(t); after != before {
		t.Errorf("%d entries more", after-before)
	}

	// Nobody's word but a person's who may release meets the duty again.
	_, err := h.LettersPosted(t.Context(), rene, h.ref, m.ID, "by letter")
	wantKind(t, err, incident.Forbidden)
	_, err = h.LettersPosted(t.Context(), otto, h.ref, m.ID, "")
	wantKind(t, err, incident.Invalid)
	n, err := h.LettersPosted(t.Context(), otto, h.ref, m.ID, "letters handed to the post")
	must(t, err)
	if m = now(); n != 1 || m.NeedLetter() != 0 || m.Counts.Bounced != 1 || !h.told(t) {
		t.Errorf("posted %d, needed %d, told %v", n, m.NeedLetter(), h.told(t))
	}
	_, err = h.LettersPosted(t.Context(), otto, h.ref, m.ID, "again")
	wantKind(t, err, incident.Conflict)

	// A later mailing writes no e-mail to whom it came back from.
	first := post.of[to]
	h.settle(t, 25)
	_, err = h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	h.approve(t)
	later := h.run(t, h.release(t).ID, over)
	if post.of[to] != first || later.Counts.Earlier != taken-1 || later.Pending() != 0 {
		t.Errorf("written to again: %v; %+v, left out %v", post.of[to] != first, later.Counts, later.Excluded)
	}
}

func TestAReportOnNoLetterOfOurs(t *testing.T) {
	post := &identities{of: map[string]string{}}
	h := build(t, post)
	var log bytes.Buffer
	h.Logger = slog.New(slog.NewTextHandler(&log, nil))
	h.ready(t, 10)
	m := h.run(t, h.release(t).ID, over)
	const to = "p7@mail.example"
	before := h.entries(t)
	log.Reset()
	key, _, _ := strings.Cut(post.of[to], ".")
	for name, id := range map[string]string{
		"another's":               "20260303.1@mail.example",
		"a guess":                 strings.Repeat("0", 32) + ".1@insurer.example",
		"an attempt never made":   key + ".2@insurer.example",
		"no attempt":              key + "@insurer.example",
		"an identity of nobody's": "",
	} {
		if got := h.bounce(t, returnedMail(id, to, "failed", "5.1.1")); got.Matched || got.Changed {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := h.Bounces(); got.Unmatched != 5 || got.Matched != 0 {
		t.Errorf("%+v", got)
	}
	if out := h.bounce(t, "From: a@b.example\n\nI am away.\n"); out.Kind != bounce.Other || h.Bounces().Ignored != 1 {
		t.Errorf("%+v", out)
	}
	_, err := h.TakeBounce(t.Context(), incident.Hook("bounces"), strings.NewReader("\x00"))
	wantKind(t, err, incident.Invalid)
	_, err = h.Bounced(t.Context(), otto, key, 1, bounce.Report{Kind: bounce.Failed})
	wantKind(t, err, incident.Forbidden)
	now, err := h.Mailing(t.Context(), otto, h.ref, m.ID)
	must(t, err)
	if now.Counts != m.Counts || h.entries(t) != before {
		t.Errorf("something moved: %+v, was %+v", now.Counts, m.Counts)
	}
	if said := log.String(); !strings.Contains(said, "no letter of ours") || strings.Contains(said, "@") || strings.Contains(said, key) {
		t.Errorf("the log says: %s", said)
	}
}

func TestAReportBeforeTheOutcome(t *testing.T) {
	post := &identities{of: map[string]string{}}
	h := build(t, post)
	post.take = func(m notify.Message) notify.Outcome {
		switch m.To {
		case "p7@mail.example": // the relay returns it before it has said that it took it
			h.bounce(t, returnedMail(m.ID+"@insurer.example", m.To, "failed", "5.1.1"))
		case "p8@mail.example": // nobody knows whether it was taken; it was, and comes back
			return notify.Uncertain
		}
		return notify.Accepted
	}
	h.ready(t, 20)
	m := h.run(t, h.release(t).ID, over)
	if m.Counts.Bounced != 1 || m.Counts.Uncertain != 1 || m.Pending() != 0 || m.NeedLetter() != 1 {
		t.Fatalf("%+v", m.Counts)
	}
	h.bounce(t, returnedMail(post.of["p8@mail.example"], "p8@mail.example", "failed", "5.2.1"))
	m, err := h.Mailing(t.Context(), otto, h.ref, m.ID)
	must(t, err)
	if m.Counts.Bounced != 2 || m.Counts.Uncertain != 0 || m.NeedLetter() != 2 || m.Pending() != 0 || h.told(t) {
		t.Errorf("%+v, told %v", m.Counts, h.told(t))
	}
}

func TestMaildirOfReturnedMail(t *testing.T) {
	post := &identities{of: map[string]string{}}
	h := build(t, post)
	h.ready(t, 10)
	m := h.run(t, h.release(t).ID, over)
	dir := t.TempDir()
	for _, sub := range []string{"new", "cur", "tmp"} {
		must(t, os.Mkdir(filepath.Join(dir, sub), 0o700))
	}
	const to = "p7@mail.example"
	must(t, os.WriteFile(filepath.Join(dir, "new", "1.a"), []byte(returnedMail(post.of[to], to, "failed", "5.1.1")), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "new", "2.b"), []byte("\x00"), 0o600))
	must(t, h.EmptyBounces(t.Context(), bounce.Maildir(dir)))
	for _, name := range []string{"1.a:2,S", "2.b:2,F"} {
		if _, err := os.Stat(filepath.Join(dir, "cur", name)); err != nil {
			t.Error(err)
		}
	}
	m, err := h.Mailing(t.Context(), otto, h.ref, m.ID)
	must(t, err)
	if m.Counts.Bounced != 1 {
		t.Errorf("%+v", m.Counts)
	}
}
