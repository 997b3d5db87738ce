package affected

// addressShort are words of addresses and what they are abbreviated to. Long
// words become short ones, not the other way round, because only that is a function: St
// is Street and Saint, Str is Straße and straat. Where two words share a short
// form they count as one, which takes the same name and postal code to matter.
//
// English: United States Postal Service, Publication 28, appendixes B, C1 and C2. French: La Poste's list
// of street types (norm NF Z10-011). Others: as their post offices print them.
var addressShort = map[string]string{
	// English
	"street": "st", "saint": "st", "avenue": "ave", "av": "ave", "boulevard": "blvd", "bd": "blvd", "boul": "blvd", "road": "rd", "drive": "dr", "lane": "ln",
	"court": "ct", "place": "pl", "square": "sq", "highway": "hwy", "parkway": "pkwy", "terrace": "ter", "terr": "ter", "circle": "cir",
	"trail": "trl", "crescent": "cres", "close": "cl", "gardens": "gdns", "grove": "grv", "mount": "mt", "expressway": "expy", "turnpike": "tpke",
	"north": "n", "south": "s", "east": "e", "west": "w", "northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw",
	"apartment": "apt", "suite": "ste", "floor": "fl", "building": "bldg", "room": "rm", "department": "dept",
	// German, Dutch
	"strasse": "str", "straat": "str", "platz": "pl", "plein": "pln", "sankt": "st",
	// French
	"chemin": "che", "impasse": "imp", "faubourg": "fg", "quai": "q", "sainte": "ste",
	// Spanish, Portuguese
	"avenida": "ave", "avda": "ave", "avd": "ave", "calle": "c", "plaza": "pl", "pza": "pl", "carretera": "ctra", "paseo": "po", "rua": "r", "praca": "pc", "travessa": "tv",
	// Italian
	"viale": "vle", "piazza": "pl", "corso": "cso", "largo": "lgo",
	// Polish
	"ulica": "ul", "aleja": "al", "aleje": "al", "plac": "pl", "osiedle": "os",
}

// addressEndings are abbreviated where they end a longer word: Hauptstraße, Hauptstr.
var addressEndings = [][2]string{{"strasse", "str"}, {"straat", "str"}, {"platz", "pl"}, {"plein", "pln"}}

// postBoxWords begin a post office box; the number follows.
var postBoxWords = [][]string{
	{"p", "o", "box"}, {"po", "box"}, {"post", "office", "box"}, {"pob"}, {"postfach"}, {"postbus"}, {"bp"}, {"b", "p"},
	{"boite", "postale"}, {"apartado"}, {"casella", "postale"}, {"cp"}, {"skrytka", "pocztowa"}, {"caixa", "postal"},
}

// unitWords begin the part of an address within the house.
var unitWords = []string{"apt", "ste", "unit", "fl", "rm", "flat", "bldg", "top", "stiege", "etage", "whg", "wohnung", "lot", "dept"}
