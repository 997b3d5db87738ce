package warehouse

import (
	"bytes"
	"context"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"tocsin/incident/affected"
)

// given are rows that are not asked for.
type given struct {
	columns []string
	rows    [][]string
}

func (g *given) Columns() []string { return g.columns }

func (g *given) Next(context.Context) ([]string, error) {
	if len(g.rows) == 0 {
		return nil, io.EOF
	}
	row := g.rows[0]
	g.rows = g.rows[1:]
	return row, nil
}

func (g *given) Close() error { return nil }

// sameKey says which of the values affected takes for the same key as a.
func sameKey(t *testing.T, key, a string, values []string, countryA, country string) []bool {
	t.Helper()
	spec := affected.Spec{
		Databases: map[string]affected.Database{"d": {Driver: "postgres", DSNEnv: "-"}},
		Directory: affected.Directory{Input: affected.Input{Database: "d", Query: "directory", PhoneCountry: countryA}, Columns: map[string]string{key: "k"}},
		Exposures: []affected.Exposure{{
			Name: "e", Input: affected.Input{Database: "d", Query: "exposure", PhoneCountry: country}, Match: map[string]string{key: "k"}, Elements: []string{"ssn"},
		}},
	}
	rows := map[string][][]string{"directory": {{a, "x"}}}
	same := make([]bool, len(values))
	for i, value := range values {
		rows["exposure"], same[i] = append(rows["exposure"], []string{value, "x"}), true
	}
	var unmatched bytes.Buffer
	_, err := affected.Resolve(t.Context(), spec, nil, affected.Outputs{Unmatched: &unmatched}, affected.Options{Workers: 1, Query: func(_ context.Context, _, query string) (affected.Rows, error) {
		return &given{[]string{"k", "rest"}, rows[query]}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range regexp.MustCompile(`(?m)^database d: [^,]*,(\d+),`).FindAllStringSubmatch(unmatched.String(), -1) {
		n, err := strconv.Atoi(line[1])
		if err != nil {
			t.Fatal(err)
		}
		same[n-2] = false
	}
	return same
}

// form is how a key is compared once the table has been read a row a line.
func form(key, value, country string) string {
	return affected.KeyForm(key, oneLine.Replace(value), country)
}

func checkForms(t *testing.T, key, a string, values []string, countryA, country string) {
	t.Helper()
	x := form(key, a, countryA)
	for i, want := range sameKey(t, key, a, values, countryA, country) {
		y := form(key, values[i], country)
		if want != (y != "" && (x == y || y == affected.OtherForm(key, a, countryA))) {
			t.Errorf("%s: %q (%q) and %q (%q): affected says %t, the forms are %q and %q", key, a, countryA, values[i], country, want, x, y)
		}
	}
}

// TestKeyForm compares every two of these as affected does.
func TestKeyForm(t *testing.T) {
	texts := []string{
		"", " ", "\u3000", "\u200b", "kiss1", "KISS1", "\u212ai\u017fs1", "ｋｉｓｓ１", " kiss1\u00a0", "\ufeffkiss1", "ki\u00adss1", "kiß1", "ki ss1", "ki\nss1", "ki\r\nss1", "ki\rss1",
		"i@x", "İ@x", "i\u0307@x", "I@X", "ı@x", "Ω", "ω", "Ω", "é", "e\u0301", "É", "ﬁ", "fi", "FI", "ς", "σ", "Σ", "a@bücher.example", "a@xn--bcher-kva.example", "A@XN--BCHER-KVA.EXAMPLE", "xn--bcher-kva", "a@xn--\x7f",
	}
	for _, a := range texts {
		checkForms(t, "email", a, texts, "", "")
		checkForms(t, "customer_id", a, texts, "", "")
	}
	phones := []string{"", "+", "00", "+49 30 1234567", "0049-30-1234567", "030/1234567", "+49 (0)30 1234567", "030 1234567 ext. 5", "(030) 1234567", "1234567", "+4930+1234567", "ext", "+1 202 555 0143", "(202) 555-0143", "+49 30 1234567;ext=5"}
	for _, a := range phones {
		for _, country := range []string{"", "DE", "US"} {
			checkForms(t, "phone", a, phones, country, "DE")
			checkForms(t, "phone", a, phones, country, "")
		}
	}
}

// TestPlainKeys holds what the SQL does with keys that are plain ASCII to what
// affected does, for every key but telephone numbers: small letters, no blanks around.
func TestPlainKeys(t *testing.T) {
	values := []string{"123-45-6789", "123456789", "123 45 6789", "123.45.6789", "AB-12", "ab-12", " ab-12\t", "ab12", "o'x", "0012", "12", "+12", "a@x.example", "A@X.example", "a+b@x.example", "a.b@x.example", "ab@x.example", "?", "\v12\f", "1\x7f2"}
	plain := func(s string) string { return strings.ToLower(strings.Trim(s, " \t\n\v\f\r")) }
	for _, key := range affected.MatchKeys() {
		if key == "phone" {
			continue
		}
		for _, a := range values {
			for i, same := range sameKey(t, key, a, values, "", "") {
				if want := plain(a) == plain(values[i]); same != want {
					t.Errorf("%s: %q and %q are one key: affected says %t, the SQL %t", key, a, values[i], same, want)
				}
				if form(key, a, "") != plain(a) {
					t.Errorf("%s: %q has the form %q", key, a, form(key, a, ""))
				}
			}
		}
	}
}

func FuzzKeyForm(f *testing.F) {
	f.Add("a@xn--bcher-kva.example", "A@Bücher.example", uint8(0))
	f.Add("+49 (0)30 1234567", "030 1234567", uint8(2))
	f.Add("\u212a\u00ad", "k", uint8(1))
	f.Fuzz(func(t *testing.T, a, b string, key uint8) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) || strings.ContainsRune(a+b, 0) || len(a)+len(b) > 200 {
			t.Skip()
		}
		name := []string{"email", "customer_id", "phone"}[key%3]
		checkForms(t, name, a, []string{b, form(name, a, "DE")}, "DE", "DE")
	})
}
