package console

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"tocsin/notify/statute"
)

// placeName names a jurisdiction in English: "California", "Bavaria, Germany",
// "European Economic Area". A code that nobody has named is given as it is.
func placeName(code string) string {
	if code == "EU" {
		return "European Economic Area"
	}
	country, sub, has := strings.Cut(code, "-")
	name := countryName(country)
	if !has {
		return name
	}
	if n, ok := subdivisionNames()[code]; ok {
		if country == "US" {
			return n
		}
		return n + ", " + name
	}
	return sub + ", " + name
}

func countryName(code string) string {
	if n, ok := map[string]string{"CZ": "Czechia", "MK": "North Macedonia", "SZ": "Eswatini", "HK": "Hong Kong", "MO": "Macao"}[code]; ok {
		return n // newer, or shorter, than the library's
	}
	r, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	if n := display.English.Regions().Name(r); n != "" && n != "Unknown Region" {
		return n
	}
	return code
}

// regionOf is the part of the world a jurisdiction is grouped under.
func regionOf(code string) string {
	country := statute.CountryOf(code)
	switch {
	case country == "US":
		return "United States"
	case code == "EU" || statute.Within(country, "EU"):
		return "European Economic Area"
	}
	r, err := language.ParseRegion(country)
	if err != nil {
		return "Elsewhere"
	}
	for _, part := range []struct{ code, name string }{{"150", "Other Europe"}, {"019", "Americas"}, {"142", "Asia"}, {"009", "Oceania"}, {"002", "Africa"}} {
		if language.MustParseRegion(part.code).Contains(r) {
			return part.name
		}
	}
	return "Elsewhere"
}

// regionNames is the order in which the parts of the world are listed.
func regionNames() []string {
	return []string{"United States", "European Economic Area", "Other Europe", "Americas", "Asia", "Oceania", "Africa", "Elsewhere"}
}

// subdivisionNames names the parts of countries that have law, or an authority, of their own.
func subdivisionNames() map[string]string {
	return map[string]string{
		"US-AL": "Alabama", "US-AK": "Alaska", "US-AZ": "Arizona", "US-AR": "Arkansas", "US-CA": "California", "US-CO": "Colorado",
		"US-CT": "Connecticut", "US-DE": "Delaware", "US-DC": "District of Columbia", "US-FL": "Florida", "US-GA": "Georgia", "US-HI": "Hawaii",
		"US-ID": "Idaho", "US-IL": "Illinois", "US-IN": "Indiana", "US-IA": "Iowa", "US-KS": "Kansas", "US-KY": "Kentucky", "US-LA": "Louisiana",
		"US-ME": "Maine", "US-MD": "Maryland", "US-MA": "Massachusetts", "US-MI": "Michigan", "US-MN": "Minnesota", "US-MS": "Mississippi",
		"US-MO": "Missouri", "US-MT": "Montana", "US-NE": "Nebraska", "US-NV": "Nevada", "US-NH": "New Hampshire", "US-NJ": "New Jersey",
		"US-NM": "New Mexico", "US-NY": "New York", "US-NC": "North Carolina", "US-ND": "North Dakota", "US-OH": "Ohio", "US-OK": "Oklahoma",
		"US-OR": "Oregon", "US-PA": "Pennsylvania", "US-RI": "Rhode Island", "US-SC": "South Carolina", "US-SD": "South Dakota",
		"US-TN": "Tennessee", "US-TX": "Texas", "US-UT": "Utah", "US-VT": "Vermont", "US-VA": "Virginia", "US-WA": "Washington",
		"US-WV": "West Virginia", "US-WI": "Wisconsin", "US-WY": "Wyoming", "US-AS": "American Samoa", "US-GU": "Guam",
		"US-MP": "Northern Mariana Islands", "US-PR": "Puerto Rico", "US-VI": "U.S. Virgin Islands",
		"DE-BW": "Baden-Württemberg", "DE-BY": "Bavaria", "DE-BE": "Berlin", "DE-BB": "Brandenburg", "DE-HB": "Bremen", "DE-HH": "Hamburg",
		"DE-HE": "Hesse", "DE-MV": "Mecklenburg-Western Pomerania", "DE-NI": "Lower Saxony", "DE-NW": "North Rhine-Westphalia",
		"DE-RP": "Rhineland-Palatinate", "DE-SL": "Saarland", "DE-SN": "Saxony", "DE-ST": "Saxony-Anhalt", "DE-SH": "Schleswig-Holstein", "DE-TH": "Thuringia",
		"CA-AB": "Alberta", "CA-BC": "British Columbia", "CA-MB": "Manitoba", "CA-NB": "New Brunswick", "CA-NL": "Newfoundland and Labrador",
		"CA-NS": "Nova Scotia", "CA-NT": "Northwest Territories", "CA-NU": "Nunavut", "CA-ON": "Ontario", "CA-PE": "Prince Edward Island",
		"CA-QC": "Quebec", "CA-SK": "Saskatchewan", "CA-YT": "Yukon",
		"AU-ACT": "Australian Capital Territory", "AU-NSW": "New South Wales", "AU-NT": "Northern Territory", "AU-QLD": "Queensland",
		"AU-SA": "South Australia", "AU-TAS": "Tasmania", "AU-VIC": "Victoria", "AU-WA": "Western Australia",
		"AE-ADGM": "Abu Dhabi Global Market", "AE-DIFC": "Dubai International Financial Centre",
		"ES-CT": "Catalonia", "ES-PV": "Basque Country", "ES-AN": "Andalusia", "GB-NIR": "Northern Ireland", "GB-SCT": "Scotland", "GB-WLS": "Wales",
	}
}
