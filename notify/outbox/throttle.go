package outbox

import (
	"fmt"
	"strings"

	"tocsin/incident"
)

// Throttle is how much may go out in an hour. An hour is any sixty minutes, not
// one by the clock, and it counts what was handed over by all mailings together, before
// a restart too. Letters are spread over it: a twelfth of an hour's letters goes in any
// five minutes.
//
// A domain is what stands after the @ of an address. That several domains are served by
// the same provider's mail servers is not looked up.
type Throttle struct {
	PerHour       int           // letters in all; 0 is no limit
	DomainPerHour int           // letters to any one recipient domain; 0 is no limit
	Domains       []DomainLimit // domains for which something else holds
}

// DomainLimit is what holds for one recipient domain.
type DomainLimit struct {
	Name        string `toml:"name"`        // as in addresses; case does not matter
	PerHour     int    `toml:"per_hour"`    // 0 is the limit of any other domain
	Connections int    `toml:"connections"` // letters under way to it at once; 0 is as many as there are connections
}

// Check gives every problem; Where is the key under sending.
func (t Throttle) Check() []incident.Problem {
	var out []incident.Problem
	add := func(key, what string) { out = append(out, incident.Problem{Where: "sending." + key, What: what}) }
	if t.PerHour < 0 {
		add("per_hour", "not below 0")
	}
	if t.DomainPerHour < 0 {
		add("domain_per_hour", "not below 0")
	}
	seen := map[string]bool{}
	for n, d := range t.Domains {
		at := fmt.Sprintf("domain[%d].", n)
		name := strings.ToLower(d.Name)
		switch {
		case name == "" || strings.ContainsAny(name, "@ /") || !strings.Contains(name, "."):
			add(at+"name", "the part of addresses after the @, such as mailbox.example")
		case seen[name]:
			add(at+"name", "this domain is named twice")
		}
		seen[name] = true
		if d.PerHour < 0 {
			add(at+"per_hour", "not below 0")
		}
		if d.Connections < 0 {
			add(at+"connections", "not below 0")
		}
		if d.PerHour == 0 && d.Connections == 0 {
			add(at+"per_hour", "give per_hour or connections; a domain without either needs no block")
		}
	}
	return out
}

// limits is a Throttle for looking things up.
type limits struct {
	all, domain int
	of          map[string]DomainLimit
}

func (t Throttle) limits() limits {
	l := limits{all: t.PerHour, domain: t.DomainPerHour, of: map[string]DomainLimit{}}
	for _, d := range t.Domains {
		d.Name = strings.ToLower(d.Name)
		if d.PerHour == 0 {
			d.PerHour = t.DomainPerHour
		}
		l.of[d.Name] = d
	}
	return l
}

// on reports whether anything is counted by the hour.
func (l *limits) on() bool {
	if l.all > 0 || l.domain > 0 {
		return true
	}
	for _, d := range l.of {
		if d.PerHour > 0 {
			return true
		}
	}
	return false
}

// perHour is a domain's limit, and its name where the configuration gives one;
// other domains are not named anywhere: one may be a person's own.
func (l *limits) perHour(domain string) (limit int, named string) {
	if d, ok := l.of[domain]; ok {
		return d.PerHour, d.Name
	}
	return l.domain, ""
}

// domainOf is the domain an address is counted under.
func domainOf(address string) string {
	return strings.ToLower(strings.TrimSuffix(strings.TrimSpace(address[strings.LastIndexByte(address, '@')+1:]), "."))
}
