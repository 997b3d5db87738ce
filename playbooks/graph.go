package playbooks

import (
	"slices"
	"strings"
)

// checkGraph checks what steps say of one another.
func checkGraph(p *Playbook, lines *lineIndex, found *problems) {
	g := &graph{p: p, lines: lines, found: found, index: map[string]int{}}
	for i, s := range p.Steps {
		if s.Key == "" {
			continue
		}
		if first, ok := g.index[s.Key]; ok {
			found.add(lines.at(i, "", "key"), lines.key(i, "key"), "step %s is given twice: first on line %d", quote(s.Key), lines.steps[first].table.line)
			continue
		}
		g.index[s.Key] = i
	}
	for i := range p.Steps {
		g.references(i)
	}
	g.cycles()
	g.unreachable()
}

type graph struct {
	p     *Playbook
	lines *lineIndex
	found *problems
	index map[string]int
	bad   map[int]bool // steps on a cycle
}

func (g *graph) keys() []string {
	out := make([]string, 0, len(g.index))
	for k := range g.index {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (g *graph) say(i int, text string, path []string, format string, args ...any) {
	g.found.add(g.lines.at(i, text, path...), g.lines.key(i, path...), format, args...)
}

// references checks every step key that step i names.
func (g *graph) references(i int) {
	s := &g.p.Steps[i]
	for _, n := range s.Needs {
		if _, ok := g.index[n]; !ok {
			g.say(i, n, []string{"needs"}, "no step is called %s%s", quote(n), nearest(n, g.keys()))
		}
	}
	if s.Due != nil {
		if key, ok := s.Due.After.Step(); ok {
			g.dueAfterStep(i, key)
		}
	}
	if s.Chosen != nil && s.Chosen.Step != "" {
		g.chosen(i, s.Chosen)
	}
}

func (g *graph) dueAfterStep(i int, key string) {
	at := []string{"due", "after"}
	switch j, ok := g.index[key]; {
	case !ok:
		g.say(i, "", at, "no step is called %s%s", quote(key), nearest(key, g.keys()))
	case j == i:
		g.say(i, "", at, "a step's due time cannot hang on its own end")
	}
}

func (g *graph) chosen(i int, c *Chosen) {
	j, ok := g.index[c.Step]
	if !ok {
		g.say(i, "", []string{"chosen", "step"}, "no step is called %s%s", quote(c.Step), nearest(c.Step, g.keys()))
		return
	}
	d := &g.p.Steps[j]
	if d.Kind != KindDecision {
		g.say(i, "", []string{"chosen", "step"}, "%s is not a decision", g.lines.name(j))
		return
	}
	for _, o := range c.Options {
		if _, ok := d.Option(o); !ok {
			var keys []string
			for _, have := range d.Options {
				keys = append(keys, have.Key)
			}
			g.say(i, o, []string{"chosen", "option"}, "%s has no option %s; it has %s%s", g.lines.name(j), quote(o), strings.Join(keys, ", "), nearest(o, keys))
		}
	}
}

// before lists the steps that must end before step i can start.
func (g *graph) before(i int) []int {
	var out []int
	s := &g.p.Steps[i]
	for _, n := range s.Needs {
		if j, ok := g.index[n]; ok {
			out = append(out, j)
		}
	}
	if s.Chosen != nil {
		if j, ok := g.index[s.Chosen.Step]; ok && !slices.Contains(out, j) {
			out = append(out, j)
		}
	}
	return out
}

// cycles names every cycle once, at the line of the need that closes it.
func (g *graph) cycles() {
	const (
		fresh = iota
		open
		closed
	)
	g.bad = map[int]bool{}
	state := make([]int, len(g.p.Steps))
	var path []int
	var visit func(i int)
	visit = func(i int) {
		state[i] = open
		path = append(path, i)
		for _, j := range g.before(i) {
			switch state[j] {
			case fresh:
				visit(j)
			case open:
				g.cycle(path[slices.Index(path, j):])
			}
		}
		path = path[:len(path)-1]
		state[i] = closed
	}
	for i := range g.p.Steps {
		if state[i] == fresh {
			visit(i)
		}
	}
}

// cycle reports a ring of steps, each needing the next, the last the first.
func (g *graph) cycle(ring []int) {
	var names []string
	for _, i := range ring {
		g.bad[i] = true
		names = append(names, g.p.Steps[i].Key)
	}
	last := ring[len(ring)-1]
	first := g.p.Steps[ring[0]].Key
	at := []string{"needs"}
	if !slices.Contains(g.p.Steps[last].Needs, first) {
		at = []string{"chosen", "step"}
	}
	if len(ring) == 1 {
		g.say(last, first, at, "a step cannot need itself")
		return
	}
	g.say(last, first, at, "these steps wait for each other for ever: %s → %s", strings.Join(names, " → "), first)
}

// unreachable finds the steps that can never start because they wait, however
// indirectly, for one that is caught in a cycle. Nothing else makes a step
// unreachable: one whose need is skipped or does not apply goes ahead.
func (g *graph) unreachable() {
	stuck := map[int]bool{}
	for changed := true; changed; {
		changed = false
		for i := range g.p.Steps {
			if g.bad[i] || stuck[i] {
				continue
			}
			for _, j := range g.before(i) {
				if g.bad[j] || stuck[j] {
					stuck[i], changed = true, true
					g.found.add(g.lines.steps[i].table.line, g.lines.steps[i].path, "can never start: it waits for %s, which is caught in a cycle", g.p.Steps[j].Key)
					break
				}
			}
		}
	}
}
