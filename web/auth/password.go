package auth

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"tocsin/incident"
)

// The second choice of the OWASP password storage sheet: 19 MiB, two passes,
// one lane; about 50 ms. Raising them renews each hash at its next sign-in.
const (
	memoryKiB = 19 * 1024
	passes    = 2
	lanes     = 1
)

// Length limits of a password, in characters. There are no rules about which
// characters: length is what counts (NIST SP 800-63B, 3.1.1).
const (
	minPassword = 12
	maxPassword = 200
)

func params() *argon2id.Params {
	return &argon2id.Params{Memory: memoryKiB, Iterations: passes, Parallelism: lanes, SaltLength: 16, KeyLength: 32}
}

// turn waits for one of the few places to hash in, so that a crowd at the door
// costs time and not memory.
func (s *Service) turn(ctx context.Context) (done func(), err error) {
	select {
	case s.hashing <- struct{}{}:
		return func() { <-s.hashing }, nil
	case <-ctx.Done():
		return nil, incident.Because(incident.Unavailable, ctx.Err(), "The request ended before the password was checked.")
	}
}

func (s *Service) hash(ctx context.Context, password string) (string, error) {
	done, err := s.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	h, err := argon2id.CreateHash(norm.NFC.String(password), params())
	if err != nil {
		return "", incident.Because(incident.Internal, err, "hash a password")
	}
	return h, nil
}

// compare reports whether the password fits and whether its hash should be
// renewed. An empty hash is compared with the decoy, at the same cost.
func (s *Service) compare(ctx context.Context, password, hash string) (fits, renew bool, err error) {
	done, err := s.turn(ctx)
	if err != nil {
		return false, false, err
	}
	defer done()
	known := hash != ""
	if !known {
		hash = s.decoy
	}
	if len(password) > 4*maxPassword {
		password = "" // compared all the same, and never right
	}
	ok, p, err := argon2id.CheckHash(norm.NFC.String(password), hash)
	if err != nil {
		return false, false, incident.Because(incident.Internal, err, "compare a password")
	}
	return ok && known, p.Memory != memoryKiB || p.Iterations != passes || p.Parallelism != lanes, nil
}

func checkPassword(password, login string) []incident.Problem {
	where := func(what string) []incident.Problem {
		return []incident.Problem{{Where: "password", What: what}}
	}
	n := utf8.RuneCountInString(password)
	lower := strings.ToLower(password)
	local, _, _ := strings.Cut(login, "@")
	switch {
	case !utf8.ValidString(password):
		return where("The password holds characters that cannot be read.")
	case n < minPassword:
		return where("Use at least 12 characters. Several words in a row are fine.")
	case n > maxPassword:
		return where("Use at most 200 characters.")
	case len(local) > 3 && strings.Contains(lower, local):
		return where("The password contains your address. Choose something else.")
	case distinct(password) < 6:
		return where("The password repeats a few characters. Choose something less easy to guess.")
	case guessable(lower):
		return where("This is among the first things an attacker tries. Choose something else.")
	}
	return nil
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

// guessable finds the usual words and runs, with whatever digits and signs
// people put around them taken off.
func guessable(lower string) bool {
	core := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, lower)
	for _, w := range []string{"password", "passwort", "tocsin", "qwerty", "qwertz", "letmein", "welcome", "administrator", "changeme", "abcdefgh"} {
		core = strings.ReplaceAll(core, w, "")
	}
	rest := len(core)
	digits := strings.Contains("01234567890123456789", lower) || strings.Contains("98765432109876543210", lower)
	return digits || rest < 4 && strings.IndexFunc(lower, func(r rune) bool { return r >= 'a' && r <= 'z' }) >= 0
}
