package affected

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tocsin/incident"
)

// The first vectors of SipHash's reference code (vectors.h, 128 bits): the key
// is 00 … 0f, the message 00, 01, … of the given length.
func TestSipHashVectors(t *testing.T) {
	k := hashKey{0x0706050403020100, 0x0f0e0d0c0b0a0908}
	for n, want := range []string{"\xa3\x81\x7f\x04\xba\x25\xa8\xe6\x6d\xf6\x72\x14\xc7\x55\x02\x93", "\xda\x87\xc1\xd8\x6b\x99\xaf\x44\x34\x76\x59\x11\x9b\x22\xfc\x45"} {
		message := make([]byte, n)
		hi, lo := k.sum(message)
		got := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, hi), lo)
		if string(got) != want {
			t.Errorf("%d bytes: got %x, want %x", n, got, want)
		}
	}
}

func TestKeys(t *testing.T) {
	n := newNormalizer()
	for _, tc := range [][3]string{
		{"email", " Anna@X.Example\t", "anna@x.example"},
		{"email", "ANNA@MÜNCHEN.example", "anna@münchen.example"},
		{"email", "anna@mu\u0308nchen.example", "anna@münchen.example"},
		{"email", "anna@xn--mnchen-3ya.example", "anna@münchen.example"},
		{"email", "straße@x.example", "strasse@x.example"},
		{"customer_id", "\ufeffＣ１２\u00a0", "c12"},
		{"customer_id", "a\u00adb\u200b", "ab"},
		{"customer_id", " \u00a0 ", ""},
		{"customer_id", "007", "007"},
		{"phone", "+49 (30) 123-45", "+493012345"},
		{"phone", "0049 30 12345", "+493012345"},
		{"phone", "n/a", ""},
	} {
		if got := string(n.key(tc[0], []byte(tc[1]), "")); got != tc[2] {
			t.Errorf("%s %q: got %q, want %q", tc[0], tc[1], got, tc[2])
		}
	}
	for _, tc := range [][3]string{ // number, country, form
		{"030 901820", "DE", "+4930901820"}, {"+49 (0)30 901820", "", "+4930901820"}, {"0049 30 901820", "", "+4930901820"}, {"030 901820", "", "030901820"},
		{"(202) 456-1111", "US", "+12024561111"}, {"1-202-456-1111", "US", "+12024561111"}, {"+1 202 456 1111 ext. 5", "", "+12024561111"}, {"12", "DE", "12"},
	} {
		if got := string(n.key("phone", []byte(tc[0]), tc[1])); got != tc[2] {
			t.Errorf("phone %q in %q: got %q, want %q", tc[0], tc[1], got, tc[2])
		}
	}
}

func TestAttributes(t *testing.T) {
	for _, tc := range [][3]string{
		{"deceased", "Yes", "yes"}, {"deceased", "2021-03-04", "yes"}, {"deceased", "0", "no"}, {"deceased", "", ""}, {"deceased", "n/a", ""},
		{"protected", "address ban", "yes"}, {"protected", "", ""}, {"protected", "nein", "no"}, {"groups", "Minor; patients,vip", "patients+minors"}, {"city", "Ulm", "Ulm"},
	} {
		if got := string(attribute(tc[0], []byte(tc[1]))); got != tc[2] {
			t.Errorf("%s %q: got %q, want %q", tc[0], tc[1], got, tc[2])
		}
	}
}

func TestResidenceAndAttributesInTheRoster(t *testing.T) {
	spec := mustParse(t, `
[directory]
path = "c.csv"
residence = "US-CA"
residence_reason = "the service is offered in California alone"
[directory.columns]
customer_id = "id"
country = "country"
region = "region"
last_country = "old"
last_region = "oldregion"
street = "street"
deceased = "died"
protected = "ban"
groups = "groups"
guardian = "parent"
[[exposure]]
name = "leak"
path = "f.csv"
match = { customer_id = "id" }
elements = ["name"]
`)
	got := resolveAll(t, spec, files{"c.csv": "id,country,region,old,oldregion,street,died,ban,groups,parent\n" +
		"1,DE,BY,FR,,A 1,,,,\n2,,,FR,,B 2,2020-01-01,,minors,P\n3,,,,,,,x,,\n4,nowhere,,,,,,,,\n", "f.csv": "id\n1\n2\n3\n4\n"}, Options{}, limits{block: 16, record: 1 << 10})
	want := "1,,,DE,BY,,name,leak,A 1,,,,\n2,,,FR,,,name,leak,B 2,P,yes,,minors\n3,,,US,CA,,name,leak,,,,yes,\n4,,,US,CA,,name,leak,,,,,\n"
	if body(got.people) != want {
		t.Errorf("got\n%swant\n%s", body(got.people), want)
	}
	if r := got.sum.Residence; r != (Residences{Directory: 1, LastAddress: 1, Default: 2, Reason: "the service is offered in California alone"}) {
		t.Errorf("got %+v", r)
	}
	var second Person
	for p, err := range ReadRoster(strings.NewReader(got.people)) {
		if err != nil {
			t.Fatal(err)
		}
		if p.CustomerID == "2" {
			second = p
		}
	}
	if second.Street != "B 2" || second.Guardian != "P" || second.Deceased != "yes" || len(second.Groups) != 1 || second.Household != "" {
		t.Errorf("got %+v", second)
	}
	_, err := ParseSpec(strings.NewReader("[directory]\npath = \"c\"\nresidence = \"Mars\"\nresidence_reason = \"x\"\ncolumns = { name = \"n\" }\n"), "s.toml")
	if err == nil || !strings.Contains(err.Error(), "s.toml:3") {
		t.Errorf("got %v", err)
	}
}

func TestJurisdiction(t *testing.T) {
	for _, tc := range [][3]string{
		{"US", "CA", "US-CA"}, {" us ", "ca", "US-CA"}, {"US", "California", "US-CA"}, {"USA", "US-NY", "US-NY"}, {"DE", "", "DE"},
		{"DEU", "BY", "DE-BY"}, {"UK", "", "GB"}, {"DE", "Bavaria", "DE"}, {"", "CA", "unknown"}, {"Germany", "", "DE"},
		{"Deutschland", "by", "DE-BY"}, {" ALLEMAGNE", "", "DE"}, {"Österreich", "", "AT"}, {"Osterreich", "", "AT"}, {"United States", "California", "US-CA"}, {"The Netherlands", "", "NL"}, {"Países Bajos", "", "NL"},
		{"United Kingdom", "", "GB"}, {"Great Britain", "", "GB"}, {"Royaume-Uni", "", "GB"}, {"Côte d’Ivoire", "", "CI"}, {"日本", "", "JP"}, {"Ελλάδα", "", "GR"}, {"Россия", "", "RU"}, {"Polska", "", "PL"}, {"Magyarország", "", "HU"},
		{"Georgia", "", "unknown"}, {"Korea", "", "unknown"}, {"South Korea", "", "KR"}, {"Congo", "", "unknown"}, {"Atlantis", "", "unknown"}, {"Niger", "", "NE"}, {"Nigeria", "", "NG"}, {"Dominica", "", "DM"}, {"Guinea", "", "GN"},
		{"CA", "QC", "CA-QC"}, {"AU", "nsw", "AU-NSW"}, {"D3", "", "unknown"},
	} {
		if got := Jurisdiction(tc[0], tc[1]); got != tc[2] {
			t.Errorf("%q %q: got %s, want %s", tc[0], tc[1], got, tc[2])
		}
	}
}

func TestUsableEmail(t *testing.T) {
	for s, want := range map[string]bool{
		"a@b.example": true, "ü@b.example": true, "": false, "a": false, "@b.example": false, "a@b": false, "a@b@c.example": false,
		"a b@c.example": false, "a@b.example,c@d.example": false, "a@.example": false, "a@b..example": false, "a@b.example.": false, "a\r@b.example": false,
	} {
		if usableEmail([]byte(s)) != want {
			t.Errorf("%q: want %v", s, want)
		}
	}
}

func TestElements(t *testing.T) {
	set, ok := ParseElements("ssn+ Name +civil_status+")
	if !ok || set.String() != "name+ssn+civil_status" || !set.Has("ssn") || set.Has("email") || set.Has("iq") {
		t.Errorf("got %v %v", set, ok)
	}
	if _, ok := ParseElements("name+iq"); ok {
		t.Error("iq is no element")
	}
	if got := strings.Join(ElementNames(), "+"); len(ElementNames()) != 52 || !strings.HasPrefix(got, "name+email+phone+postal_address+") {
		t.Errorf("got %s", got)
	}
}

func TestParseSize(t *testing.T) {
	for s, want := range map[string]int64{"1024": 1024, "256MB": 256e6, "1.5 GiB": 3 << 29, "2g": 2 << 30, "64kb": 64e3, "": 0, "MB": 0, "-1GB": 0, "1XB": 0, "0": 0, "1e99GB": 0} {
		got, err := ParseSize(s)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: got %d, %v", s, got, err)
		}
	}
}

// The index says what a map of lists says, while it grows and chains.
func TestIndexAgainstMap(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	x := &index{budget: &budget{}}
	want := map[uint64][]uint32{}
	for person := range uint32(20000) {
		tag := r.Uint64N(15000) * 0x9e3779b97f4a7c15
		want[tag] = append(want[tag], person)
		if err := x.add(tag, uint32(tag), person); err != nil {
			t.Fatal(err)
		}
	}
	for tag, people := range want {
		f, ok := x.find(tag, uint32(tag))
		if !ok || f.person != people[0] || (f.chain != 0) != (len(people) > 1) {
			t.Fatalf("%x: got %v %v, want %v", tag, f, ok, people)
		}
		if f.chain != 0 && !slices.Equal(x.all(f), people) {
			t.Fatalf("%x: got %v, want %v", tag, x.all(f), people)
		}
		if _, ok := x.find(tag, uint32(tag)+1); ok {
			t.Fatalf("%x: found with other bits", tag)
		}
	}
}

func TestReadRoster(t *testing.T) {
	spec := mustParse(t, madeUpSpec)
	from := madeUp(rand.New(rand.NewPCG(9, 10)), 400, 900)
	got := resolveAll(t, spec, from, Options{}, limits{block: blockSize, record: maxRecord})
	var again []byte
	again = append(appendCSV(again, rosterColumns[:]...), '\n')
	people := int64(0)
	for p, err := range ReadRoster(strings.NewReader(got.people)) {
		if err != nil {
			t.Fatal(err)
		}
		people++
		again = append(appendCSV(again, p.CustomerID, p.Name, p.Email, p.Country, p.Region, p.Language, p.Elements.String(), strings.Join(p.Sources, "+")), '\n')
	}
	if string(again) != got.people || people != got.sum.People {
		t.Errorf("the roster does not come back as it was written (%d of %d people)", people, got.sum.People)
	}
	for text, want := range map[string]string{
		"customer_id,name\n": "has no column called", got.people + "x,y\n": "has 2 fields where the header has 8",
		strings.Join(rosterColumns[:], ",") + "\nC1,,,,,,iq,a\n": "people.csv:2: its elements are not known",
	} {
		var last error
		for _, err := range ReadRoster(strings.NewReader(text)) {
			last = err
		}
		if last == nil || !strings.Contains(last.Error(), want) || incident.KindOf(last) != incident.Invalid {
			t.Errorf("got %v, want … %s …", last, want)
		}
	}
}

func TestResolveToFolder(t *testing.T) {
	from := files{"customers.csv": customers, "a.csv": "id,mail,what\nC1,eve@x.example,\n", "b.csv": "mail,s\n"}
	spec := mustParse(t, madeUpSpec)
	names := func(dir string) string {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, e := range entries {
			list = append(list, e.Name())
		}
		return strings.Join(list, " ")
	}
	parent := t.TempDir()
	dir := filepath.Join(parent, "out")
	if _, err := ResolveToFolder(t.Context(), spec, from, dir, Options{}); err != nil {
		t.Fatal(err)
	}
	if got := names(dir); got != "conflicts.csv people.csv rejected.csv summary.json unmatched.csv" {
		t.Errorf("got %s", got)
	}
	from["a.csv"] = "id,mail,what\nC1,,\n" // without the conflict
	if _, err := ResolveToFolder(t.Context(), spec, from, dir, Options{}); err != nil {
		t.Fatal(err)
	}
	if got := names(dir); got != "people.csv rejected.csv summary.json unmatched.csv" {
		t.Errorf("replaced: got %s", got)
	}
	before, err := os.ReadFile(filepath.Join(dir, PeopleFile))
	if err != nil {
		t.Fatal(err)
	}
	delete(from, "b.csv")
	if _, err := ResolveToFolder(t.Context(), spec, from, dir, Options{}); err == nil {
		t.Error("b.csv is gone, and nobody noticed")
	}
	if _, err := ResolveToFolder(t.Context(), spec, from, filepath.Join(parent, "new", "deep", "out"), Options{}); err == nil {
		t.Error("b.csv is gone, and nobody noticed in a new folder")
	}
	if _, err := ResolveToFolder(t.Context(), spec, from, "", Options{}); incident.KindOf(err) != incident.Invalid {
		t.Errorf("no folder: got %v", err)
	}
	if after, _ := os.ReadFile(filepath.Join(dir, PeopleFile)); string(after) != string(before) || names(parent) != "out" {
		t.Errorf("a failed run changed something: %s, %s", names(dir), names(parent))
	}
	if err := os.WriteFile(filepath.Join(dir, "thesis.doc"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ResolveToFolder(t.Context(), spec, from, dir, Options{}); incident.KindOf(err) != incident.Conflict {
		t.Errorf("a folder with other files: got %v", err)
	}
}

// A street is an address, where the directory keeps the parts of it apart.
func TestNoContact(t *testing.T) {
	from := files{"customers.csv": "id,street,town\nC1,1 Main St,Town\nC2, ,Town\nC3,,\n", "leak.csv": "id\nC1\nC2\nC3\n"}
	spec := mustParse(t, "[directory]\npath = \"customers.csv\"\n[directory.columns]\ncustomer_id = \"id\"\nstreet = \"street\"\ncity = \"town\"\n"+
		"[[exposure]]\nname = \"leak\"\npath = \"leak.csv\"\nmatch = { customer_id = \"id\" }\nelements = [\"ssn\"]\n")
	if got := resolveAll(t, spec, from, Options{}, limits{block: 64, record: 1 << 12}); got.sum.NoContact != 2 {
		t.Errorf("%d people cannot be reached, want 2", got.sum.NoContact)
	}
}
