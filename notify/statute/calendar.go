package statute

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/rickar/cal/v2"
)

//go:embed holidays.toml
var holidaysFile []byte

// overlay is what holidays.toml says of one calendar.
type overlay struct {
	BasedOn string   `toml:"based_on"`
	Add     []string `toml:"add"`
	Remove  []string `toml:"remove"`
	Weekend []string `toml:"weekend"`
	Source  string   `toml:"source"`
}

var overlays = sync.OnceValue(func() map[string]overlay {
	var f struct {
		Calendar map[string]overlay `toml:"calendar"`
	}
	if err := toml.Unmarshal(holidaysFile, &f); err != nil {
		panic(fmt.Sprintf("statute: holidays.toml: %v", err)) // embedded, and read by every test
	}
	return f.Calendar
})

// calendar answers which days are working days somewhere.
type calendar struct {
	id      string
	base    *cal.BusinessCalendar
	overlay overlay
	weekend []time.Weekday
	sparse  bool // no holidays are known: weekends alone
}

// newCalendar makes the calendar of a jurisdiction, or of its country where
// only that is known. A calendar without any holidays still knows weekends, and
// says so in what it counted.
func newCalendar(id string) *calendar {
	c := &calendar{id: id, base: cal.NewBusinessCalendar(), weekend: []time.Weekday{time.Saturday, time.Sunday}}
	c.overlay = overlays()[id]
	holidays := holidaysOf(id)
	if holidays == nil && c.overlay.BasedOn != "" {
		holidays = holidaysOf(c.overlay.BasedOn)
	}
	if holidays == nil {
		country := countryOf(id)
		holidays = holidaysOf(country)
		if _, ok := overlays()[id]; !ok {
			c.overlay = overlays()[country]
		}
	}
	c.base.AddHoliday(holidays...)
	c.sparse = len(holidays) == 0 && len(c.overlay.Add) == 0
	if len(c.overlay.Weekend) > 0 {
		c.weekend = nil
		for d := time.Sunday; d <= time.Saturday; d++ {
			if slices.Contains(c.overlay.Weekend, strings.ToLower(d.String())) {
				c.weekend = append(c.weekend, d)
			}
		}
	}
	return c
}

// working reports whether a day is a working day; saturdays counts them in.
func (c *calendar) working(d day, saturdays bool) bool {
	t := d.noon()
	if slices.Contains(c.weekend, t.Weekday()) && !(saturdays && t.Weekday() == time.Saturday) {
		return false
	}
	full, yearly := t.Format("2006-01-02"), t.Format("01-02")
	if slices.Contains(c.overlay.Remove, full) || slices.Contains(c.overlay.Remove, yearly) {
		return true
	}
	if slices.Contains(c.overlay.Add, full) || slices.Contains(c.overlay.Add, yearly) {
		return false
	}
	actual, observed, _ := c.base.IsHoliday(t)
	return !actual && !observed
}

// words names the calendar in what was counted.
func (c *calendar) words() string {
	if c.sparse {
		return "weekends only, no holidays known for " + c.id
	}
	return "holidays of " + c.id
}

// checkCalendar says what is wrong with the id of a calendar, or nothing.
func checkCalendar(id string) string { return world().Check(id) }
