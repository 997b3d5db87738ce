package public

import (
	"fmt"
	"testing"
	"time"
)

func TestLimitsStandStillWithTheClock(t *testing.T) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	taken := func(address func(n int) string) (n int) {
		l := newLimits(func() time.Time { return now })
		for i := range 200 {
			if l.allow(address(i)) {
				n++
			}
		}
		return n
	}
	for name, c := range map[string]struct {
		address func(int) string
		want    int
	}{
		"one reader":           {func(int) string { return "192.0.2.1" }, perAddressBurst},
		"one household":        {func(n int) string { return fmt.Sprintf("2001:db8::%x", n+1) }, perAddressBurst},
		"everybody":            {func(n int) string { return fmt.Sprintf("192.0.2.%d", n) }, togetherBurst},
		"a proxy that is ours": {func(int) string { return "127.0.0.1" }, togetherBurst},
		"nobody can say who":   {func(int) string { return "" }, perAddressBurst},
	} {
		if got := taken(c.address); got != c.want {
			t.Errorf("%s: %d taken, not %d", name, got, c.want)
		}
	}
}

func TestManyAddressesAreForgotten(t *testing.T) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	l := newLimits(func() time.Time { return now })
	for n := range mostAddresses + 10 {
		l.allow(fmt.Sprintf("10.%d.%d.%d", n>>16, n>>8&255, n&255))
	}
	if len(l.of) > mostAddresses {
		t.Errorf("%d addresses are kept", len(l.of))
	}
}
