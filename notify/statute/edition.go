package statute

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Edition names the set of rules: the day of the latest review, and a digest of
// every file, so that two assessments can be told to rest on the same law.
func (l *Library) Edition() string { return l.edition }

func editionOf(rules []*Rule, sources []source) string {
	latest := ""
	for _, r := range rules {
		latest = max(latest, r.Reviewed.String())
	}
	h := sha256.New()
	for _, f := range [][]byte{areasFile, holidaysFile, riskFile, fourFactorFile, rroshFile, enisaFile} {
		sum := sha256.Sum256(f)
		h.Write(sum[:])
	}
	for _, s := range sources {
		if isCases(s.name) {
			continue
		}
		sum := sha256.Sum256(s.data)
		fmt.Fprintf(h, "%d %s %x\n", s.layer, s.name, sum)
	}
	return latest + "-" + hex.EncodeToString(h.Sum(nil))[:8]
}
