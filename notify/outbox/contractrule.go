package outbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/notify/statute"
)

// contractRule writes one version of a clause as a rule, in the words of
// notify/statute/FORMAT.md. The contact's name and address stay out of it: a
// rule's text is shown to everybody who reads the library. until is the last day
// this version counts; address is where the contract is kept.
func contractRule(c *Contract, v *ContractVersion, until, address string) []byte {
	t := &v.Terms
	var b bytes.Buffer
	line := func(key, value string) { fmt.Fprintf(&b, "%s = %s\n", key, value) }
	fmt.Fprintf(&b, "# Contract %s, version %d. Kept by the console; edit it there.\n", c.ID, v.N)
	line("id", quote(c.Rule))
	line("version", quote(t.ValidFrom))
	line("title", quote("Tell "+t.Partner+" as agreed"))
	line("jurisdiction", quote(t.Jurisdiction))
	line("regime", quote("Contract"))
	line("audience", quote("contract"))
	line("citation", quote(t.Clause))
	line("sources", list([]string{address}))
	line("reviewed", v.At.UTC().Format(time.DateOnly))
	line("confidence", quote("high"))
	if t.Notes != "" {
		line("notes", quote(t.Notes))
	}
	fmt.Fprintf(&b, "when = { all = [\n  { any = [\n")
	for _, loss := range []string{"confidentiality", "integrity", "availability"} {
		fmt.Fprintf(&b, "    { fact = \"incident.%s\", is = [\"breached\", \"suspected\"] },\n", loss)
	}
	fmt.Fprintf(&b, "  ] },\n")
	if len(t.Kinds) > 0 {
		fmt.Fprintf(&b, "  { fact = \"incident.kind\", is = %s },\n", list(t.Kinds))
	}
	if len(t.Elements) > 0 {
		fmt.Fprintf(&b, "  { fact = \"affected.elements\", has_any = %s },\n", list(t.Elements))
	}
	if len(t.Groups) > 0 {
		fmt.Fprintf(&b, "  { fact = \"affected.groups\", has_any = %s },\n", list(t.Groups))
	}
	if t.AtLeast > 0 {
		fmt.Fprintf(&b, "  { fact = \"affected.people\", at_least = %d },\n", t.AtLeast)
	}
	fmt.Fprintf(&b, "] }\n\n[in_force]\nfrom = %s\n", t.ValidFrom)
	if until != "" {
		line("until", until)
	}
	fmt.Fprintf(&b, "\n[recipient]\nroute = \"named\"\nname = %s\n\n[channel]\ntype = \"email\"\n", quote(t.Partner))
	fmt.Fprintf(&b, "\n[[stage]]\nname = \"notice\"\nfrom = %s\namount = %d\nunit = %s\n", list([]string{t.From}), t.Amount, quote(t.Unit))
	return b.Bytes()
}

// contractCases writes the cases that try a clause before it is kept: owed, not
// owed, not known, and its number of people on either side.
func contractCases(c *Contract, v *ContractVersion) []byte {
	t := &v.Terms
	day, _ := time.Parse(time.DateOnly, t.ValidFrom)
	start := day.Add(12 * time.Hour) // the same day in every zone from -11 to +11 hours
	var b bytes.Buffer
	fmt.Fprintf(&b, "rule = %s\n\n[facts.organisation]\nrole = \"controller\"\nestablished_in = %s\n\n[facts.milestones]\n%s = %s\n", quote(c.Rule), list([]string{t.Jurisdiction}), t.From, start.Format(time.RFC3339))
	one := func(name string, lost string, people int, applies, extra string) {
		fmt.Fprintf(&b, "\n[[case]]\nname = %s\n[case.facts.incident]\n", quote(name))
		if lost != "" {
			fmt.Fprintf(&b, "confidentiality = %q\nintegrity = \"intact\"\navailability = \"intact\"\n", lost)
		}
		kind := "other"
		if len(t.Kinds) > 0 {
			kind = t.Kinds[0]
		}
		fmt.Fprintf(&b, "kind = %q\n", kind)
		elements, groups := first(t.Elements, "name"), first(t.Groups, "customers")
		fmt.Fprintf(&b, "[[case.facts.affected]]\nresidence = %s\npeople = %d\nelements = %s\ngroups = %s\n[case.expect]\napplies = %q\n%s", quote(t.Jurisdiction), people, list(elements), list(groups), applies, extra)
	}
	due := ""
	if t.Unit == "hours" {
		due = fmt.Sprintf("due = %q\n", statute.InZone(start.Add(time.Duration(t.Amount)*time.Hour), t.Jurisdiction).Format(time.RFC3339))
	}
	enough := max(t.AtLeast, 1)
	one("the clause binds", "breached", enough, "yes", due)
	one("a suspicion is enough", "suspected", enough+1, "yes", due)
	one("nothing was lost", "intact", enough, "no", "")
	one("nobody knows yet what was lost", "", enough, "unknown", "")
	if t.AtLeast > 0 {
		one("one person too few", "breached", t.AtLeast-1, "no", "")
		one("one person more", "breached", t.AtLeast+1, "yes", "")
	}
	return b.Bytes()
}

func first(list []string, otherwise string) []string {
	if len(list) == 0 {
		return []string{otherwise}
	}
	return list[:1]
}

// contractFiles are the files of contracts as a layer of the library: a rule for
// each version that counts, and cases for the newest.
func contractFiles(all []Contract, address func(id string) string) map[string][]byte {
	files := map[string][]byte{}
	for n := range all {
		c := &all[n]
		counting := slices.DeleteFunc(slices.Clone(c.Versions), func(v ContractVersion) bool { return v.Corrected })
		for k := range counting {
			v := &counting[k]
			until := v.Terms.ValidUntil
			if k+1 < len(counting) {
				next, _ := time.Parse(time.DateOnly, counting[k+1].Terms.ValidFrom)
				if last := next.AddDate(0, 0, -1).Format(time.DateOnly); until == "" || last < until {
					until = last
				}
			}
			files[c.Rule+"."+v.Terms.ValidFrom+".toml"] = contractRule(c, v, until, address(c.ID))
		}
		files[c.Rule+".cases.toml"] = contractCases(c, c.Current())
	}
	return files
}

// quote writes a TOML string; JSON's form is one of TOML's.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always can be
	return strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\x7f", `\u007f`)
}

func list(words []string) string {
	quoted := make([]string, len(words))
	for n, w := range words {
		quoted[n] = quote(w)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
