package runner_test

import (
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/playbooks"
	"tocsin/playbooks/builtin"
	"tocsin/playbooks/runner"
)

func parse(t *testing.T, text string) *playbooks.Playbook {
	t.Helper()
	p, err := playbooks.Parse("test.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPublish(t *testing.T) {
	o := open(t)
	text := head + step("a", "")
	first := o.publish(text)
	if first.Standing != runner.Published || first.Digest != parse(t, text).Digest() || first.PublishedBy != "ana" {
		t.Fatalf("got %+v", first)
	}

	before := o.logHead()
	again := o.publish("# the same, written otherwise\n" + strings.ReplaceAll(text, "\n", "\r\n"))
	if again.Digest != first.Digest || o.logHead() != before {
		t.Error("the same text made a new revision")
	}

	_, err := o.run.Publish(t.Context(), ana, "x.toml", []byte(text+step("b", "")))
	o.want(err, incident.Conflict)
	if !strings.Contains(err.Error(), "suggests 1.1.0") {
		t.Errorf("no version suggested: %v", err)
	}

	second := o.publish(strings.Replace(text, "1.0.0", "1.1.0", 1) + step("b", ""))
	old, err := o.run.Revision(t.Context(), audra, first.Digest)
	o.must(err)
	if old.Standing != runner.Retired || old.Definition != first.Definition {
		t.Errorf("the old revision: %+v", old)
	}
	current, err := o.run.Revision(t.Context(), audra, "drill")
	o.must(err)
	if current.Digest != second.Digest {
		t.Error("the slug names the old revision")
	}

	back := o.publish(text) // a published text may be taken up again
	if back.Digest != first.Digest || back.Standing != runner.Published || back.Seq != first.Seq {
		t.Errorf("got %+v", back)
	}
	history, err := o.run.History(t.Context(), ana, "drill")
	o.must(err)
	if len(history) != 2 || history[0].Standing != runner.Retired || history[1].Standing != runner.Published {
		t.Errorf("history %+v", history)
	}
}

func TestPublishRefuses(t *testing.T) {
	o := open(t)
	_, err := o.run.Publish(t.Context(), audra, "x.toml", []byte(head+step("a", "")))
	o.want(err, incident.Forbidden)
	_, err = o.run.Publish(t.Context(), ana, "x.toml", []byte(head+step("a", "needs = [\"a\"]")))
	o.want(err, incident.Invalid)
	if got := incident.ProblemsOf(err); len(got) != 1 || got[0].Where != "x.toml:12" {
		t.Errorf("problems %v", got)
	}
	_, err = o.run.Publish(t.Context(), ana, "x.toml", []byte(head+step("a", "kind = \"subplaybook\"\nplaybook = \"nowhere\"")))
	o.want(err, incident.Invalid)
	_, err = o.run.Revision(t.Context(), ana, "drill")
	o.want(err, incident.NotFound)
}

func TestDraftAndRetire(t *testing.T) {
	o := open(t)
	draft, err := o.run.Save(t.Context(), ana, "x.toml", []byte(head+step("a", "")))
	o.must(err)
	if draft.Standing != runner.Draft {
		t.Fatalf("got %+v", draft)
	}
	_, err = o.run.Revision(t.Context(), ana, "drill")
	o.want(err, incident.NotFound)
	i := o.declare("")
	_, err = o.run.StartRun(t.Context(), ana, i.ID, draft.Digest)
	o.want(err, incident.Conflict)

	o.publish(head + step("a", ""))
	retired, err := o.run.Retire(t.Context(), ana, draft.Digest)
	o.must(err)
	if retired.Standing != runner.Retired {
		t.Errorf("got %+v", retired)
	}
	_, err = o.run.StartRun(t.Context(), ana, i.ID, "drill")
	o.want(err, incident.NotFound)
}

func TestSeed(t *testing.T) {
	o := open(t)
	library, err := builtin.All()
	o.must(err)
	o.must(o.run.Seed(t.Context(), library))
	before := o.logHead()
	o.must(o.run.Seed(t.Context(), library))
	if o.logHead() != before {
		t.Error("seeding twice wrote twice")
	}
	list, err := o.run.Playbooks(t.Context(), audra)
	o.must(err)
	if len(list) != len(library) || list[0].Standing != runner.Published || !list[0].Builtin {
		t.Fatalf("list %+v", list)
	}

	// A changed file of the program supersedes the one of the program.
	shipped := parse(t, head+step("a", ""))
	o.must(o.run.Seed(t.Context(), []*playbooks.Playbook{shipped}))
	changed := parse(t, head+step("a", "")+step("b", ""))
	o.must(o.run.Seed(t.Context(), []*playbooks.Playbook{changed}))
	current, err := o.run.Revision(t.Context(), ana, "drill")
	o.must(err)
	old, err := o.run.Revision(t.Context(), ana, shipped.Digest())
	o.must(err)
	if current.Digest != changed.Digest() || old.Standing != runner.Retired || old.Digest != parse(t, head+step("a", "")).Digest() {
		t.Errorf("current %s, old %+v", current.Digest, old)
	}

	// The organisation's own text is not pushed aside.
	own := o.publish(strings.Replace(head, "1.0.0", "2.0.0", 1) + step("a", "") + step("own", ""))
	o.must(o.run.Seed(t.Context(), []*playbooks.Playbook{parse(t, head+step("c", ""))}))
	current, err = o.run.Revision(t.Context(), ana, "drill")
	o.must(err)
	if current.Digest != own.Digest {
		t.Error("a new file of the program displaced the organisation's playbook")
	}

	// What was withdrawn stays withdrawn.
	_, err = o.run.Retire(t.Context(), ana, own.Digest)
	o.must(err)
	o.must(o.run.Seed(t.Context(), []*playbooks.Playbook{shipped, changed}))
	_, err = o.run.Revision(t.Context(), ana, "drill")
	o.want(err, incident.NotFound)
}

func TestRevisionsSurviveARestart(t *testing.T) {
	o := open(t)
	rev := o.publish(head + step("a", ""))
	o.Reopen(t)
	o.connect()
	again, err := o.run.Revision(t.Context(), ana, rev.Digest)
	o.must(err)
	p, err := again.Playbook()
	o.must(err)
	if p.Digest() != rev.Digest {
		t.Error("another text after the restart")
	}
}
