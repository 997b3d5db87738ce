package detect

import (
	"fmt"
	"strings"
	"testing"
)

func newSet(t testing.TB, c Config) *Set {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// show is what was found: detector, value and strength.
func show(text string, found []Found) string {
	var parts []string
	for _, x := range found {
		parts = append(parts, fmt.Sprintf("%s %s %s", x.Detector.Name, text[x.From:x.To], x.Strength))
	}
	return strings.Join(parts, "; ")
}

// TestNumbers checks every detector of numbers with published examples and with
// the same numbers one character off.
func TestNumbers(t *testing.T) {
	f := newSet(t, Config{}).Finder()
	tests := []struct {
		detector string
		word     string   // what makes it credible
		valid    []string // published examples, or numbers made by the published check
		invalid  []string
	}{
		{"card", "card", []string{"4111111111111111", "4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "3782 822463 10005", "6011111111111117", "30569309025904", "3530111333300000", "2223003122003222", "4222222222222"},
			[]string{"4111111111111112", "4111 1111 1111 1111 1111", "14111111111111111", "1111111111111111", "9111111111111111", "411111111111111", "4111-1111 1111-1111", "0.4111111111111111"}},
		{"iban", "", []string{"DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19", "FR1420041010050500013M02606", "NO9386011117947", "gb29nwbk60161331926819", "CH93 0076 2011 6238 5295 7"},
			[]string{"DE89370400440532013001", "DE8937040044053201300", "XX89370400440532013000", "GB29 NWBK 6016 1331 9268 18"}},
		{"us-ssn", "SSN", []string{"123-45-6789", "536 90 4399", "536904399"}, []string{"000-45-6789", "666-45-6789", "923-45-6789", "123-00-6789", "123-45-0000", "078-05-1120", "1-123-45-6789", "123-45-6789-1", "123-456-789"}},
		{"us-itin", "ITIN", []string{"912-70-1234", "900-88-1234", "999-94-1234"}, []string{"912-49-1234", "912-89-1234", "912-93-1234", "812-70-1234"}},
		{"us-ein", "EIN", []string{"12-3456789"}, []string{"00-3456789", "07-3456789", "12-34567890"}},
		{"us-mbi", "", []string{"1EG4-TE5-MK73", "1EG4TE5MK73"}, []string{"0EG4-TE5-MK73", "1SG4-TE5-MK73", "1EG4-TE5-MKA3"}},
		{"gb-nino", "", []string{"AB123456C", "ab 12 34 56 c", "AB 123456 D"}, []string{"QQ123456C", "GB123456A", "AB123456E", "AO123456C"}},
		{"gb-nhs", "NHS number", []string{"943 476 5919", "9434765919"}, []string{"943 476 5918", "1111111111"}},
		{"de-steuer-id", "Steuer-ID", []string{"86095742719", "47036892816", "65929970489", "86 095 742 719"}, []string{"86095742718", "01234567890", "11134567890"}},
		{"de-rvnr", "", []string{"15070649C103", "15 070649 C 103"}, []string{"15070649C104", "15071349C103"}},
		{"fr-nir", "", []string{"255081416802538", "2 55 08 14 168 025 38", "269054958815780"}, []string{"255081416802539", "955081416802538", "255131416802538"}},
		{"es-dni-nie", "", []string{"12345678Z", "X1234567L", "12345678-Z"}, []string{"12345678A", "X1234567M"}},
		{"it-codice-fiscale", "", []string{"RSSMRA85T10A562S", "MRTMTT25D09F205Z"}, []string{"RSSMRA85T10A562T", "RSSMRA85T99A562S"}},
		{"nl-bsn", "BSN", []string{"111222333", "123456782"}, []string{"111222334", "000000000"}},
		{"pl-pesel", "PESEL", []string{"44051401359", "02070803628"}, []string{"44051401358", "44991401359"}},
		{"pt-nif", "NIF", []string{"501964843", "123456789"}, []string{"501964842", "023456789"}},
		{"be-rrn", "", []string{"85.07.30-033.28", "850730-033-28"}, []string{"85.07.30-033.27"}},
		{"se-personnummer", "", []string{"640823-3234", "811228-9874", "19811228-9874", "670919-9530"}, []string{"640823-3235", "641323-3234"}},
		{"fi-hetu", "", []string{"131052-308T", "131052A308T"}, []string{"131052-308U", "311352-308T"}},
		{"dk-cpr", "CPR", []string{"211062-5629", "070761-4285", "010188-1234"}, []string{"321062-5629", "211362-5629"}},
		{"no-fodselsnummer", "fødselsnummer", []string{"15108695088"}, []string{"15108695089", "15138695088"}},
		{"ie-pps", "PPS", []string{"6433435F", "1234567FA", "6433435OA"}, []string{"6433435E", "1234567FB"}},
		{"ch-ahv", "", []string{"756.9217.0769.85", "7569217076985"}, []string{"756.9217.0769.84", "755.9217.0769.85"}},
		{"ca-sin", "SIN", []string{"123 456 782", "123-456-782"}, []string{"123 456 783", "823 456 784", "046 454 286"}},
		{"au-tfn", "tax file number", []string{"123 456 782", "876543210"}, []string{"123 456 783"}},
		{"au-medicare", "Medicare", []string{"2123 45670 1", "2123456701"}, []string{"2123 45671 1", "9123 45670 1"}},
		{"nz-ird", "IRD", []string{"49-091-850", "35901981", "136-410-132"}, []string{"49-091-851", "99-091-850", "136-410-133"}},
		{"nz-nhi", "NHI", []string{"ZZZ0016", "ZBN77VL"}, []string{"ZZZ0017", "ZBN77VM", "IZZ0016"}},
		{"in-aadhaar", "Aadhaar", []string{"2341 2341 2346", "234123412346"}, []string{"2341 2341 2347", "1341 2341 2346"}},
		{"in-pan", "", []string{"ACUPA7085R"}, []string{"ACUZA7085R", "ACUPA70855"}},
		{"br-cpf", "", []string{"390.533.447-05", "111.444.777-35"}, []string{"390.533.447-06", "111.111.111-11"}},
		{"br-cnpj", "", []string{"16.727.230/0001-97", "12.ABC.345/01DE-35"}, []string{"16.727.230/0001-98", "12.ABC.345/01DE-36"}},
		{"cl-rut", "", []string{"12.531.909-2", "76086428-5"}, []string{"12.531.909-3", "12.531.909-K"}},
		{"mx-curp", "", []string{"HEGG560427MVZRRL04", "BOXW310820HNERXN09"}, []string{"HEGG560427MVZRRL05", "HEGG561327MVZRRL04"}},
		{"za-id", "identity number", []string{"7503305044089", "8001015009087", "800101 5009 087"}, []string{"7503305044088", "8013015009087"}},
		{"tr-tckn", "TCKN", []string{"17291716060", "10000000146"}, []string{"17291716061", "07291716060"}},
		{"jp-my-number", "マイナンバー", []string{"123456789018", "1234 5678 9018"}, []string{"123456789019"}},
		{"kr-rrn", "", []string{"971013-9019902"}, []string{"971313-9019902"}},
		{"sg-nric", "", []string{"S1234567D", "T1234567J", "F1234567N", "G1234567X", "M1234567K"}, []string{"S1234567E", "A1234567D"}},
		{"cn-id", "身份证", []string{"11010519491231002X", "440524188001010014"}, []string{"110105194912310021", "11010519491331002X"}},
		{"birth-date", "date of birth", []string{"1980-03-12", "12/03/1980", "3/12/1980", "12.3.1980", "12 March 1980", "March 12, 1980", "19800312"}, []string{"1980-13-40", "12/03/1780", "99/99/1980", "12 Foo 1980"}},
		{"icd-10", "diagnosis", []string{"E11.9", "J45", "F32.1"}, []string{"U07.1", "1E1.9"}},
	}
	seen := map[string]bool{}
	for _, tt := range tests {
		seen[tt.detector] = true
		for _, n := range tt.valid {
			text := tt.word + ": " + n + " ok"
			if got := show(text, f.Find([]byte(text), "")); !strings.Contains(got, tt.detector+" "+n+" ") {
				t.Errorf("%q: found %q, want %s", text, got, tt.detector)
			}
		}
		for _, n := range tt.invalid {
			text := tt.word + ": " + n + " ok"
			if got := show(text, f.Find([]byte(text), "")); strings.Contains(got, tt.detector+" ") {
				t.Errorf("%q: found %q, want no %s", text, got, tt.detector)
			}
		}
	}
	for _, r := range builtin() {
		if !seen[r.Name] {
			t.Errorf("detector %s has no examples", r.Name)
		}
	}
}

// TestAlone checks what a number is worth with nothing near it.
func TestAlone(t *testing.T) {
	f := newSet(t, Config{}).Finder()
	tests := []struct{ text, field, want string }{
		{"4111111111111111", "", "card 4111111111111111 checksum"},
		{"536904399", "", ""},
		{"536904399", "customerSSN", "us-ssn 536904399 context"},
		{"536904399", "social_security_number", "us-ssn 536904399 context"},
		{"123-45-6789", "", "us-ssn 123-45-6789 shape"},
		{"ticket 86095742719 and 9434765919 and 111222333", "", ""},
		{"1764031234567 ms", "", ""},
		{"4111111111111111", "created_at", ""},
		{"tracking 4111111111111111", "", ""},
		{"550e8400-e29b-41d4-a716-446655440000", "", ""},
		{"身份证号11010519491231002X。", "", "cn-id 11010519491231002X checksum"},
		{"1 85 08 14 168 025 38", "", ""},
		{"call 2 55 08 14 168 025 38", "", "fr-nir 2 55 08 14 168 025 38 checksum"},
		{"4111\u00a01111\u00a01111\u00a01111", "", "card 4111\u00a01111\u00a01111\u00a01111 checksum"},
		{"4111111111111111, 5555555555554444", "", "card 4111111111111111 checksum; card 5555555555554444 checksum"},
		{"order of 1980-03-12", "", ""},
		{"part E11.9", "", ""},
		{"diagnosis E11.9", "", "icd-10 E11.9 shape"},
	}
	for _, tt := range tests {
		if got := show(tt.text, f.Find([]byte(tt.text), tt.field)); got != tt.want {
			t.Errorf("%q in %q: found %q, want %q", tt.text, tt.field, got, tt.want)
		}
	}
	if f.Unsure["nl-bsn"] == 0 || f.Unsure["gb-nhs"] == 0 {
		t.Errorf("unsure = %v, want the numbers that were left out counted", f.Unsure)
	}
	here := newSet(t, Config{Countries: []string{"NL"}}).Finder()
	if got := show("x 111222333", here.Find([]byte("x 111222333"), "")); got != "nl-bsn 111222333 shape" {
		t.Errorf("with people in the Netherlands: %q", got)
	}
}

func TestAddressesAndSecrets(t *testing.T) {
	f := newSet(t, Config{Patterns: []Pattern{
		{Name: CustomerID, Expression: `\bC-(\d{6})\b`},
		{Name: "policy", Element: "insurance_policy", Expression: `\bPOL\d{8}\b`},
	}}).Finder()
	const pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----"
	tests := []struct{ text, field, want string }{
		{"From: Anna <anna.b+x@mail.example.org>,", "", "email anna.b+x@mail.example.org shape"},
		{"user@localhost or a@b or @name or x@10.2.3.4", "", ""},
		{"grüße@bücher.example.", "", "email grüße@bücher.example shape"},
		{"postgres://app:s3cret@db.example/x", "", "password s3cret context"},
		{"call +49 30 901820, thanks", "", "phone +49 30 901820 context"},
		{"at +49 30 901820, thanks", "", "phone +49 30 901820 shape"},
		{"tel: (415) 555-2671", "", "phone (415) 555-2671 context"},
		{"at 415-555-2671 today", "", "phone 415-555-2671 shape"},
		{"order 4155552671", "", ""},
		{"0030 21 0123", "", ""},
		{"--- PASS: TestFind (0.00s)", "", ""},
		{"pass := next(x)", "", ""},
		{"user app pass: s3cret", "", "password s3cret context"},
		{"password := getenv()", "", ""},
		{"from 203.0.113.7 and 10.0.0.1, version 8.8.8.8", "", "ip-address 203.0.113.7 shape"},
		{"2001:db8::7 at 10:20:30", "", "ip-address 2001:db8::7 shape"},
		{"password: hunter2!", "", "password hunter2! context"},
		{"my password is Tr0ub4dor, ok", "", "password Tr0ub4dor context"},
		{"the password is wrong", "", ""},
		{"password: ******** ", "", ""},
		{"contraseña: girasol99", "", "password girasol99 context"},
		{`DB_PASSWORD="a b"`, "", ""},
		{"DB_PASSWORD=abc123", "", "password abc123 context"},
		{"hunter2", "user_password", "password hunter2 context"},
		{"cvv 123", "", "card-code 123 context"},
		{"security code: 1234, zip code 1234", "", "card-code 1234 context"},
		{pem + "\n", "", "private-key " + pem + " shape"},
		{"use ghp_0123456789abcdefghijABCDEFGHIJ012345, or AKIAIOSFODNN7EXAMPLE", "", "access-token ghp_0123456789abcdefghijABCDEFGHIJ012345 shape; access-token AKIAIOSFODNN7EXAMPLE shape"},
		{"ghp_short AKIAIOSFODNN7EXAMPLES xAKIAIOSFODNN7EXAMPLE", "", ""},
		{"-----BEGIN PUBLIC KEY-----\nMIIB", "", ""},
		{"C-123456 has POL12345678", "", "customer-id 123456 shape; policy POL12345678 shape"},
		{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10", "", "passport-mrz L898902C36UTO7408122F1204159ZE184226B<<<<<10 checksum"},
		{"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<11", "", ""},
		{"I<UTOD231458907<<<<<<<<<<<<<<<", "", "id-card-mrz I<UTOD231458907<<<<<<<<<<<<<<< checksum"},
		{"I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6", "", "id-card-mrz D231458907UTO7408122F1204159<<<<<<<6 checksum"},
	}
	for _, tt := range tests {
		if got := show(tt.text, f.Find([]byte(tt.text), tt.field)); got != tt.want {
			t.Errorf("%q in %q: found %q, want %q", tt.text, tt.field, got, tt.want)
		}
	}
}

// TestNationalPhones checks numbers whose country the operator names.
func TestNationalPhones(t *testing.T) {
	f := newSet(t, Config{PhoneCountry: "DE"}).Finder()
	for _, tt := range []struct{ text, want string }{
		{"ruf 030 901820 an", "phone 030 901820 shape"},
		{"Tel. 030901820", "phone 030901820 context"},
		{"am 01.02.2026 um 10:11:12", ""},
		{"2026-01-02 10:11:12", ""},
		{"Rechnung 4711 901820", ""},
	} {
		if got := show(tt.text, f.Find([]byte(tt.text), "")); got != tt.want {
			t.Errorf("%q: found %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestMask(t *testing.T) {
	plain, secret := &Detector{}, &Detector{Secret: true}
	for _, tt := range []struct {
		d           *Detector
		value, want string
	}{
		{plain, "4111111111111111", "••••1111"}, {plain, "1234567", "••••67"}, {plain, "12345", "••••"}, {plain, "", "••••"}, {secret, "correct horse", "••••"},
		{plain, "a.b@bücher.example", "••••mple"}, {plain, "12345678\xff9", "••••"},
	} {
		if got := tt.d.Mask(tt.value); got != tt.want {
			t.Errorf("Mask(%q) = %q, want %q", tt.value, got, tt.want)
		}
	}
}

func TestConfigProblems(t *testing.T) {
	_, err := New(Config{Countries: []string{"Germany"}, Without: []string{"sssn"}, Patterns: []Pattern{{Name: "p", Expression: "("}, {Name: "card", Expression: "x"}, {Name: "e", Expression: "x*"}}})
	for _, want := range []string{"Germany", "sssn", "p: is not a regular expression", "card: is the name", "e: fits where there is nothing"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
}

// FuzzFind holds that no text makes a finder panic or show what it must not.
func FuzzFind(f *testing.F) {
	set := newSet(f, Config{Countries: []string{"DE", "NL"}, PhoneCountry: "US", Patterns: []Pattern{{Name: CustomerID, Expression: `C\d+`}}})
	for _, text := range []string{"card 4111 1111 1111 1111 cvv 123", "GB29 NWBK 6016 1331 9268 19", "a@b.example +49 30 901820", "P<UTO<<", "password is: x@y", "2001:db8::7", "äöü12.03.1980né"} {
		f.Add([]byte(text), "notes")
	}
	finder := set.Finder()
	f.Fuzz(func(t *testing.T, text []byte, field string) {
		last := -1
		for _, x := range finder.Find(text, field) {
			if x.From < last || x.From >= x.To || x.To > len(text) {
				t.Fatalf("find at %d to %d of %d, after %d", x.From, x.To, len(text), last)
			}
			last = x.From
			masked := strings.TrimPrefix(x.Detector.Mask(string(text[x.From:x.To])), hidden)
			if n := len([]rune(masked)); n > 4 || n > 0 && x.Detector.Secret {
				t.Fatalf("mask of %s shows %d characters", x.Detector.Name, n)
			}
		}
	})
}
