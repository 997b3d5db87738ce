package playbooks_test

import (
	"encoding/json"
	"strings"
	"testing"

	"tocsin/playbooks"
)

// A stored revision is named by its digest for ever: this one must not change.
const sampleDigest = "fc3fd9df9a20a38d71a81ddb85afeb52e2edbaedf6600cc212b2509d96b82304"

func TestDigestIsStable(t *testing.T) {
	if got := mustParse(t, sample).Digest(); got != sampleDigest {
		t.Errorf("digest %s, was %s: stored revisions would no longer be found", got, sampleDigest)
	}
}

func TestDigestIgnoresWriting(t *testing.T) {
	want := mustParse(t, sample).Digest()
	for name, text := range map[string]string{
		"windows line ends": strings.ReplaceAll(sample, "\n", "\r\n"),
		"comments":          "# x\n" + strings.ReplaceAll(sample, "[[step]]", "# step\n[[step]] # here"),
		"order of keys":     strings.Replace(sample, "slug = \"ransomware\"\ntitle = \"Ransomware\"", "title = \"Ransomware\"\nslug = \"ransomware\"", 1),
		"order of sets":     strings.Replace(sample, `["scope", "pay"]`, `["pay", "scope"]`, 1),
		"trailing spaces":   strings.Replace(sample, "Look.\n", "Look.  \n", 1),
		"a default spelt":   strings.Replace(sample, "mandatory = true", "mandatory = true\nprivileged = false", 1),
		"duration spelt":    strings.Replace(sample, `within = "4h"`, `within = "240m"`, 1),
		"header for inline": strings.Replace(sample, `applies = { kind = ["ransomware", "intrusion"] }`, "[applies]\nkind = [\"intrusion\", \"ransomware\"]", 1),
	} {
		if got := mustParse(t, text).Digest(); got != want {
			t.Errorf("%s: digest changed", name)
		}
	}
	for name, text := range map[string]string{
		"a word":           strings.Replace(sample, "Look.", "Look!", 1),
		"order of options": strings.Replace(sample, `{ key = "yes", title = "Pay" }, { key = "no", title = "Do not pay", note = "Default." }`, `{ key = "no", title = "Do not pay", note = "Default." }, { key = "yes", title = "Pay" }`, 1),
		"version":          strings.Replace(sample, "1.2.0", "1.2.1", 1),
		"skip":             strings.Replace(sample, "reason_required = false", "reason_required = true", 1),
		"negation":         strings.Replace(sample, `when = { fact = "incident.availability", is = ["breached"] }`, `when = { not = { fact = "incident.availability", is = ["breached"] } }`, 1),
	} {
		if got := mustParse(t, text).Digest(); got == want {
			t.Errorf("%s: digest did not change", name)
		}
	}
}

func TestCanonicalIsJSONAndDecodes(t *testing.T) {
	p := mustParse(t, sample)
	if !json.Valid(p.Canonical()) {
		t.Fatalf("not JSON: %s", p.Canonical())
	}
	back, err := playbooks.Decode(p.Canonical())
	if err != nil {
		t.Fatal(err)
	}
	if back.Digest() != p.Digest() {
		t.Errorf("decoded:\n%s\nwas:\n%s", back.Canonical(), p.Canonical())
	}
	for _, bad := range []string{"", "[]", "null", `{"slug":1}`, `{"slug":null}`, `{"slug":"a","title":"b","version":"1.0.0","step":[],"x":1}`} {
		if _, err := playbooks.Decode([]byte(bad)); err == nil {
			t.Errorf("decoded %q", bad)
		}
	}
}

func TestTOMLRoundTrip(t *testing.T) {
	p := mustParse(t, sample)
	back := mustParse(t, string(p.TOML()))
	if back.Digest() != p.Digest() {
		t.Errorf("printed:\n%s", p.TOML())
	}
	if again := back.TOML(); string(again) != string(p.TOML()) {
		t.Errorf("printing again differs:\n%s", again)
	}
}

// FuzzParse holds that nothing panics, that lint and parse agree, and that
// printing and storing keep the digest.
func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add(head + step("a", "when = { all = [{ fact = \"affected.people\", more_than = 500 }, { any = [{ fact = \"incident.unavailable_for\", at_least = \"24h\" }] }] }"))
	f.Add(head + strings.Replace(step("a", ""), "I.", `a\\b\"\"\"c\u0001\t\"`, 1))
	f.Add(head + "[[step]]\nkey = \"a\n[[step]]\nkey = '''b")
	f.Add("a.b.c = 1\n[a.b]\nc = 2\n[[a]]\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := playbooks.Parse("fuzz.toml", []byte(text))
		broken := false
		for _, q := range playbooks.Lint([]byte(text)) {
			broken = broken || q.Severity == playbooks.Error
		}
		if broken != (err != nil) {
			t.Fatalf("lint says broken=%v, parse says %v", broken, err)
		}
		if err != nil {
			if p != nil {
				t.Fatal("a playbook beside an error")
			}
			return
		}
		back, err := playbooks.Parse("printed.toml", p.TOML())
		if err != nil {
			t.Fatalf("printed:\n%s\n%v", p.TOML(), err)
		}
		stored, err := playbooks.Decode(p.Canonical())
		if err != nil {
			t.Fatalf("stored:\n%s\n%v", p.Canonical(), err)
		}
		if back.Digest() != p.Digest() || stored.Digest() != p.Digest() {
			t.Fatalf("digest moved:\n%s\n%s\n%s", p.Canonical(), back.Canonical(), stored.Canonical())
		}
		if d := playbooks.Diff(p, back); !d.Empty() {
			t.Fatalf("differs from itself: %s", d.Text())
		}
		playbooks.Next(p, playbooks.Progress{})
	})
}
