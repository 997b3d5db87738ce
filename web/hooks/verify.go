package hooks

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // some senders sign with nothing better; as an HMAC it is not broken
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/http"
	"strings"
	"time"
)

// verifier reports whether the sender knew a secret. It compares in constant
// time and tries every secret, so that its time tells nothing about them.
type verifier func(h http.Header, body []byte, now time.Time) bool

func (v Verifier) build(secrets [][]byte) verifier {
	if v.Kind == "bearer" {
		return bearer(v.Header, secrets)
	}
	return signature(v, secrets)
}

func bearer(header string, secrets [][]byte) verifier {
	if header == "" {
		header = "Authorization"
	}
	scheme := strings.EqualFold(header, "Authorization")
	return func(h http.Header, _ []byte, _ time.Time) bool {
		got := h.Get(header)
		if scheme {
			word, rest, ok := strings.Cut(got, " ")
			if !ok || !strings.EqualFold(word, "Bearer") {
				return false
			}
			got = strings.TrimSpace(rest)
		}
		// Digests have one length, so the comparison does not tell the secret's.
		a, ok := sha256.Sum256([]byte(got)), 0
		for _, s := range secrets {
			b := sha256.Sum256(s)
			ok |= subtle.ConstantTimeCompare(a[:], b[:])
		}
		return ok == 1 && got != ""
	}
}

// most is how many signatures of one call are tried: senders that rotate their
// own secret send two, separated by a comma.
const most = 8

func signature(v Verifier, secrets [][]byte) verifier {
	header, prefix := v.Header, v.Prefix
	if header == "" {
		header = "X-Hub-Signature-256"
		if prefix == "" {
			prefix = "sha256="
		}
	}
	limit, _ := window(v.Window) // checked with the configuration
	sum := map[string]func() hash.Hash{"": sha256.New, "sha256": sha256.New, "sha512": sha512.New, "sha1": sha1.New}[v.Algorithm]
	return func(h http.Header, body []byte, now time.Time) bool {
		before := ""
		if v.TimestampHeader != "" {
			stamp := h.Get(v.TimestampHeader)
			at, ok := readTime(stamp)
			if !ok || now.Sub(at).Abs() > limit {
				return false
			}
			before = map[string]string{"timestamp.body": stamp + ".", "timestamp+body": stamp, "v0:timestamp:body": "v0:" + stamp + ":"}[v.Signed]
		}
		candidates := signatures(h.Values(header), prefix, v.Encoding)
		ok := false
		for _, s := range secrets {
			m := hmac.New(sum, s)
			m.Write([]byte(before))
			m.Write(body)
			want := m.Sum(nil)
			for _, got := range candidates {
				ok = hmac.Equal(got, want) || ok
			}
		}
		return ok
	}
}

// signatures decodes what a header offers; what does not decode is no offer.
func signatures(values []string, prefix, encoding string) [][]byte {
	var out [][]byte
	for _, part := range strings.Split(strings.Join(values, ","), ",") {
		text, ok := strings.CutPrefix(strings.TrimSpace(part), prefix)
		if !ok {
			continue
		}
		var b []byte
		var err error
		if encoding == "base64" {
			b, err = base64.StdEncoding.DecodeString(text)
		} else {
			b, err = hex.DecodeString(text)
		}
		if err == nil && len(b) > 0 {
			out = append(out, b)
		}
		if len(out) == most {
			break
		}
	}
	return out
}
