package cacao

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"tocsin/incident"
)

// option is one way out of a decision.
type option struct{ key, title, to string }

// options are the answers of a decision; nil for an action.
func options(s *step) []option {
	switch s.Type {
	case "if-condition":
		return []option{{"yes", "Yes", s.OnTrue}, {"no", "No", s.OnFalse}}
	case "while-condition":
		return []option{{"again", "It holds: do it once more", s.OnTrue}, {"done", "It no longer holds: go on", ""}}
	case "switch-condition":
		var cases []string
		for c := range s.Cases {
			cases = append(cases, c)
		}
		slices.Sort(cases)
		var out []option
		used := names{}
		for _, c := range cases {
			out = append(out, option{used.slug(c, "case"), oneLine(c), s.Cases[c]})
		}
		return append(out, option{used.slug("none of these", ""), "None of these", ""})
	}
	return nil
}

// playbook makes steps of the graph, in the shape of a canonical form.
func (i *importer) playbook(g *graph) map[string]any {
	var usual incident.Phase = incident.DetectAnalyze
	if len(i.d.Types) > 0 {
		usual = phaseOfType(i.d.Types[0])
	}
	used, keys := names{}, map[string]string{}
	for _, at := range g.order {
		keys[at] = used.slug(title(i.d.Workflow[at]), "step")
	}
	byActivity := 0
	var steps []any
	for _, at := range g.order {
		s := i.d.Workflow[at]
		phase := usual
		if p := phaseOfActivity(s.Activity); p != "" {
			phase = p
			byActivity++
		}
		role := incident.Role("forensics")
		if phase == incident.NotifyPhase {
			role = "communications"
		}
		out := map[string]any{"key": keys[at], "title": title(s), "phase": string(phase), "kind": "task", "role": string(role)}
		i.under(out, g, at, keys)
		switch {
		case len(options(s)) > 0:
			out["kind"] = "decision"
			var list []any
			for _, o := range options(s) {
				list = append(list, map[string]any{"key": o.key, "title": o.title})
			}
			out["options"] = list
		case s.Type == "playbook-action":
			i.note("workflow."+at, "starts the playbook %s, which is to be imported by itself; here it is a task that says so", s.PlaybookID)
		}
		if s.Type == "while-condition" {
			i.note("workflow."+at, "is a loop; its steps are here once, and are opened again by hand")
		}
		if s.OnFailure != "" {
			i.note("workflow."+at+".on_failure", "both ways out of this step are kept side by side; which one is meant is in its instructions")
		}
		out["instructions"] = i.instructions(s)
		steps = append(steps, out)
	}
	i.note("workflow", "%d of %d steps were put into a phase by their activity, the others into %q; roles are a proposal, and nothing has a deadline yet", byActivity, len(steps), usual)
	if i.commands() > 0 {
		i.note("workflow", "%d commands are written into the instructions: nothing of them is run", i.commands())
	}
	slug := slugOf(i.d.Name)
	if slug == "" {
		slug = "imported"
	}
	summary := oneLine(i.d.Description)
	if summary == "" {
		summary = oneLine(i.d.Name)
	}
	return map[string]any{"slug": slug, "title": oneLine(i.d.Name), "version": "1.0.0", "summary": summary, "step": steps}
}

// under says what a step waits for.
func (i *importer) under(out map[string]any, g *graph, at string, keys map[string]string) {
	var behind *fork
	if f := g.under[at]; len(f) > 0 {
		behind = &f[len(f)-1]
		out["chosen"] = map[string]any{"step": keys[behind.decision], "option": behind.answers}
	}
	var needs []string
	for _, from := range g.from(at) {
		if behind == nil || from != behind.decision {
			needs = append(needs, keys[from])
		}
	}
	if len(needs) > 0 {
		slices.Sort(needs)
		out["needs"] = needs
	}
}

// instructions is all that a step says, for a person.
func (i *importer) instructions(s *step) string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace(s.Description))
	line := func(format string, args ...any) {
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		fmt.Fprintf(&b, format, args...)
	}
	if s.Condition != "" {
		line("The question, as it was written: `%s`", oneLine(s.Condition))
	}
	if s.Switch != "" {
		line("What decides: `%s`", oneLine(s.Switch))
	}
	for _, c := range s.Commands {
		text := strings.TrimSpace(c.Command)
		switch {
		case c.Type == "manual" && text != "" && text != strings.TrimSpace(s.Name):
			line("%s", text)
		case c.Type != "manual" && text != "":
			line("Command (%s):\n\n%s", oneLine(c.Type), indented(text))
		case c.CommandB64 != "":
			line("A command (%s) that is base64-encoded in the original.", oneLine(c.Type))
		}
	}
	if s.PlaybookID != "" {
		line("Start the playbook `%s`.", oneLine(s.PlaybookID))
	}
	if s.Delay > 0 {
		line("Wait %s before it.", length(s.Delay))
	}
	if f := i.d.Workflow[s.OnFailure]; s.OnFailure != "" && f != nil {
		line("If it fails: go on with “%s”. If it succeeds, that step may be skipped.", title(f))
	}
	if b.Len() == 0 {
		return title(s)
	}
	return b.String()
}

func (i *importer) commands() int {
	n := 0
	for _, s := range i.d.Workflow {
		for _, c := range s.Commands {
			if c.Type != "manual" {
				n++
			}
		}
	}
	return n
}

// length is a number of milliseconds as it is read: 1h, 90s.
func length(ms int64) string {
	out := (time.Duration(ms) * time.Millisecond).String()
	if strings.HasSuffix(out, "m0s") {
		out = strings.TrimSuffix(out, "0s")
	}
	if strings.HasSuffix(out, "h0m") {
		out = strings.TrimSuffix(out, "0m")
	}
	return out
}

func indented(s string) string { return "    " + strings.ReplaceAll(s, "\n", "\n    ") }

// title is what a step is called.
func title(s *step) string {
	if t := oneLine(s.Name); t != "" {
		return t
	}
	switch s.Type {
	case "if-condition", "while-condition":
		if s.Condition != "" {
			return oneLine(s.Condition)
		}
		return "Decide"
	case "switch-condition":
		return "Decide: " + oneLine(s.Switch)
	case "playbook-action":
		return "Start another playbook"
	}
	if d := oneLine(s.Description); d != "" {
		return d
	}
	return "Step without a name"
}

// oneLine is s on one line, of at most 120 characters.
func oneLine(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if r := []rune(s); len(r) > 120 {
		return string(r[:119]) + "…"
	}
	return s
}

// names gives every step a key of its own.
type names map[string]bool

func (n names) slug(s, otherwise string) string {
	base := slugOf(s)
	if base == "" {
		base = otherwise
	}
	out := base
	for i := 2; n[out]; i++ {
		out = fmt.Sprintf("%s-%d", base, i)
	}
	n[out] = true
	return out
}

// slugOf is s as lower-case words joined by hyphens.
func slugOf(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r):
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 60 {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}
