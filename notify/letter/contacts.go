package letter

import (
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// contacts are the public addresses letters print: bureaus, the Federal Trade
// Commission, attorneys general. They move; the file says when each was
// looked at, and counsel checks them before a release.
type contacts struct {
	Reviewed string            `toml:"reviewed"`
	Names    map[string]string `toml:"names"` // jurisdictions in plain words
	Bureaus  []entry           `toml:"bureau"`
	Agencies []entry           `toml:"agency"`
}

type entry struct {
	Jurisdiction string   `toml:"jurisdiction"` // US for the federal ones
	Name         string   `toml:"name"`
	Address      []string `toml:"address"`
	Phone        string   `toml:"phone"`
	Web          string   `toml:"web"`
}

func parseContacts(data []byte) (*contacts, error) {
	var c contacts
	d := toml.NewDecoder(strings.NewReader(string(data))).DisallowUnknownFields()
	return &c, d.Decode(&c)
}

func (c *contacts) of(jurisdiction string) []entry {
	var out []entry
	for _, e := range c.Agencies {
		if e.Jurisdiction == jurisdiction && jurisdiction != "US" {
			out = append(out, e)
		}
	}
	return out
}

func (c *contacts) federal() []entry {
	var out []entry
	for _, e := range c.Agencies {
		if e.Jurisdiction == "US" {
			out = append(out, e)
		}
	}
	return out
}

// entries writes one list item per address, lines kept together.
func entries(in []entry) string {
	var out []string
	for _, e := range in {
		parts := append([]string{"**" + e.Name + "**"}, e.Address...)
		out = append(out, "- "+strings.Join(append(parts, nonEmpty(e.Phone, e.Web)...), ", "))
	}
	return strings.Join(out, "\n")
}
