package runner_test

import (
	"testing"

	"tocsin/incident/casework"
	"tocsin/playbooks/builtin"
)

// BenchmarkOpenWithPlaybook is what an alert waits for: an incident with a run
// of forty-seven steps, in one commit on the disk.
func BenchmarkOpenWithPlaybook(b *testing.B) {
	o := open(b)
	library, err := builtin.All()
	o.must(err)
	o.must(o.run.Seed(b.Context(), library))
	for b.Loop() {
		_, err := o.OpenIncident(b.Context(), ana, casework.NewIncident{Title: "x", Kind: "ransomware", Playbook: "ransomware"})
		o.must(err)
	}
}
