package auth

import (
	"encoding/base32"
	"slices"
	"strings"
)

// recoveryCodes is how many a person gets: each works once, instead of a code
// from the authenticator app.
const recoveryCodes = 10

// newRecovery makes codes of 80 random bits in four groups, and what is kept
// of them.
func newRecovery() (codes, kept []string) {
	for range recoveryCodes {
		c := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random(10))
		codes = append(codes, grouped(c, "-"))
		kept = append(kept, digest(c))
	}
	return codes, kept
}

// useRecovery takes the code out of the list. The comparison is of digests of
// random values, so its timing tells nothing.
func useRecovery(kept []string, code string) (rest []string, ok bool) {
	code = strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(strings.TrimSpace(code)))
	if len(code) != 16 {
		return kept, false
	}
	i := slices.Index(kept, digest(code))
	if i < 0 {
		return kept, false
	}
	return slices.Delete(slices.Clone(kept), i, i+1), true
}
