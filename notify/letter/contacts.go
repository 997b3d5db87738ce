package letter

import (
	"slices"
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
	// Authorities hear people's complaints about data protection. Their ids and
	// names are those of the rule library's authority records.
	Authorities []Authority `toml:"authority"`
}

// Authority hears complaints of the people of a place about their data.
type Authority struct {
	ID           string `toml:"id" json:"id"` // of the rule library's record
	Jurisdiction string `toml:"jurisdiction" json:"jurisdiction"`
	Name         string `toml:"name" json:"name"`
	Phone        string `toml:"phone" json:"phone,omitempty"`
	Web          string `toml:"web" json:"web,omitempty"`
}

// Authorities lists whom letters name for complaints.
func (l *Library) Authorities() []Authority { return slices.Clone(l.contacts.Authorities) }

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

// authority is whom people of a jurisdiction may complain to, on one line of
// Markdown: the case's own, else that of where they live. Empty where none is known.
func (c *contacts) authority(jurisdiction string, own Contact) string {
	return line(first(own.line(), c.plainAuthority(jurisdiction)))
}

// plainAuthority is the authority of the region, else that of the country.
func (c *contacts) plainAuthority(jurisdiction string) string {
	country, _, _ := strings.Cut(jurisdiction, "-")
	for _, place := range []string{jurisdiction, country} {
		for _, a := range c.Authorities {
			if a.Jurisdiction == place {
				return strings.Join(nonEmpty(a.Name, a.Phone, a.Web), ", ")
			}
		}
	}
	return ""
}

// line is a contact on one line; empty without a name.
func (c Contact) line() string {
	if c.Name == "" {
		return ""
	}
	return strings.Join(nonEmpty(append([]string{c.Name}, append(c.Address, c.Phone, c.Email, c.Web)...)...), ", ")
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
