package outbox

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// tagOf is a language as the directory spells it, as a BCP 47 tag in lower case; ""
// where it says none, or nothing that is a language.
func tagOf(said string) string {
	said = strings.TrimSpace(strings.ReplaceAll(said, "_", "-"))
	if said == "" {
		return ""
	}
	tag, err := language.Parse(said)
	if base, confidence := tag.Base(); err != nil || confidence != language.Exact || base.String() == "und" {
		return ""
	}
	return strings.ToLower(tag.String())
}

func baseOf(tag string) string {
	base, _, _ := strings.Cut(tag, "-")
	return base
}

// official is the language to write to a place in, where the directory does not
// say somebody's own: English where it is an official language, else the
// one most people there use (Unicode CLDR, likely subtags). It carries the country,
// for a country may have words of its own.
func official(place string) string {
	country, _, _ := strings.Cut(place, "-")
	switch {
	case place == "CA-QC":
		return "fr-ca" // Charter of the French Language (CQLR c. C-11), section 1
	case country == "EU" || country == "":
		return "en"
	case slices.Contains(englishToo, country):
		return "en-" + strings.ToLower(country)
	}
	base, _ := language.Make("und-" + country).Base()
	return base.String() + "-" + strings.ToLower(country)
}

// englishToo are the countries and territories where English is an official
// language, in law or in fact (Unicode CLDR, territory information).
var englishToo = []string{
	"AG", "AI", "AS", "AU", "BB", "BM", "BS", "BW", "BZ", "CA", "CK", "CM", "DM", "FJ", "FK", "FM", "GB", "GD", "GG", "GH", "GI", "GM",
	"GU", "GY", "HK", "IE", "IM", "IN", "JE", "JM", "KE", "KI", "KN", "KY", "LC", "LR", "LS", "MH", "MP", "MS", "MT", "MU", "MW", "NA",
	"NG", "NR", "NU", "NZ", "PG", "PH", "PK", "PN", "PW", "RW", "SB", "SC", "SG", "SH", "SL", "SS", "SZ", "TC", "TO", "TT", "TV",
	"TZ", "UG", "US", "VC", "VG", "VI", "VU", "WS", "ZA", "ZM", "ZW",
}
