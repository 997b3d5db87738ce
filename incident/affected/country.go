package affected

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// countryCode is the ISO 3166 code of a country that is written as two letters
// (any two, because codes are added), three, or by its name; "" where it is none, or could be several.
func countryCode(s string) string {
	if len(s) < 2 {
		return ""
	}
	if len(s) > 3 {
		return countryNames()[countryKey(s)]
	}
	code := strings.ToUpper(s)
	switch {
	case code == "UK":
		return "GB"
	case len(code) == 2 && isLetter(code[0]) && isLetter(code[1]):
		return code
	case len(code) == 3 && isLetter(code[0]) && isLetter(code[1]) && isLetter(code[2]):
		if r, err := language.ParseRegion(code); err == nil && len(r.String()) == 2 && r.IsCountry() {
			return r.String()
		}
	}
	return ""
}

// countryKey is a country's name as it is looked up: small letters alone, without marks and articles.
func countryKey(s string) string {
	plain := letters(nil, newNormalizer().text(nil, []byte(s)), false)
	key := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsMark(r) {
			return r
		}
		return -1
	}, string(plain))
	return strings.TrimPrefix(key, "the")
}

// countryNames are countries by their names in English, in the seven other
// languages that letters are written in, and in the language that most people of the country
// speak, as the Unicode Common Locale Data Repository has them. A name of two countries is none.
var countryNames = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	taken := map[string]bool{}
	put := func(name, code string) {
		key := countryKey(name)
		switch have := names[key]; {
		case key == "" || len(key) < 4 || taken[key] || have == code:
		case have != "":
			taken[key] = true
			delete(names, key)
		default:
			names[key] = code
		}
	}
	for _, name := range ambiguousCountries {
		taken[countryKey(name)] = true
	}
	var spoken []display.Namer
	for _, tag := range []string{"en", "de", "es", "fr", "it", "nl", "pl", "pt", "pt-PT"} {
		spoken = append(spoken, display.Regions(language.MustParse(tag)))
	}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			region, err := language.ParseRegion(code)
			if err != nil || !region.IsCountry() || region.Canonicalize().String() != code {
				continue
			}
			for _, in := range spoken {
				put(in.Name(region), code)
			}
			if own, err := language.Parse("und-" + code); err == nil {
				if base, sure := own.Base(); sure != language.No {
					if in := display.Regions(language.Make(base.String() + "-" + code)); in != nil {
						put(in.Name(region), code)
					}
				}
			}
		}
	}
	for name, code := range moreCountries {
		put(name, code)
	}
	return names
})

// moreCountries are usual names that the repository does not have first.
var moreCountries = map[string]string{
	"United States of America": "US", "Vereinigte Staaten von Amerika": "US", "États-Unis d'Amérique": "US", "Estados Unidos de América": "US", "Stati Uniti d'America": "US",
	"Great Britain": "GB", "Großbritannien": "GB", "Grande-Bretagne": "GB", "Gran Bretaña": "GB", "Gran Bretagna": "GB", "Groot-Brittannië": "GB", "England": "GB", "Scotland": "GB", "Wales": "GB", "Northern Ireland": "GB",
	"Federal Republic of Germany": "DE", "Bundesrepublik Deutschland": "DE", "Holland": "NL", "Czech Republic": "CZ", "Tschechische Republik": "CZ", "Česká republika": "CZ", "Slovak Republic": "SK",
	"Republic of Ireland": "IE", "Eire": "IE", "Russian Federation": "RU", "Republic of Korea": "KR", "Viet Nam": "VN", "Turkey": "TR", "Türkiye": "TR",
	"Ivory Coast": "CI", "Burma": "MM", "Swaziland": "SZ", "Cape Verde": "CV", "Macedonia": "MK",
}

// ambiguousCountries are names that more than one place goes by: Georgia is a
// state too, and which Korea, Congo or America is meant, nobody says.
var ambiguousCountries = []string{"Georgia", "Korea", "Congo", "Kongo", "America", "Amerika", "Virgin Islands", "Saint Martin"}
