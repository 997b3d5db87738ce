package affected

import "testing"

func TestParseBirth(t *testing.T) {
	for text, want := range map[string]birth{
		"1980-01-31": date(1980, 1, 31), " 19800131 ": date(1980, 1, 31), "31.01.1980": date(1980, 1, 31), "31/01/1980": date(1980, 1, 31),
		"01/31/1980": date(1980, 1, 31), "1980-01-31T00:00:00Z": date(1980, 1, 31), "1980-01-31 00:00": date(1980, 1, 31), "3.4.1980": date(1980, 4, 3),
		"03/04/1980": date(1980, 4, 3) | swapped, "04/04/1980": date(1980, 4, 4), "": 0, "unknown": 0, "1980": 0, "31-01-80": 0, "1980-13-01": 0, "1980-01": 0, "-1-1-1980": 0, "123456789": 0,
		"1980-01-31x": 0,
	} {
		if got := parseBirth([]byte(text)); got != want {
			t.Errorf("%q: got %#x, want %#x", text, got, want)
		}
	}
}

func TestBirthMayBe(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{"1980-01-31", "31.01.1980", true}, {"1980-01-31", "1980-01-30", false}, {"", "1980-01-30", true}, {"03/04/1980", "1980-03-04", true},
		{"03/04/1980", "1980-04-03", true}, {"03/04/1980", "1980-04-04", false}, {"1980-03-04", "1980-04-03", false}, {"03/04/1980", "04/03/1980", true},
	} {
		for _, pair := range [][2]string{{tc.a, tc.b}, {tc.b, tc.a}} {
			if got := parseBirth([]byte(pair[0])).mayBe(parseBirth([]byte(pair[1]))); got != tc.want {
				t.Errorf("%q and %q: got %v", pair[0], pair[1], got)
			}
		}
	}
}

func FuzzParseBirth(f *testing.F) {
	f.Add("03/04/1980")
	f.Fuzz(func(t *testing.T, s string) {
		b := parseBirth([]byte(s))
		if b == 0 {
			return
		}
		if !b.is(b) || date(int(b&^swapped>>16), int(b>>8&0xff), int(b&0xff)) != b&^swapped {
			t.Errorf("%q: %#x is no date", s, b)
		}
	})
}
