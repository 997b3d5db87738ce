package playbooks_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/playbooks"
)

func TestDiff(t *testing.T) {
	abc := head + step("a", "") + step("b", "") + step("c", "evidence = [{ kind = \"file\" }]")
	for _, tt := range []struct {
		name, to string
		want     []string // lines of the text
		bump     playbooks.Bump
		version  string
	}{
		{"nothing", abc, []string{"No difference."}, playbooks.NoBump, "1.0.0"},
		{"version", strings.Replace(abc, "1.0.0", "2.0.0", 1), []string{`~ version: 1.0.0 → 2.0.0`, "Only the version differs."}, playbooks.NoBump, "1.0.0"},
		{"words", strings.Replace(abc, "I.", "J.", 1), []string{"~ step a", "    instructions: I. → J."}, playbooks.Patch, "1.0.1"},
		{"added", abc + step("d", ""), []string{"+ step d"}, playbooks.Minor, "1.1.0"},
		{"removed", head + step("a", "") + step("c", "evidence = [{ kind = \"file\" }]"), []string{"- step b"}, playbooks.Major, "2.0.0"},
		{"more evidence", strings.Replace(abc, `[{ kind = "file" }]`, `[{ kind = "file", min = 2 }]`, 1), []string{"~ step c"}, playbooks.Major, "2.0.0"},
		{"less evidence", strings.Replace(abc, "evidence = [{ kind = \"file\" }]", "", 1), []string{`    evidence: no longer [{"kind":"file","min":1}]`}, playbooks.Minor, "1.1.0"},
		{"mandatory", head + step("a", "mandatory = true") + step("b", "") + step("c", "evidence = [{ kind = \"file\" }]"), []string{"    mandatory: now true"}, playbooks.Major, "2.0.0"},
		{"moved", head + step("b", "") + step("c", "evidence = [{ kind = \"file\" }]") + step("a", ""), []string{"> step a: from place 1 to 3"}, playbooks.Patch, "1.0.1"},
		{"needs", head + step("a", "") + step("b", "needs = [\"a\"]") + step("c", "evidence = [{ kind = \"file\" }]"), []string{`    needs: now ["a"]`}, playbooks.Minor, "1.1.0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := playbooks.Diff(mustParse(t, abc), mustParse(t, tt.to))
			if d.Bump != tt.bump || d.Version != tt.version {
				t.Errorf("bump %s to %s, want %s to %s", d.Bump, d.Version, tt.bump, tt.version)
			}
			lines := strings.Split(d.Text(), "\n")
			for _, w := range tt.want {
				if !slices.Contains(lines, w) {
					t.Errorf("no line %q in\n%s", w, d.Text())
				}
			}
			if moved := len(d.Moved); (tt.name == "moved") != (moved == 1) {
				t.Errorf("moved %v", d.Moved)
			}
		})
	}
}

func TestDiffShowsChangedLinesOnly(t *testing.T) {
	long := func(line string) string {
		return head + strings.Replace(step("a", ""), `"I."`, "\"\"\"\nfirst\n"+line+"\nlast\"\"\"", 1)
	}
	text := playbooks.Diff(mustParse(t, long("old")), mustParse(t, long("new"))).Text()
	if !strings.Contains(text, "- old") || !strings.Contains(text, "+ new") || strings.Contains(text, "first") {
		t.Errorf("got\n%s", text)
	}
}
