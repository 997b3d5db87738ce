package app

import (
	"time"

	"tocsin/incident"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
)

// LetterheadConfig is what letters and filings say of the sender. What is
// missing leaves the letters that need it incomplete, and they say so.
type LetterheadConfig struct {
	Name       string            `toml:"name"`
	Parent     string            `toml:"parent"` // the corporation that owns it
	Address    []string          `toml:"address"`
	Phone      string            `toml:"phone"`
	TollFree   string            `toml:"toll_free"`
	Email      string            `toml:"email"`
	Web        string            `toml:"web"`
	DPO        ContactConfig     `toml:"dpo"`         // or another contact point for authorities and people
	CallCentre ContactConfig     `toml:"call_centre"` // for people's questions
	Signatory  ContactConfig     `toml:"signatory"`
	Monitoring *MonitoringConfig `toml:"monitoring"` // credit monitoring that is offered
	CheckPage  string            `toml:"check_page"` // where people see by the code in it that a letter is genuine
}

// ContactConfig is a person, an office or a line.
type ContactConfig struct {
	Name    string   `toml:"name"`
	Role    string   `toml:"role"`
	Address []string `toml:"address"`
	Phone   string   `toml:"phone"`
	Email   string   `toml:"email"`
	Web     string   `toml:"web"`
	Hours   string   `toml:"hours"`
}

// MonitoringConfig is an offer of credit monitoring.
type MonitoringConfig struct {
	Provider string `toml:"provider"`
	Service  string `toml:"service"`
	Months   int    `toml:"months"`
	Web      string `toml:"web"`
	Phone    string `toml:"phone"`
	EnrolBy  string `toml:"enrol_by"` // YYYY-MM-DD

	PersonCodes bool `toml:"person_codes"` // each person has a code of their own
}

func (c ContactConfig) contact() letter.Contact {
	return letter.Contact{Name: c.Name, Role: c.Role, Address: c.Address, Phone: c.Phone, Email: c.Email, Web: c.Web, Hours: c.Hours}
}

func (c *Config) letterhead() outbox.Letterhead {
	l := c.Letterhead
	out := outbox.Letterhead{
		Organisation: letter.Organisation{
			Name: l.Name, Parent: l.Parent, Address: l.Address, Phone: l.Phone, TollFree: l.TollFree, Email: l.Email, Web: l.Web,
		},
		DPO: l.DPO.contact(), CallCentre: l.CallCentre.contact(), Signatory: l.Signatory.contact(),
		CheckPage: c.checkPage(),
	}
	if m := l.Monitoring; m != nil {
		until, _ := time.Parse(time.DateOnly, m.EnrolBy) // checked with the configuration
		out.Monitoring = &letter.Monitoring{Provider: m.Provider, Service: m.Service, Months: m.Months, Web: m.Web, Phone: m.Phone, EnrolBy: until, PersonCodes: m.PersonCodes}
	}
	return out
}

func (l LetterheadConfig) check() []incident.Problem {
	if l.Monitoring == nil || l.Monitoring.EnrolBy == "" {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, l.Monitoring.EnrolBy); err != nil {
		return []incident.Problem{{Where: "letterhead.monitoring.enrol_by", What: "a date as 2026-12-31"}}
	}
	return nil
}
