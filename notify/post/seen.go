package post

import "crypto/sha256"

// seen holds what was printed by digest: 16 bytes for each, whatever its length.
type seen map[[16]byte]struct{}

func (s seen) add(v string) (is bool) {
	sum := sha256.Sum256([]byte(v))
	key := [16]byte(sum[:16])
	_, is = s[key]
	s[key] = struct{}{}
	return is
}

func (s seen) has(v string) bool {
	sum := sha256.Sum256([]byte(v))
	_, is := s[[16]byte(sum[:16])]
	return is
}
