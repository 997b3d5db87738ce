package outbox_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/casework/caseworktest"
	"tocsin/incident/ledger"
	"tocsin/notify/outbox"
)

// californians is a list of people whom letters may not reach.
func californians() string {
	var b strings.Builder
	b.WriteString("customer_id,name,email,country,region,language,elements,sources\n")
	for k := 1; k <= 12; k++ {
		fmt.Fprintf(&b, "c%d,Person %d,,US,CA,en,name+ssn,desk\n", k, k)
	}
	return b.String()
}

const californian = "us-ca-individuals@US-CA"

// toAll goes as far as an approved notice to all.
func toAll(t *testing.T, drill bool) (*house, *outbox.Draft) {
	t.Helper()
	h := build(t, nil)
	h.open(t, drill)
	_, err := caseworktest.Settle(t.Context(), h.desk, ana, h.ref, incident.Roster{}, strings.NewReader(californians()), nil)
	must(t, err)
	d, err := h.WriteSubstitute(t.Context(), ana, h.ref, []string{californian}, "")
	must(t, err)
	v, err := h.Draft(t.Context(), cora, h.ref, d.ID)
	must(t, err)
	if !v.Ready() {
		t.Fatalf("open %v, findings %v", v.Current().Letter.Open, v.Findings)
	}
	must(t, h.Approve(t.Context(), cora, h.ref, d.ID, d.Current().Digest))
	return h, d
}

func publication(d *outbox.Draft) outbox.Publication {
	return outbox.Publication{Draft: d.ID, Digest: d.Current().Digest}
}

func (h *house) notUp(t *testing.T, slug string) {
	t.Helper()
	_, err := h.PublicPage(t.Context(), slug)
	wantKind(t, err, incident.NotFound)
	all, err := h.PublicPages(t.Context())
	must(t, err)
	for _, p := range all {
		if p.Slug == slug {
			t.Errorf("%s is listed", slug)
		}
	}
}

func TestANoticeToAllIsPublishedByASecondPerson(t *testing.T) {
	h, d := toAll(t, false)
	ctx := t.Context()
	_, err := h.PublishNotice(ctx, cora, h.ref, publication(d)) // counsel approved it
	wantKind(t, err, incident.Forbidden)
	_, err = h.PublishNotice(ctx, rene, h.ref, publication(d)) // has no leave to release
	if kind := incident.KindOf(err); kind != incident.Forbidden && kind != incident.NotFound {
		t.Fatal(err)
	}
	stale := publication(d)
	stale.Digest = strings.Repeat("0", 64)
	_, err = h.PublishNotice(ctx, otto, h.ref, stale)
	wantKind(t, err, incident.Conflict)

	now := h.store.Clock.Now()
	for name, change := range map[string]func(*outbox.Publication){
		"short":     func(p *outbox.Publication) { p.Until = now.AddDate(0, 0, 29) },
		"backwards": func(p *outbox.Publication) { p.From, p.Until = now.AddDate(0, 0, 9), now.AddDate(0, 0, 8) },
		"past":      func(p *outbox.Publication) { p.Until = now.Add(-time.Hour) },
		"upper":     func(p *outbox.Publication) { p.Slug = "Leak" },
		"path":      func(p *outbox.Publication) { p.Slug = "../letter" },
		"umlaut":    func(p *outbox.Publication) { p.Slug = "fähre" },
		"edges":     func(p *outbox.Publication) { p.Slug = "-leak" },
		"long":      func(p *outbox.Publication) { p.Slug = strings.Repeat("a", 61) },
		"language":  func(p *outbox.Publication) { p.Language = `en"><script>` },
	} {
		in := publication(d)
		change(&in)
		if _, err := h.PublishNotice(ctx, otto, h.ref, in); incident.KindOf(err) != incident.Invalid || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}

	in := publication(d)
	in.From, in.Until = now.Add(24*time.Hour), now.Add(24*time.Hour).AddDate(0, 0, 30)
	n, err := h.PublishNotice(ctx, otto, h.ref, in)
	must(t, err)
	if n.Slug != strings.ToLower(h.ref)+"-en" || n.Days != 30 || n.At == "" || n.By != otto.ID || n.ApprovedBy != cora.ID || n.Text != d.Current().Digest {
		t.Errorf("%+v", n)
	}
	h.notUp(t, n.Slug)
	h.store.Clock.Advance(24 * time.Hour)
	p, err := h.PublicPage(ctx, n.Slug)
	must(t, err)
	page := string(p.HTML)
	for _, want := range []string{`<html lang="en">`, "Example Insurance", "Social Security", "Somebody had copied", h.ref} {
		if want == "Somebody had copied" {
			want = "copied messages that customers"
		}
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q\n%s", want, page)
		}
	}
	for _, bad := range []string{"<script", "http-equiv", "Person 1", "‹", "<img", "<form"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if p.Digest != n.Digest || p.Style == "" {
		t.Errorf("%+v", p)
	}
	for _, other := range []string{strings.ToUpper(n.Slug), n.Slug + "/", "/" + n.Slug, n.Slug + "\x00", "", strings.Repeat("a", 1<<16)} {
		h.notUp(t, other)
	}
	_, err = h.PublishNotice(ctx, otto, h.ref, publication(d))
	wantKind(t, err, incident.Conflict) // not twice
	wantKind(t, h.EditDraft(ctx, ana, h.ref, d.ID, "Other", d.Current().Letter.Source+"\n\nMore.", ""), incident.Conflict)
	h.store.Clock.Advance(30 * 24 * time.Hour)
	h.notUp(t, n.Slug)
	wantKind(t, h.WithdrawNotice(ctx, otto, h.ref, n.ID, "over", true), incident.Conflict)
}

func TestANoticeToAllIsTakenDown(t *testing.T) {
	h, d := toAll(t, false)
	ctx := t.Context()
	in := publication(d)
	in.Slug, in.Until, in.Why = "support-desk", h.store.Clock.Now().AddDate(0, 0, 10), "Fewer people than the law's number."
	n, err := h.PublishNotice(ctx, otto, h.ref, in)
	must(t, err)
	if n.WhyShorter == "" {
		t.Error("why it is shorter is not kept")
	}
	wantKind(t, h.WithdrawNotice(ctx, otto, h.ref, n.ID, " ", false), incident.Invalid)
	wantKind(t, h.WithdrawNotice(ctx, otto, h.ref, "none", "why", false), incident.NotFound)
	wantKind(t, h.WithdrawNotice(ctx, otto, h.ref, n.ID, "Wrong date in it.", false), incident.Conflict)
	must(t, h.WithdrawNotice(ctx, otto, h.ref, n.ID, "Wrong date in it.", true))
	h.notUp(t, n.Slug)
	got, err := h.PublicNotice(ctx, ana, h.ref, n.ID)
	must(t, err)
	if w := got.Withdrawn; w == nil || !w.Early || w.By != otto.ID || w.Reason == "" || len(got.Page) == 0 {
		t.Errorf("%+v", got.Withdrawn)
	}
	lines, err := h.desk.Timeline(ctx, ana, h.ref, 0)
	must(t, err)
	var said strings.Builder
	for _, l := range lines {
		said.WriteString(l.Text + "\n")
	}
	for _, want := range []string{"Public notice at /notices/support-desk from", n.Digest[:12], "Fewer people than", "taken down: Wrong date in it.", "before the 30 days"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("the timeline has no %q", want)
		}
	}
	again, err := h.WriteSubstitute(ctx, ana, h.ref, []string{californian}, "")
	must(t, err)
	must(t, h.Approve(ctx, cora, h.ref, again.ID, again.Current().Digest))
	in = publication(again)
	in.Slug = "support-desk"
	_, err = h.PublishNotice(ctx, otto, h.ref, in)
	wantKind(t, err, incident.Conflict) // an address is one notice's for ever
}

func TestWhatANoticeToAllMayNotBe(t *testing.T) {
	ctx := t.Context()
	t.Run("of a drill", func(t *testing.T) {
		h, d := toAll(t, true)
		_, err := h.PublishNotice(ctx, otto, h.ref, publication(d))
		wantKind(t, err, incident.Conflict)
		v, err := h.Substitutes(ctx, ana, h.ref)
		must(t, err)
		if !strings.Contains(v.Blocked, "drill") {
			t.Errorf("%q", v.Blocked)
		}
	})
	t.Run("markup, a person's name, unapproved, sent", func(t *testing.T) {
		h, d := toAll(t, false)
		source := d.Current().Letter.Source
		must(t, h.EditDraft(ctx, ana, h.ref, d.ID, "Notice", source+"\n\n<script>alert(2)</script> <b onclick=x>bold</b>", ""))
		v, err := h.Draft(ctx, cora, h.ref, d.ID)
		must(t, err)
		wantKind(t, h.Approve(ctx, cora, h.ref, d.ID, v.Current().Digest), incident.Conflict)
		must(t, h.EditDraft(ctx, ana, h.ref, d.ID, `Notice <img src=x onerror=alert(1)>`, source+"\n\n[a](javascript:alert(3)) 1 < 2 & 3", ""))
		v, err = h.Draft(ctx, cora, h.ref, d.ID)
		must(t, err)
		_, err = h.PublishNotice(ctx, otto, h.ref, publication(&v.Draft))
		wantKind(t, err, incident.Conflict) // the approval was of another text
		must(t, h.Approve(ctx, cora, h.ref, d.ID, v.Current().Digest))
		plan, err := h.PlanRelease(ctx, otto, h.ref)
		must(t, err)
		if len(plan.Letters)+len(plan.Unapproved) != 0 {
			t.Error("a mailing would carry it")
		}
		n, err := h.PublishNotice(ctx, otto, h.ref, publication(&v.Draft))
		must(t, err)
		for _, bad := range []string{"<script", "<img", "onclick=x>", "href=\"javascript"} {
			if strings.Contains(string(n.Page), bad) {
				t.Errorf("the page has %s:\n%s", bad, n.Page)
			}
		}
		if _, err := h.WriteSubstitute(ctx, ana, h.ref, []string{"eu-gdpr-34-1@DE"}, ""); incident.KindOf(err) != incident.Invalid {
			t.Errorf("a duty without such a notice: %v", err)
		}
		if _, err := h.WriteSubstitute(ctx, ana, h.ref, nil, ""); incident.KindOf(err) != incident.Invalid {
			t.Errorf("no duty: %v", err)
		}
	})
	t.Run("without a toll-free number", func(t *testing.T) {
		h := buildWith(t, nil, func(c *outbox.Config) {
			clinic(c)
			c.Letterhead.Organisation.TollFree, c.Letterhead.CallCentre.Phone = "", ""
		})
		h.open(t, false)
		_, err := caseworktest.Settle(ctx, h.desk, ana, h.ref, incident.Roster{}, strings.NewReader(strings.ReplaceAll(californians(), "name+ssn", "name+ssn+medical")), nil)
		must(t, err)
		v, err := h.Substitutes(ctx, ana, h.ref)
		must(t, err)
		var ids []string
		for _, s := range v.Duties {
			ids = append(ids, s.Obligation)
			if strings.HasPrefix(s.Obligation, "us-hipaa-individuals@") && (s.Days != 90 || s.DaysAt != "45 CFR 164.404(d)(2)(ii)" || s.From != 10) {
				t.Errorf("%+v", s)
			}
		}
		if len(ids) != 2 || !v.NoTollFree {
			t.Errorf("%v, %v", ids, v.NoTollFree)
		}
		d, err := h.WriteSubstitute(ctx, ana, h.ref, ids, "en")
		must(t, err)
		if len(d.Obligations) != 2 {
			t.Errorf("%v", d.Obligations)
		}
		w, err := h.Draft(ctx, cora, h.ref, d.ID)
		must(t, err)
		if !w.Ready() {
			t.Errorf("open %v, findings %v", w.Current().Letter.Open, w.Findings)
		}
		_, err = h.WriteSubstitute(ctx, ana, h.ref, ids, "en")
		wantKind(t, err, incident.Conflict)
	})
	t.Run("while the police ask to wait, or where nobody could read it", func(t *testing.T) {
		h, d := toAll(t, false)
		off := houseOn(t, h.store, h.ref, nil, func(c *outbox.Config) { c.NoPublicPages = true })
		_, err := off.PublishNotice(ctx, otto, h.ref, publication(d))
		wantKind(t, err, incident.Conflict)
		must(t, h.desk.SetFacts(ctx, ana, h.ref, []casework.NewFact{{Name: outbox.FactPoliceDelay, Values: []string{"yes"}, Source: "letter"}}))
		v, err := h.Substitutes(ctx, ana, h.ref)
		must(t, err)
		if !strings.Contains(v.Blocked, "police") {
			t.Errorf("%q", v.Blocked)
		}
		_, err = h.PublishNotice(ctx, otto, h.ref, publication(d))
		wantKind(t, err, incident.Conflict)
	})
	t.Run("to one person", func(t *testing.T) {
		h, d := toAll(t, false)
		err := h.EditDraft(ctx, ana, h.ref, d.ID, "Notice", d.Current().Letter.Source+"\n\nDear {{person.name}},", "")
		if err != nil {
			return // refused when written
		}
		v, err := h.Draft(ctx, cora, h.ref, d.ID)
		must(t, err)
		must(t, h.Approve(ctx, cora, h.ref, d.ID, v.Current().Digest))
		_, err = h.PublishNotice(ctx, otto, h.ref, publication(&v.Draft))
		wantKind(t, err, incident.Invalid)
	})
}

func TestANoticeToAllGoesWithItsIncident(t *testing.T) {
	h, d := toAll(t, false)
	n, err := h.PublishNotice(t.Context(), otto, h.ref, publication(d))
	must(t, err)
	i, err := h.desk.Incident(t.Context(), ana, h.ref)
	must(t, err)
	if _, err := h.PublicPage(t.Context(), n.Slug); err != nil {
		t.Fatal(err)
	}
	must(t, h.store.DB.Update(t.Context(), incident.Clock(), func(tx *ledger.Tx) error {
		tx.Record("erasure.finish", "incident/"+i.ID)
		if err := tx.DestroyKey(i.ID); err != nil {
			return err
		}
		return nil
	}))
	h.notUp(t, n.Slug) // by the key alone
	must(t, h.store.DB.Update(t.Context(), incident.Clock(), func(tx *ledger.Tx) error {
		tx.Record("erasure.finish", "incident/"+i.ID)
		return h.CaseErased(tx, i)
	}))
	h.notUp(t, n.Slug)
}

// TestTheLeastTimesAreTheLaws holds the days to the notes of the rules they belong to.
func TestTheLeastTimesAreTheLaws(t *testing.T) {
	lib, err := rules()
	must(t, err)
	for rule, says := range map[string]string{"us-hipaa-individuals": "ninety days on the home page", "us-hbnr-individuals": "ninety days on the home page",
		"us-az-individuals": "45 days on the website", "us-ca-individuals": "30 days on the website", "us-al-individuals": "30 days on the website"} {
		found := false
		for _, r := range lib.Versions(rule) {
			found = found || strings.Contains(r.Notes, says)
		}
		if !found {
			t.Errorf("%s no longer says %q", rule, says)
		}
	}
}
