package scan

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"

	"tocsin/incident/scan/detect"
)

// Hit is one line of the list of hits. It never holds the value.
type Hit struct {
	File     string          `json:"file"`
	Line     int             `json:"line"`              // from 1; of a mail message or a JSON text its first line
	Message  string          `json:"message,omitempty"` // which message, row or document of the file
	Part     string          `json:"part,omitempty"`    // which part, column or field of it
	Offset   int             `json:"offset"`            // bytes from the beginning of the part's decoded text
	Element  string          `json:"element,omitempty"` // the contract's name; none for what only identifies
	Detector string          `json:"detector"`
	Strength detect.Strength `json:"strength"`
	Masked   string          `json:"masked"`
	Hash     string          `json:"hash"` // keyed, of the value in its normal form; 32 hexadecimal digits
}

// hasher makes keyed hashes of values. It serves one goroutine.
type hasher struct {
	mac hash.Hash
	sum [sha256.Size]byte
}

func newHasher(key []byte) *hasher { return &hasher{mac: hmac.New(sha256.New, key)} }

// hash keeps equal values of different kinds apart. Half of the digest is
// plenty to count by.
func (h *hasher) hash(detector, normal string) string {
	h.mac.Reset()
	h.mac.Write([]byte(detector))
	h.mac.Write([]byte{0})
	h.mac.Write([]byte(normal))
	return hex.EncodeToString(h.mac.Sum(h.sum[:0])[:16])
}
