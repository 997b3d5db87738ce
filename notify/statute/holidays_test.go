package statute

import (
	"os"
	"strings"
	"testing"
	"time"
)

// testdata/holidays.txt lists the days from Monday to Saturday on which nobody
// works in 2026 and 2027, compared with what governments publish: every state of
// the European Economic Area, every German Land, and where business days count.
func TestHolidays(t *testing.T) {
	text, err := os.ReadFile("testdata/holidays.txt")
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		field := strings.Fields(line)
		first, err := time.Parse("2006", field[1])
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		places[field[0]] = true
		c := newCalendar(field[0])
		var got []string
		for d := dayOf(first); d.year == first.Year(); d = d.add(1) {
			if d.noon().Weekday() != time.Sunday && !c.working(d, true) {
				got = append(got, d.String()[5:])
			}
		}
		if have, want := strings.Join(got, " "), strings.Join(field[2:], " "); have != want {
			t.Errorf("%s %s:\n got %s\nwant %s", field[0], field[1], have, want)
		}
	}
	for _, state := range append(world().Areas["EU"], "DE-BW", "DE-BY", "DE-BE", "DE-BB", "DE-HB", "DE-HH", "DE-HE", "DE-MV", "DE-NI",
		"DE-NW", "DE-RP", "DE-SL", "DE-SN", "DE-ST", "DE-SH", "DE-TH", "BR", "CO", "AU-NSW", "US") {
		if !places[state] {
			t.Errorf("the holidays of %s are not listed", state)
		}
	}
}

// A place of which no holidays are known says so in what it counted.
func TestUnknownHolidays(t *testing.T) {
	for id, want := range map[string]string{"EG": "weekends only, no holidays known for EG", "CO": "holidays of CO", "US-SC": "holidays of US-SC", "LI": "holidays of LI"} {
		if got := newCalendar(id).words(); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

func TestOverlaysAreDates(t *testing.T) {
	for id, o := range overlays() {
		if what := checkCalendar(id); what != "" {
			t.Error(what)
		}
		for _, d := range append(append([]string{}, o.Add...), o.Remove...) {
			layout := "2006-01-02"
			if len(d) == 5 {
				layout = "01-02"
			}
			if _, err := time.Parse(layout, d); err != nil {
				t.Errorf("calendar.%s: %v", id, err)
			}
		}
		if o.BasedOn != "" && holidaysOf(o.BasedOn) == nil {
			t.Errorf("calendar.%s is based on %s, of which the library knows nothing", id, o.BasedOn)
		}
	}
}
