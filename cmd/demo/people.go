package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// The size of the case. Affected people are the first of the directory's
// customers in a shuffled order, so that the exports are not sorted like it.
const (
	customers = 40_000
	affectedN = 25_000
)

// place is a jurisdiction and its share of the customers, in hundredths of a percent.
type place struct {
	country, region, language string
	share                     int
}

var places = []place{
	{"US", "CA", "en", 1700}, {"US", "NY", "en", 1200}, {"US", "TX", "en", 1100}, {"US", "FL", "en", 800},
	{"US", "MA", "en", 600}, {"US", "WA", "en", 500}, {"US", "CT", "en", 400},
	{"DE", "", "de", 900}, {"FR", "", "fr", 450}, {"NL", "", "nl", 350}, {"ES", "", "es", 300}, {"IT", "", "it", 300},
	{"AT", "", "de", 250}, {"BE", "", "fr", 200}, {"PL", "", "pl", 150}, {"SE", "", "sv", 120}, {"DK", "", "da", 100},
	{"FI", "", "fi", 80}, {"IE", "", "en", 100}, {"PT", "", "pt", 80}, {"CZ", "", "cs", 60},
	{"GB", "", "en", 200}, {"IN", "", "en", 60},
}

// customer is one row of the directory.
type customer struct {
	id, name, email, country, region, born, language string
}

var (
	given  = []string{"Ada", "Bruno", "Clara", "Deniz", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kavya", "Lena", "Marek", "Nora", "Oskar", "Priya", "Quinn", "Rosa", "Sanne", "Tomas", "Uma", "Viktor", "Wanda", "Xenia", "Yusuf", "Zoe"}
	family = []string{"Abel", "Berg", "Costa", "Dubois", "Eklund", "Fischer", "Garcia", "Hansen", "Ivers", "Jansen", "Kowalska", "Larsen", "Moreau", "Novak", "Olsen", "Petit", "Quist", "Rossi", "Silva", "Turner", "Ulrich", "Vega", "Weber", "Young", "Zeman", "Müller"}
)

// directory makes the customers, the same ones every time.
func directory() []customer {
	rng := rand.New(rand.NewPCG(2026, 11))
	wheel := 0
	for _, p := range places {
		wheel += p.share
	}
	out := make([]customer, customers)
	for n := range out {
		p := places[0]
		for at, spin := 0, rng.IntN(wheel); at < len(places); at++ {
			if spin -= places[at].share; spin < 0 {
				p = places[at]
				break
			}
		}
		first, last := given[rng.IntN(len(given))], family[rng.IntN(len(family))]
		c := customer{
			id: fmt.Sprintf("HM-%06d", n+1), name: first + " " + last, country: p.country, region: p.region,
			born: fmt.Sprintf("%d-%02d-%02d", 1935+rng.IntN(70), 1+rng.IntN(12), 1+rng.IntN(28)), language: p.language,
		}
		c.email = mailbox(rng, first, last, n)
		out[n] = c
	}
	return out
}

// mailbox makes an address; a few customers have none, or one that cannot be
// written to, and a few mailboxes will refuse or put off what is sent.
func mailbox(rng *rand.Rand, first, last string, n int) string {
	switch r := rng.IntN(1000); {
	case r < 8:
		return ""
	case r < 11:
		return fmt.Sprintf("%s.%d(at)mail.example", strings.ToLower(first), n)
	case r < 15:
		return fmt.Sprintf("gone.%d@mail.example", n)
	case r < 18:
		return fmt.Sprintf("busy.%d@mail.example", n)
	}
	last = strings.ReplaceAll(last, "ü", "ue")
	return fmt.Sprintf("%s.%s.%d@%s.example", strings.ToLower(first), strings.ToLower(last), n, []string{"mail", "post", "inbox"}[rng.IntN(3)])
}
