package outbox_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/casework/caseworktest"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
)

// person's letter is the one to people in Germany.
func (h *house) german(t *testing.T) outbox.DraftView {
	t.Helper()
	all, err := h.Drafts(t.Context(), cora, h.ref)
	must(t, err)
	for _, d := range all {
		if d.Audience == "individuals" && d.Language == "de" {
			return d
		}
	}
	t.Fatalf("no letter to people in Germany among %d", len(all))
	return outbox.DraftView{}
}

func TestWhateverMovesVoidsAnApprovalAndSaysWhat(t *testing.T) {
	fact := func(name string, values ...string) []casework.NewFact {
		return []casework.NewFact{{Name: name, Values: values, Source: "logs"}}
	}
	for _, c := range []struct {
		what string
		do   func(h *house, d outbox.DraftView) error
		want string // of the one reason; empty: the approval holds
	}{
		{"nothing", func(*house, outbox.DraftView) error { return nil }, ""},
		{"a fact no letter reads", func(h *house, _ outbox.DraftView) error {
			return h.desk.SetFacts(t.Context(), ana, h.ref, fact("incident.backup", "available"))
		}, ""},
		{"the text", func(h *house, d outbox.DraftView) error {
			return h.EditDraft(t.Context(), ana, h.ref, d.ID, d.Current().Letter.Subject+".", d.Current().Letter.Source, "a full stop")
		}, "The text changed: version 2 is newer"},
		{"the list", func(h *house, _ outbox.DraftView) error {
			_, err := caseworktest.Settle(t.Context(), h.desk, ana, h.ref, incident.Roster{}, strings.NewReader(roster(9)), nil)
			return err
		}, "The list of affected people changed."},
		{"the wording", func(h *house, _ outbox.DraftView) error {
			return h.desk.SetFacts(t.Context(), ana, h.ref, fact(outbox.FactWhatHappened, "It was worse than we thought."))
		}, "What the case says changed: incident: what happened."},
		{"a date", func(h *house, _ outbox.DraftView) error {
			return h.desk.SetMilestone(t.Context(), ana, h.ref, casework.SetMilestone{Milestone: incident.OccurredFrom, At: h.store.Clock.Now().AddDate(0, 0, -20), Reason: "log read"})
		}, "incident: occurred"},
		{"a duty that falls", func(h *house, _ outbox.DraftView) error {
			return h.desk.SetFacts(t.Context(), ana, h.ref, fact("incident.risk", "unlikely"))
		}, "A duty is no longer owed"},
	} {
		t.Run(c.what, func(t *testing.T) {
			h := build(t, nil)
			h.ready(t, 5)
			d := h.german(t)
			if !d.Valid || d.Void != nil {
				t.Fatalf("just approved: valid %v, void %v", d.Valid, d.Void)
			}
			before, err := h.ToApprove(t.Context(), ana, h.ref)
			must(t, err)
			must(t, c.do(h, d))
			d = h.german(t)
			after, err := h.ToApprove(t.Context(), ana, h.ref)
			must(t, err)
			said := strings.Join(d.Void, " ")
			if d.Valid != (c.want == "") || !strings.Contains(said, c.want) || d.Valid != (said == "") {
				t.Errorf("valid %v, void %q; want %q", d.Valid, said, c.want)
			}
			if !d.Valid && after <= before {
				t.Errorf("to approve: %d, before %d", after, before)
			}
			plan, err := h.PlanRelease(t.Context(), otto, h.ref)
			must(t, err)
			if (len(plan.Letters) > 0) != d.Valid {
				t.Errorf("%d letters would go; the approval holds: %v", len(plan.Letters), d.Valid)
			}
		})
	}
}

func TestADraftIsSentBackWithAReason(t *testing.T) {
	h := build(t, nil)
	h.open(t, false)
	h.settle(t, 5)
	_, err := h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	d := h.german(t)
	digest := d.Current().Digest
	wantKind(t, h.ReturnDraft(t.Context(), ana, h.ref, d.ID, digest, "no"), incident.Forbidden)
	wantKind(t, h.ReturnDraft(t.Context(), cora, h.ref, d.ID, digest, "  "), incident.Invalid)
	wantKind(t, h.ReturnDraft(t.Context(), cora, h.ref, d.ID, "other", "no"), incident.Conflict)
	must(t, h.ReturnDraft(t.Context(), cora, h.ref, d.ID, digest, "Say which mailbox it was"))
	d = h.german(t)
	if r := d.Returned(); r == nil || r.Reason != "Say which mailbox it was" || r.By != "cora" || r.Version != 1 {
		t.Fatalf("returned: %+v", r)
	}
	err = h.Approve(t.Context(), otto, h.ref, d.ID, digest)
	if wantKind(t, err, incident.Conflict); !strings.Contains(err.Error(), "Say which mailbox it was.") {
		t.Errorf("another approver reads %q", err)
	}
	wantKind(t, h.ReturnDraft(t.Context(), otto, h.ref, d.ID, digest, "again"), incident.Conflict)

	must(t, h.EditDraft(t.Context(), ana, h.ref, d.ID, d.Current().Letter.Subject, strings.Replace(d.Current().Letter.Source, "customers had sent", "you had sent", 1), "the mailbox is named"))
	d = h.german(t)
	if d.Returned() != nil || d.Current().Why != "the mailbox is named" || d.Current().Act != "edited" {
		t.Fatalf("after the edit: returned %+v, version %+v", d.Returned(), d.Current().Why)
	}
	must(t, h.Approve(t.Context(), otto, h.ref, d.ID, d.Current().Digest))
	d = h.german(t)
	if got := fmt.Sprint(acts(d.Reviews)); got != "[returned approved]" || !d.Valid {
		t.Errorf("reviews %s, valid %v", got, d.Valid)
	}
	must(t, h.ReturnDraft(t.Context(), cora, h.ref, d.ID, d.Current().Digest, "One more thing"))
	if d = h.german(t); d.Valid || d.Approval != nil {
		t.Error("it is approved though it was sent back since")
	}
	must(t, h.Approve(t.Context(), cora, h.ref, d.ID, d.Current().Digest)) // their own word is theirs to take back
}

func acts(list []outbox.DraftReview) []string {
	var out []string
	for _, r := range list {
		out = append(out, r.Act)
	}
	return out
}

func TestCommentsOnADraft(t *testing.T) {
	h := build(t, nil)
	h.open(t, false)
	h.settle(t, 5)
	_, err := h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	d := h.german(t)
	on := func(p incident.Principal, in outbox.NewDraftComment) (outbox.DraftComment, error) {
		return h.CommentOnDraft(t.Context(), p, h.ref, d.ID, in)
	}
	_, err = on(rene, outbox.NewDraftComment{Text: "hello"})
	wantKind(t, err, incident.Forbidden)
	_, err = on(cora, outbox.NewDraftComment{Text: " "})
	wantKind(t, err, incident.Invalid)
	_, err = on(cora, outbox.NewDraftComment{Text: "?", Passage: "words that are not there"})
	wantKind(t, err, incident.Invalid)
	_, err = on(ana, outbox.NewDraftComment{Text: "mine", Privileged: true})
	wantKind(t, err, incident.Forbidden)
	c, err := on(cora, outbox.NewDraftComment{Text: "Too vague", Passage: "copied messages that customers"})
	must(t, err)
	if c.N != 1 || c.Line == 0 || c.Version != 1 {
		t.Fatalf("comment %+v", c)
	}
	_, err = on(cora, outbox.NewDraftComment{Text: "Between us: this is an admission", Privileged: true})
	must(t, err)
	_, err = on(ana, outbox.NewDraftComment{Text: "Is the number right?"})
	must(t, err)
	seen := func(p incident.Principal) int {
		all, err := h.DraftComments(t.Context(), p, h.ref, d.ID)
		must(t, err)
		v, err := h.Draft(t.Context(), p, h.ref, d.ID)
		must(t, err)
		open := 0
		for _, c := range all {
			if c.Resolved == nil {
				open++
			}
		}
		if v.Comments != open {
			t.Errorf("%s: the draft says %d open comments, there are %d", p.ID, v.Comments, open)
		}
		return len(all)
	}
	if got := [3]int{seen(cora), seen(ana), seen(rene)}; got != [3]int{3, 2, 2} {
		t.Errorf("counsel, author and a responder see %v comments", got)
	}
	wantKind(t, h.ResolveComment(t.Context(), ana, h.ref, d.ID, 1, ""), incident.Forbidden)
	wantKind(t, h.ResolveComment(t.Context(), ana, h.ref, d.ID, 2, ""), incident.NotFound) // and not that it exists
	must(t, h.ResolveComment(t.Context(), ana, h.ref, d.ID, 3, "it is"))                   // who made it
	must(t, h.ResolveComment(t.Context(), otto, h.ref, d.ID, 1, "rewritten"))
	wantKind(t, h.ResolveComment(t.Context(), otto, h.ref, d.ID, 1, ""), incident.Conflict)
	if seen(cora) != 3 {
		t.Error("a resolved comment is gone")
	}
	// Words that an edit took away are nowhere any more.
	text := d.Current().Letter
	must(t, h.EditDraft(t.Context(), ana, h.ref, d.ID, text.Subject, strings.Replace(text.Source, "copied messages", "took messages", 1), ""))
	all, err := h.DraftComments(t.Context(), cora, h.ref, d.ID)
	must(t, err)
	if all[0].Line != 0 || all[0].Passage == "" {
		t.Errorf("the passage is said to stand on line %d", all[0].Line)
	}
}

func TestVersionsAreComparedWithEachOtherAndTheTemplate(t *testing.T) {
	h := build(t, nil)
	h.open(t, false)
	h.settle(t, 5)
	_, err := h.CreateDrafts(t.Context(), ana, h.ref)
	must(t, err)
	d := h.german(t)
	text := d.Current().Letter
	must(t, h.EditDraft(t.Context(), ana, h.ref, d.ID, text.Subject, strings.Replace(text.Source, "copied messages", "took messages", 1), ""))
	for _, c := range []struct {
		from, to int
		want     string
	}{
		{1, 2, "[-copied-]{+took+}"}, {2, 1, "[-took-]{+copied+}"}, {outbox.TemplateVersion, 2, "[-copied-]{+took+}"}, {outbox.TemplateVersion, 1, ""},
	} {
		got, err := h.CompareDraft(t.Context(), ana, h.ref, d.ID, c.from, c.to)
		must(t, err)
		if said := letter.DiffText(got.Source); got.Same() != (c.want == "") || !strings.Contains(said, c.want) {
			t.Errorf("%d and %d: same %v, want %q in %.200s", c.from, c.to, got.Same(), c.want, said)
		}
	}
	_, err = h.CompareDraft(t.Context(), ana, h.ref, d.ID, 1, 3)
	wantKind(t, err, incident.NotFound)
	// Against the template it shows what the case says otherwise by now, too.
	must(t, h.desk.SetFacts(t.Context(), ana, h.ref, []casework.NewFact{{Name: outbox.FactWhatHappened, Values: []string{"Somebody read messages."}, Source: "logs"}}))
	got, err := h.CompareDraft(t.Context(), ana, h.ref, d.ID, outbox.TemplateVersion, 1)
	must(t, err)
	if got.Same() {
		t.Error("the template is said to be the same")
	}
	if d = h.german(t); fmt.Sprint(d.Stale) != "[incident: what happened]" {
		t.Errorf("the text is stale by %v", d.Stale)
	}
}
