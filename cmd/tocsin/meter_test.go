package main

import (
	"strings"
	"testing"
	"time"

	"tocsin/incident/affected"
)

func TestMeterSaysHowLongAStepStillTakes(t *testing.T) {
	now := time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	var out strings.Builder
	m := &meter{w: &out, now: func() time.Time { return now }}
	for i := range 11 {
		m.show(affected.Progress{Stage: "match", Input: "crm", Rows: int64(i) * 1000, Done: int64(i) * 10, Total: 100})
		now = now.Add(4 * time.Second)
	}
	m.show(affected.Progress{Stage: "write", Input: "directory", Rows: 1, Done: 1, Total: 2})
	m.end()
	want := "matching crm: 3000 rows, 30 %, about 28s left\nmatching crm: 6000 rows, 60 %, about 16s left\n"
	if !strings.HasPrefix(out.String(), want) || !strings.Contains(out.String(), "matching crm: 10000 rows, 100 %\n") {
		t.Errorf("got\n%s", out.String())
	}
}
