package outbox

import (
	"bufio"
	"context"
	"hash/maphash"
	"slices"
	"strings"
	"sync"

	"tocsin/incident/affected"
)

// Reasons why somebody is left out of a mailing by e-mail although a letter is
// approved for where they live. All of them come from what the directory says; nothing is
// concluded from what it does not say.
const (
	otherAccount = "told with another account of the same name and address"
	deceased     = "deceased: their representative is to be written to"
	guarded      = "a minor: the parent or guardian is to be written to"
	protected    = "the address is protected"
)

// leftOut says why a person is not to be written to by e-mail; "" where they are.
func leftOut(p *affected.Person) string {
	switch {
	case p.Protected == "yes":
		return protected
	case p.Deceased == "yes" || slices.Contains(p.Groups, "deceased"):
		return deceased
	case p.Guardian != "" || slices.Contains(p.Groups, "minors"):
		return guarded
	}
	return ""
}

// accounts are those in a list who appear several times with the same name and
// address, and would get the same letter: they get it once, and it names what all their
// accounts exposed. The same address with another name is another person. People
// are known by two hashes, so that nobody's name is kept and memory grows with 8 bytes
// a person while they are looked for, and with who has several accounts after that.
type accounts struct {
	seeds [2]maphash.Seed
	again []uint64              // first hashes that come more than once, in order
	of    map[[2]uint64]account // of those
}

type account struct {
	line     int // the first row
	elements affected.Elements
}

func (a *accounts) hash(n int, p *affected.Person, l *chosen) uint64 {
	var h maphash.Hash
	h.SetSeed(a.seeds[n])
	_, _ = h.WriteString(strings.ToLower(strings.TrimSpace(p.Email)))
	for word := range strings.FieldsSeq(strings.ToLower(p.Name)) {
		_ = h.WriteByte(0)
		_, _ = h.WriteString(word)
	}
	_, _ = h.WriteString("\x00\x00" + l.sent.Draft)
	return h.Sum64()
}

// find is the account of a person; nil where they have but one.
func (a *accounts) find(p *affected.Person, l *chosen) *account {
	if len(a.again) == 0 {
		return nil
	}
	first := a.hash(0, p, l)
	if _, several := slices.BinarySearch(a.again, first); !several {
		return nil
	}
	at, ok := a.of[[2]uint64{first, a.hash(1, p, l)}]
	if !ok {
		return nil
	}
	return &at
}

// findAccounts reads the list twice: once to see which hashes come again, once
// to add up what those people's accounts exposed.
func (p *pass) findAccounts(ctx context.Context) (*accounts, error) {
	a := &accounts{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, of: map[[2]uint64]account{}}
	all := make([]uint64, 0, p.m.People)
	err := p.eachAddressed(ctx, func(person *affected.Person, _ int, l *chosen) {
		all = append(all, a.hash(0, person, l))
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(all)
	for i := 1; i < len(all); i++ {
		if all[i] == all[i-1] && (len(a.again) == 0 || a.again[len(a.again)-1] != all[i]) {
			a.again = append(a.again, all[i])
		}
	}
	if len(a.again) == 0 {
		return a, nil
	}
	err = p.eachAddressed(ctx, func(person *affected.Person, line int, l *chosen) {
		first := a.hash(0, person, l)
		if _, several := slices.BinarySearch(a.again, first); !several {
			return
		}
		key := [2]uint64{first, a.hash(1, person, l)}
		at, known := a.of[key]
		if !known {
			at.line = line
		}
		at.elements |= person.Elements
		a.of[key] = at
	})
	return a, err
}

// eachAddressed calls fn for everyone of the list who can be mailed a letter.
func (p *pass) eachAddressed(ctx context.Context, fn func(person *affected.Person, line int, l *chosen)) error {
	list, err := p.s.Vault.Open(ctx, p.j.incident, p.m.Roster)
	if err != nil {
		return err
	}
	defer list.Close()
	line := 0
	for person, err := range affected.ReadRoster(bufio.NewReaderSize(list, 256<<10)) {
		if err != nil {
			return &unreadable{after: line, cause: err}
		}
		line++
		if line%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if l := p.choose.For(&person); l != nil && person.HasEmail() && leftOut(&person) == "" {
			fn(&person, line, l)
		}
	}
	return nil
}

// accountsCache keeps what was found of the mailings under way, so that a later
// pass over a list does not look again. What is in memory alone is worth only time.
type accountsCache struct {
	sync.Mutex
	of map[string]*accounts
}

func (c *accountsCache) get(mailing string, find func() (*accounts, error)) (*accounts, error) {
	c.Lock()
	defer c.Unlock()
	if a := c.of[mailing]; a != nil {
		return a, nil
	}
	a, err := find()
	if err != nil {
		return nil, err
	}
	if c.of == nil {
		c.of = map[string]*accounts{}
	}
	c.of[mailing] = a
	return a, nil
}

func (c *accountsCache) drop(mailing string) {
	c.Lock()
	defer c.Unlock()
	delete(c.of, mailing)
}
