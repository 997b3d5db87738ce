package builtin_test

import (
	"os"
	"strings"
	"testing"

	"tocsin/incident"
	"tocsin/playbooks"
	"tocsin/playbooks/builtin"
)

func TestEveryFileIsCleanAndNamedForItsSlug(t *testing.T) {
	all, err := builtin.All()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 2 {
		t.Fatalf("%d playbooks", len(all))
	}
	for _, p := range all {
		data, err := os.ReadFile(p.Slug + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range playbooks.Lint(data) {
			t.Errorf("%s.toml:%s", p.Slug, q)
		}
		if src, ok := builtin.Source(p.Slug); !ok || string(src) != string(data) {
			t.Errorf("%s: source differs", p.Slug)
		}
	}
	if _, ok := builtin.Source("nothing"); ok {
		t.Error("a source of nothing")
	}
}

// A playbook that is to be followed at night covers every phase and role, says
// when what matters is due, and lets the work begin at once.
func TestEveryPlaybookCanBeFollowed(t *testing.T) {
	all, err := builtin.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		phases, roles := map[incident.Phase]int{}, map[incident.Role]int{}
		for _, s := range p.Steps {
			phases[s.Phase]++
			roles[s.Role]++
			if s.Mandatory && s.Due == nil {
				t.Errorf("%s: %s is mandatory and never due", p.Slug, s.Key)
			}
			if len(strings.Fields(s.Instructions)) < 25 {
				t.Errorf("%s: %s says hardly anything", p.Slug, s.Key)
			}
		}
		for _, ph := range incident.Phases() {
			if phases[incident.Phase(ph.Value)] == 0 {
				t.Errorf("%s: nothing in %s", p.Slug, ph.Value)
			}
		}
		for _, r := range incident.Roles() {
			if roles[incident.Role(r.Value)] == 0 {
				t.Errorf("%s: nothing for %s", p.Slug, r.Value)
			}
		}
		ready := 0
		for _, pos := range playbooks.Next(p, playbooks.Progress{}) {
			if pos.Standing == playbooks.Ready {
				ready++
			}
		}
		if ready < 5 {
			t.Errorf("%s: only %d steps can start at once", p.Slug, ready)
		}
	}
}
