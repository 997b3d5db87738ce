package statute

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/language"

	"tocsin/incident/condition"
)

//go:embed areas.toml
var areasFile []byte

// atlas knows which places belong to which and where their day ends.
type atlas struct {
	Complete []string            `toml:"complete"`
	PartOf   map[string]string   `toml:"part_of"`
	Alias    map[string]string   `toml:"alias"`
	Areas    map[string][]string `toml:"areas"`
	Zones    map[string]string   `toml:"zones"`

	locations sync.Map // name → *time.Location, or nil where there is none: reading the zone database is slow
}

// world is the one atlas, read at its first use and never changed.
var world = sync.OnceValue(func() *atlas {
	var a atlas
	if err := toml.Unmarshal(areasFile, &a); err != nil {
		panic(fmt.Sprintf("statute: areas.toml: %v", err)) // embedded, and read by every test
	}
	return &a
})

// Canonical is the form in which a place is compared: PR is written US-PR.
func (a *atlas) Canonical(place string) string {
	if p, ok := a.Alias[place]; ok {
		return p
	}
	return place
}

// Check says what is wrong with a place's code, or nothing.
func (a *atlas) Check(place string) string {
	if !condition.IsPlace(place) {
		return fmt.Sprintf("%q is not an ISO 3166 code such as DE or US-CA", place)
	}
	if place == "UK" || strings.HasPrefix(place, "UK-") {
		return fmt.Sprintf("%q: the code of the United Kingdom is GB", place)
	}
	if place == "EU" {
		return ""
	}
	country := countryOf(place)
	r, err := language.ParseRegion(country)
	if err != nil || !r.IsCountry() {
		return fmt.Sprintf("%q: there is no country %s", place, country)
	}
	if place != country && slices.Contains(a.Complete, country) {
		if _, ok := a.Zones[place]; !ok {
			return fmt.Sprintf("%q: %s has no subdivision of that code", place, country)
		}
	}
	return ""
}

func countryOf(place string) string {
	country, _, _ := strings.Cut(place, "-")
	return country
}

// Within answers whether who or what is in place is in area (an area, a country
// or a subdivision). It is unknown where place is the coarser of the two, or empty.
func (a *atlas) Within(place, area string) condition.Truth {
	if place == "" {
		return condition.Unknown
	}
	place, area = a.Canonical(place), a.Canonical(area)
	if place == area || strings.HasPrefix(place, area+"-") {
		return condition.Yes
	}
	if strings.HasPrefix(area, place+"-") {
		return condition.Unknown
	}
	if members, ok := a.Areas[area]; ok {
		if slices.Contains(members, a.Country(place)) {
			return condition.Yes
		}
		return condition.No
	}
	if members, ok := a.Areas[place]; ok {
		if slices.Contains(members, a.Country(area)) {
			return condition.Unknown
		}
		return condition.No
	}
	if whole, ok := a.PartOf[countryOf(place)]; ok {
		return a.Within(whole, area)
	}
	return condition.No
}

// Country is the country whose law a place falls under: RE is a part of FR.
func (a *atlas) Country(place string) string {
	c := countryOf(a.Canonical(place))
	if whole, ok := a.PartOf[c]; ok {
		return whole
	}
	return c
}

// Zone is the zone of a place, or of its country; UTC where neither is known.
func (a *atlas) Zone(place string) *time.Location {
	for _, p := range []string{a.Canonical(place), a.Country(place)} {
		if name, ok := a.Zones[p]; ok {
			if loc := a.Location(name); loc != nil {
				return loc
			}
		}
	}
	return time.UTC
}

// Location is the zone of that name; nil where there is none.
func (a *atlas) Location(name string) *time.Location {
	if known, ok := a.locations.Load(name); ok {
		return known.(*time.Location)
	}
	loc, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		loc = nil
	}
	a.locations.Store(name, loc)
	return loc
}

// Within reports whether somebody who lives in place is certainly in area: an
// area of several countries (EU is the whole European Economic Area), a country
// or a subdivision.
func Within(place, area string) bool { return world().Within(place, area) == condition.Yes }
