package outbox

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/incident/affected"
	"tocsin/notify/letter"
)

// picker keeps, while a list is gone through, one person of each kind that letters
// have gone wrong for, and the first of each letter.
type picker struct {
	of    map[string]picked
	order []string
}

type picked struct {
	recipient
	rank int
}

func newPicker() *picker { return &picker{of: map[string]picked{}} }

// mostSamples bounds what a page holds; the edge cases come first.
const mostSamples = 60

// sampleCode stands where a check code does: a real one opens its person's page.
const sampleCode = "0000-0000-0000-0000"

// keep puts somebody in the place for a kind, if they rank higher than who is there.
func (k *picker) keep(kind string, rank int, r *recipient) {
	was, had := k.of[kind]
	if had && was.rank >= rank {
		return
	}
	if !had {
		k.order = append(k.order, kind)
	}
	own := *r
	own.person = cloned(&r.person)
	k.of[kind] = picked{recipient: own, rank: rank}
}

// cloned holds no part of the file's buffer.
func cloned(p *affected.Person) affected.Person {
	out := *p
	for _, s := range []*string{&out.CustomerID, &out.Name, &out.Email, &out.Country, &out.Region, &out.Language, &out.PostalAddress, &out.Street, &out.City, &out.PostalCode, &out.Guardian} {
		*s = strings.Clone(*s)
	}
	out.Groups = slices.Clone(out.Groups)
	return out
}

// see looks at somebody whose letter is chosen. Whoever is left out is an example
// only of what leaves them out.
func (k *picker) see(p *pass, r *recipient) {
	if r.letter == nil {
		return
	}
	person := &r.person
	if r.reason != "" {
		switch {
		case r.reason == guarded:
			k.keep("a minor, written to through a parent or guardian", 1, r)
		case r.reason == deceased:
			k.keep("somebody who has died", 1, r)
		case strings.HasPrefix(r.reason, unwritten):
			k.keep("no name on the list", 1, r)
		}
		return
	}
	k.keep("the longest name", utf8.RuneCountInString(person.Name), r)
	switch scriptOf(person.Name) {
	case rightToLeft:
		k.keep("a name written from right to left", 1, r)
	case otherScript:
		k.keep("a name in another script", 1, r)
	case accented:
		k.keep("a name with accents", 1, r)
	}
	if person.Name == "" {
		k.keep("no name on the list", 1, r)
	}
	if at := p.accounts.find(person, r.letter); at != nil {
		k.keep("somebody with several accounts", 1, r)
	}
	n := len(person.Elements.Names())
	k.keep("the most kinds of data exposed", n, r)
	k.keep("the fewest kinds of data exposed", 1000-n, r)
	k.keep("the letter "+r.letter.sent.Draft, 1, r)
}

type script int

const (
	ascii script = iota
	accented
	otherScript
	rightToLeft
)

// scriptOf is the hardest thing about how a name is written.
func scriptOf(name string) script {
	out := ascii
	for _, r := range name {
		switch {
		case unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko):
			return rightToLeft
		case unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r):
			out = max(out, otherScript)
		case r > unicode.MaxASCII:
			out = max(out, accented)
		}
	}
	return out
}

// samples renders whom the picker kept: each person once, with all they are an
// example of, in the order of the list.
func (k *picker) samples(p *pass) []Sample {
	var out []Sample
	for _, kind := range k.order {
		r := k.of[kind].recipient
		why := kind
		if strings.HasPrefix(kind, "the letter ") {
			why = "this letter, in " + r.letter.sent.Language + ", for " + strings.Join(r.letter.sent.Covers, ", ")
		}
		if at := slices.IndexFunc(out, func(s Sample) bool { return s.Line == r.line }); at >= 0 {
			out[at].Why = append(out[at].Why, why)
			continue
		}
		if len(out) == mostSamples {
			break
		}
		out = append(out, sampleOf(&r, why))
	}
	slices.SortFunc(out, func(a, b Sample) int { return cmp.Compare(a.Line, b.Line) })
	return out
}

func sampleOf(r *recipient, why string) Sample {
	s := Sample{Why: []string{why}, Draft: r.letter.sent.Draft, Line: r.line, Jurisdiction: strings.Clone(r.person.Jurisdiction()), Language: r.letter.sent.Language,
		To: maskedEmail(r.person.Email), LeftOut: r.reason}
	to := addressee(&r.person, sampleCode)
	to.MonitoringCode = sampleCode
	for n := range to.Address {
		to.Address[n] = maskedText(to.Address[n])
	}
	var err error
	if s.Message, err = r.letter.mailing.Render(to); err != nil {
		s.Problem, s.Message = unwritten+whatIsWrong(err, r.person.CustomerID), letter.Message{}
	}
	return s
}

// maskedEmail leaves the first sign of who and the domain.
func maskedEmail(address string) string {
	who, domain, ok := strings.Cut(address, "@")
	if !ok || who == "" {
		return ""
	}
	_, size := utf8.DecodeRuneInString(who)
	return who[:size] + "•••@" + domain
}

// maskedText leaves the first letter of each word, and no figure.
func maskedText(s string) string {
	words := strings.Fields(s)
	for n, w := range words {
		if r, size := utf8.DecodeRuneInString(w); unicode.IsDigit(r) {
			words[n] = "••"
		} else {
			words[n] = w[:size] + "••"
		}
	}
	return strings.Join(words, " ")
}
