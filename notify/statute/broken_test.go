package statute_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"tocsin/incident"
	"tocsin/notify/statute"
)

func folderOf(files map[string]string) fstest.MapFS {
	folder := fstest.MapFS{}
	for name, text := range files {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return folder
}

// A file of an operator's that is broken is left out whole and said so; the
// library and the operator's other files stay.
func TestBrokenFilesDisableThemselves(t *testing.T) {
	shipped := folderOf(map[string]string{
		"rules/us-ca-x.toml":  ruleText("us-ca-x", "US-CA", "individuals", "[covered]\nelements = [\"@basic\"]\n"+noticeNow),
		"rules/us-ca-y.toml":  ruleText("us-ca-y", "US-CA", "regulator", "based_on = \"us-ca-x\"\n"+strings.Replace(noticeNow, "amount = 10\nunit = \"calendar_days\"", "same_as = \"us-ca-x:notice\"", 1)),
		"rules/shared.toml":   "[sets]\nbasic = [\"name+ssn\"]\n",
		"authorities/us.toml": "[[authority]]\nid = \"us-ca-ag\"\nname = \"Attorney General\"\ncountry = \"US\"\nsubdivision = \"US-CA\"\nkind = \"attorney_general\"\n",
	})
	good := ruleText("us-ca-own", "US-CA", "contract", noticeNow)
	shorter := strings.Replace(ruleText("us-ca-x", "US-CA", "individuals", noticeNow), "amount = 10", "amount = 3", 1)
	const cannot = `us-ca-own (folder 2/us-ca-own.toml) has a mistake and is not used`
	for _, tc := range []struct {
		name     string
		files    map[string]string
		problems string // all of them
		rules    string // in the library
		due      string // of us-ca-x
	}{
		{"in order", map[string]string{"us-ca-own.toml": good, "us-ca-x.toml": shorter}, "", "us-ca-own us-ca-x us-ca-y", "2026-03-04"},
		{
			"not TOML", map[string]string{"us-ca-own.toml": "id = \"us-ca-own\"\nversion = \"1\"\n[[\n"},
			"folder 2/us-ca-own.toml:3: |folder 2/us-ca-own.toml:3: the file is not used", "us-ca-x us-ca-y", "2026-03-11",
		},
		{
			"an override that is broken falls back, and says so", map[string]string{"us-ca-x.toml": strings.Replace(shorter, "calendar_days", "weeks", 1), "us-ca-own.toml": good},
			"folder 2/us-ca-x.toml:17: stage[0].unit: \"weeks\" is not one of|folder 2/us-ca-x.toml:17: the file is not used: rules/us-ca-x.toml applies instead", "us-ca-own us-ca-x us-ca-y", "2026-03-11",
		},
		{
			"what leans on a broken rule goes too, with its own problem",
			map[string]string{
				"us-ca-own.toml": strings.Replace(good, "sources", "source", 1),
				"us-ca-two.toml": ruleText("us-ca-two", "US-CA", "contract", "based_on = \"us-ca-own\"\n"+noticeNow),
				"us-ca-six.toml": ruleText("us-ca-six", "US-CA", "contract", strings.Replace(noticeNow, "amount = 10\nunit = \"calendar_days\"", "same_as = \"us-ca-two\"", 1)),
			},
			`folder 2/us-ca-own.toml:7: unknown key "source"|folder 2/us-ca-own.toml:7: the file is not used|` +
				`folder 2/us-ca-six.toml:16: stage[0].same_as: there is no rule "us-ca-two": folder 2/us-ca-two.toml is broken|folder 2/us-ca-six.toml:16: the file is not used|` +
				`folder 2/us-ca-two.toml:10: based_on: there is no rule "us-ca-own": folder 2/us-ca-own.toml is broken|folder 2/us-ca-two.toml:10: the file is not used`,
			"us-ca-x us-ca-y", "2026-03-11",
		},
		{
			"a set of the operator's that is broken", map[string]string{"shared.toml": "[sets]\nown = [\"snn\"]\n", "us-ca-own.toml": strings.Replace(good, "[recipient]", "[covered]\nelements = [\"@own\"]\n[recipient]", 1)},
			`folder 2/shared.toml:2: sets.own[0]: "snn" is not an element|folder 2/shared.toml:2: the file is not used|` +
				`folder 2/us-ca-own.toml:12: covered.elements[0]: in set "own": "snn" is not an element|folder 2/us-ca-own.toml:12: the file is not used`,
			"us-ca-x us-ca-y", "2026-03-11",
		},
		{
			"an override that breaks a shipped rule", map[string]string{"us-ca-x.toml": strings.Replace(shorter, `name = "notice"`, `name = "letter"`, 1), "us-ca-own.toml": good},
			`folder 2/us-ca-x.toml:1: id: with this file, rules/us-ca-y.toml:17 has a mistake: stage[0].same_as: rule us-ca-x has no stage "notice"|` +
				`folder 2/us-ca-x.toml:1: the file is not used: rules/us-ca-x.toml applies instead`,
			"us-ca-own us-ca-x us-ca-y", "2026-03-11",
		},
		{
			"a version that overlaps the shipped one", map[string]string{"us-ca-x.0.toml": strings.Replace(shorter, `version = "1"`, `version = "0"`, 1)},
			`folder 2/us-ca-x.0.toml:1: id: with this file, rules/us-ca-x.toml:1 has a mistake: in_force: version 1 and version 0 (folder 2/us-ca-x.0.toml) are in force on the same day|` +
				`folder 2/us-ca-x.0.toml:1: the file is not used: rules/us-ca-x.toml applies instead`,
			"us-ca-x us-ca-y", "2026-03-11",
		},
		{
			"one bad authority takes its whole file", map[string]string{
				"rules/us-ca-own.toml": good,
				"authorities/us.toml":  "[[authority]]\nid = \"us-ca-ag\"\nname = \"Own\"\ncountry = \"US\"\nkind = \"attorney_general\"\n[[authority]]\nid = \"us-ca-two\"\nname = \"Two\"\ncountry = \"XX\"\nkind = \"other\"\n",
			},
			`folder 2/authorities/us.toml:9: authority[1].country: "XX": there is no country XX|folder 2/authorities/us.toml:9: the file is not used: authorities/us.toml applies instead`,
			"us-ca-own us-ca-x us-ca-y", "2026-03-11",
		},
		{
			"rules in a circle", map[string]string{
				"us-ca-own.toml": ruleText("us-ca-own", "US-CA", "contract", "based_on = \"us-ca-two\"\n"+noticeNow),
				"us-ca-two.toml": ruleText("us-ca-two", "US-CA", "contract", "based_on = \"us-ca-own\"\n"+noticeNow),
			},
			`folder 2/us-ca-own.toml:1: id: rules lean on each other in a circle: us-ca-own → us-ca-two → us-ca-own|folder 2/us-ca-own.toml:1: the file is not used|` +
				`folder 2/us-ca-two.toml:10: based_on: there is no rule "us-ca-own": folder 2/us-ca-own.toml is broken|folder 2/us-ca-two.toml:10: the file is not used`,
			"us-ca-x us-ca-y", "2026-03-11",
		},
	} {
		l, err := statute.Load(shipped, folderOf(tc.files))
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		want := strings.Split(tc.problems, "|")
		if tc.problems == "" {
			want = nil
		}
		got := l.Problems()
		for i, p := range got {
			if i < len(want) && !strings.HasPrefix(p.String(), want[i]) {
				t.Errorf("%s: problem %d:\n got %s\nwant %s", tc.name, i, p, want[i])
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d problems, want %d: %v", tc.name, len(got), len(want), got)
		}
		var rules []string
		for _, r := range l.List() {
			rules = append(rules, r.ID)
		}
		if s := strings.Join(rules, " "); s != tc.rules {
			t.Errorf("%s: the library holds %s, want %s", tc.name, s, tc.rules)
		}
		a := l.Assess(facts(t, `{"affected": [{"residence": "US-CA", "people": 3, "elements": ["name", "ssn"]}], "milestones": {"aware": "2026-03-01"}}`), noon)
		if got := due(only(t, a, "us-ca-x"), ""); !strings.HasPrefix(got, tc.due) {
			t.Errorf("%s: us-ca-x is due %s, want %s", tc.name, got, tc.due)
		}
		if said := strings.Contains(strings.Join(a.Notices, "\n"), "is not used"); said != (len(want) > 0) {
			t.Errorf("%s: notices %v", tc.name, a.Notices)
		}
		if au, ok := l.Authority("us-ca-ag"); !ok || au.Name != "Attorney General" {
			t.Errorf("%s: the authority is %q", tc.name, au.Name)
		}
	}
	l, err := statute.Load(shipped, folderOf(map[string]string{"us-ca-own.toml": strings.Replace(good, "sources", "source", 1)}))
	if err != nil {
		t.Fatal(err)
	}
	if b := l.Broken(); len(b) != 1 || b[0].String() != cannot || b[0].Rule != "us-ca-own" || b[0].Version != "1" {
		t.Errorf("broken: %v", b)
	}
}

func TestShippedMistakesAreFatal(t *testing.T) {
	bad := folderOf(map[string]string{"us-ca-x.toml": "id = \"us-ca-x\"\n"})
	good := folderOf(map[string]string{"us-ca-own.toml": ruleText("us-ca-own", "US-CA", "contract", noticeNow)})
	if _, err := statute.Load(bad, good); incident.KindOf(err) != incident.Invalid || !strings.Contains(err.Error(), "us-ca-x.toml:1: citation: is missing") {
		t.Errorf("a broken library loads: %v", err)
	}
}

func TestFolderThatIsNotThere(t *testing.T) {
	dir := t.TempDir() + "/gone"
	l, err := statute.Load(statute.Builtin(), statute.Dir(dir))
	if err != nil {
		t.Fatal(err)
	}
	if b := l.Broken(); len(b) != 1 || b[0].File != dir || !strings.Contains(b[0].Problems[0].What, "cannot be read") {
		t.Errorf("broken: %v", b)
	}
	if len(l.List()) < 100 {
		t.Error("the library went with the folder")
	}
}
