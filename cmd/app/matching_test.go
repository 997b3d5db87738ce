package app

import (
	"testing"

	"tocsin/incident"
)

func TestMatchingLimits(t *testing.T) {
	good := MatchingConfig{Memory: "512MB", Scratch: t.TempDir(), Upload: "3GiB"}
	got, err := good.casework()
	if err != nil || got.Memory != 512e6 || got.UploadLimit != 3<<30 || got.Scratch != good.Scratch {
		t.Errorf("got %+v, %v", got, err)
	}
	bad := MatchingConfig{Memory: "lots", Scratch: "/no/such/folder", Upload: ""}
	_, err = bad.casework()
	where := map[string]bool{}
	for _, p := range incident.ProblemsOf(err) {
		where[p.Where] = true
	}
	for _, key := range []string{"matching.memory", "matching.scratch", "matching.upload"} {
		if !where[key] {
			t.Errorf("%s is wrong, and nobody says so: %v", key, err)
		}
	}
}
