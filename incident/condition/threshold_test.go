package condition_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/incident/condition"
)

func TestThresholds(t *testing.T) {
	c := parse(t, `when = { all = [
	  { fact = "affected.people", more_than = 500 },
	  { any = [{ fact = "incident.unavailable_for", at_least = "90m" }, { fact = "incident.key", is = ["safe"] }] },
	  { not = { fact = "affected.people", less_than = 0 } },
	] }`)
	var got []string
	for _, th := range condition.Thresholds("when", c) {
		got = append(got, th.At+" "+th.String())
	}
	want := "when.all[0].more_than affected.people more_than 500\n" +
		"when.all[1].any[0].at_least incident.unavailable_for at_least 1h30m\n" +
		"when.all[2].not.less_than affected.people less_than 0"
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
	if len(condition.Thresholds("when", condition.Condition{})) != 0 {
		t.Error("a condition that asks nothing has a threshold")
	}
}

func TestExact(t *testing.T) {
	for _, tc := range []struct {
		value condition.Value
		n     float64
		ok    bool
	}{
		{condition.Number(3), 3, true}, {condition.Length(90 * time.Minute), 1.5, true}, {condition.Between(1, 2), 1, false},
		{condition.Between(2, 2), 2, true}, {condition.Between(1, -1), 1, false}, {condition.Unset(), 0, false}, {condition.Word("yes"), 0, false},
	} {
		if n, ok := tc.value.Exact(); ok != tc.ok || ok && n != tc.n {
			t.Errorf("%s: %v, %t", tc.value, n, ok)
		}
	}
}
