package letter

import (
	"fmt"
	"slices"

	"tocsin/incident"
)

// splice puts the blocks of shared files where "use" names them.
func (t *wording) splice(shared map[string]*wording) []incident.Problem {
	var problems []incident.Problem
	var out []Block
	for _, b := range t.blocks {
		if b.Use == "" {
			out = append(out, b)
			continue
		}
		from := shared[b.Use]
		if from == nil {
			problems = append(problems, at(b, "there is no shared file %q", b.Use))
			continue
		}
		out = append(out, from.blocks...)
	}
	seen := map[string]bool{}
	for _, b := range out {
		if seen[b.Key] {
			problems = append(problems, at(b, "block %q is in this letter twice", b.Key))
		}
		seen[b.Key] = true
	}
	t.blocks = out
	return problems
}

// lay puts a jurisdiction's blocks over its base: a block with a base block's
// key takes its place, "after" adds one behind it, drop takes one out, and
// forbid takes out every base block that tells what may not be told. A
// jurisdiction's own block that tells it is a problem here, not in a mailing.
func (t *wording) lay(bases map[string]*wording) []incident.Problem {
	base := bases[t.Base]
	if base == nil {
		return []incident.Problem{{Where: t.language + "/blocks/" + t.id, What: fmt.Sprintf("there is no base %q", t.Base)}}
	}
	var problems []incident.Problem
	out := slices.Clone(base.blocks)
	find := func(key string) int { return slices.IndexFunc(out, func(b Block) bool { return b.Key == key }) }
	last := map[string]string{} // base key → the latest block added after it
	for _, b := range t.blocks {
		if id := firstOf(b.Contents, t.Forbid); id != "" {
			problems = append(problems, at(b, "tells %s, which this jurisdiction forbids", id))
			continue
		}
		switch {
		case b.After != "":
			anchor := b.After
			if last[anchor] != "" {
				anchor = last[anchor]
			}
			i := find(anchor)
			if i < 0 || find(b.Key) >= 0 {
				problems = append(problems, at(b, "cannot stand after %q: no such block, or %q is there already", b.After, b.Key))
				continue
			}
			last[b.After], b.After = b.Key, ""
			out = slices.Insert(out, i+1, b)
		case find(b.Key) >= 0:
			out[find(b.Key)] = b
		default:
			problems = append(problems, at(b, "the base has no block %q to replace; say after which block it goes", b.Key))
		}
	}
	for _, key := range t.Drop {
		if i := find(key); i >= 0 {
			out = slices.Delete(out, i, i+1)
		} else {
			problems = append(problems, incident.Problem{Where: t.language + "/blocks/" + t.id, What: fmt.Sprintf("drop: the base has no block %q", key)})
		}
	}
	t.blocks = slices.DeleteFunc(out, func(b Block) bool { return firstOf(b.Contents, t.Forbid) != "" })
	t.Subject, t.Title, t.Audience = first(t.Subject, base.Subject), first(t.Title, base.Title), first(t.Audience, base.Audience)
	t.Packs = append(slices.Clone(base.Packs), t.Packs...)
	return problems
}

func firstOf(ids, among []string) string {
	for _, id := range ids {
		if slices.Contains(among, id) {
			return id
		}
	}
	return ""
}

func at(b Block, format string, args ...any) incident.Problem {
	return incident.Problem{Where: fmt.Sprintf("%s:%d", b.File, b.Line), What: fmt.Sprintf(format, args...)}
}
