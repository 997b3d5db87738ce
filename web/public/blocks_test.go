package public

import (
	"slices"
	"strings"
	"testing"
)

func TestBlocksOfALetter(t *testing.T) {
	long := strings.Repeat("word ", 14)
	got := blocks("Kestrel\n1 Example Street\n\nWhat happened\n-------------\n\n" + long + "\nand the rest.\n\n- one\n- two\n\n\n")
	want := []block{{Text: "Kestrel\n1 Example Street"}, {Heading: true, Text: "What happened"}, {Text: strings.TrimSpace(long) + " and the rest."}, {Text: "- one\n- two"}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	if blocks(" \n\n") != nil {
		t.Error("blocks of nothing")
	}
}

// Every word that a page or the code asks for is there in every language.
func TestTextsAreWhole(t *testing.T) {
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range languages {
		words := all.of[l]
		for _, name := range []string{"asked_number", "asked_due"} {
			if mark := map[string]string{"asked_number": "{n}", "asked_due": "{d}"}[name]; !strings.Contains(words[name], mark) {
				t.Errorf("%s: %s has no %s", l, name, mark)
			}
		}
		for _, name := range []string{"ask_access", "ask_correct", "ask_restrict", "ask_object", "ask_erase", "ask_by_post", "title", "genuine", "own_title", "asked_title", "failed", "unknown_do"} {
			if words[name] == "" {
				t.Errorf("%s: no %s", l, name)
			}
		}
	}
}

func TestALimitIsOfANetwork(t *testing.T) {
	for a, b := range map[string]string{"192.0.2.1": "192.0.2.1", "2001:db8::1": "2001:db8::ffff", "::ffff:192.0.2.1": "192.0.2.1", "nobody": ""} {
		if network(a) != network(b) {
			t.Errorf("%s and %s are two", a, b)
		}
	}
	if network("192.0.2.1") == network("192.0.2.2") || network("2001:db8::1") == network("2001:db8:0:1::1") {
		t.Error("two networks are one")
	}
}
