package affected

import (
	"strings"
)

// UnknownJurisdiction is the key under which people without a usable country
// are counted.
const UnknownJurisdiction = "unknown"

// Jurisdiction is the ISO 3166 code of a residence: "DE", or "US-CA" where the
// directory gives a subdivision. It takes a country as two letters, three
// letters, "UK" or its name (see countryNames), in any case, and a region as a code, with or without the
// country before it, or the English name of a state of the United States. A
// region that is none of these leaves the country alone; a country that is none of these is
// UnknownJurisdiction, because nobody's residence is guessed.
func Jurisdiction(country, region string) string {
	country = countryCode(strings.TrimSpace(country))
	if country == "" {
		return UnknownJurisdiction
	}
	region = strings.ToUpper(strings.TrimSpace(region))
	if rest, ok := strings.CutPrefix(region, country+"-"); ok {
		region = rest
	}
	if country == "US" {
		if code, ok := stateCode(region); ok {
			region = code
		}
	}
	if !isSubdivision(region) {
		return country
	}
	return country + "-" + region
}

// isSubdivision reports whether s has the shape of the second part of an ISO
// 3166-2 code: one to three letters or digits.
func isSubdivision(s string) bool {
	if len(s) == 0 || len(s) > 3 {
		return false
	}
	for i := range len(s) {
		if !isLetter(s[i]) && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return c >= 'A' && c <= 'Z' }

func stateCode(name string) (string, bool) {
	for _, s := range states {
		if s[1] == name {
			return s[0], true
		}
	}
	return "", false
}

// states are the states, the district and the inhabited territories of the
// United States (ISO 3166-2:US), as exports often spell them.
var states = [...][2]string{
	{"AL", "ALABAMA"}, {"AK", "ALASKA"}, {"AZ", "ARIZONA"}, {"AR", "ARKANSAS"}, {"CA", "CALIFORNIA"}, {"CO", "COLORADO"},
	{"CT", "CONNECTICUT"}, {"DE", "DELAWARE"}, {"DC", "DISTRICT OF COLUMBIA"}, {"FL", "FLORIDA"}, {"GA", "GEORGIA"},
	{"HI", "HAWAII"}, {"ID", "IDAHO"}, {"IL", "ILLINOIS"}, {"IN", "INDIANA"}, {"IA", "IOWA"}, {"KS", "KANSAS"},
	{"KY", "KENTUCKY"}, {"LA", "LOUISIANA"}, {"ME", "MAINE"}, {"MD", "MARYLAND"}, {"MA", "MASSACHUSETTS"},
	{"MI", "MICHIGAN"}, {"MN", "MINNESOTA"}, {"MS", "MISSISSIPPI"}, {"MO", "MISSOURI"}, {"MT", "MONTANA"},
	{"NE", "NEBRASKA"}, {"NV", "NEVADA"}, {"NH", "NEW HAMPSHIRE"}, {"NJ", "NEW JERSEY"}, {"NM", "NEW MEXICO"},
	{"NY", "NEW YORK"}, {"NC", "NORTH CAROLINA"}, {"ND", "NORTH DAKOTA"}, {"OH", "OHIO"}, {"OK", "OKLAHOMA"},
	{"OR", "OREGON"}, {"PA", "PENNSYLVANIA"}, {"RI", "RHODE ISLAND"}, {"SC", "SOUTH CAROLINA"}, {"SD", "SOUTH DAKOTA"},
	{"TN", "TENNESSEE"}, {"TX", "TEXAS"}, {"UT", "UTAH"}, {"VT", "VERMONT"}, {"VA", "VIRGINIA"}, {"WA", "WASHINGTON"},
	{"WV", "WEST VIRGINIA"}, {"WI", "WISCONSIN"}, {"WY", "WYOMING"}, {"PR", "PUERTO RICO"}, {"GU", "GUAM"},
	{"VI", "U.S. VIRGIN ISLANDS"}, {"AS", "AMERICAN SAMOA"}, {"MP", "NORTHERN MARIANA ISLANDS"},
}
