package slash

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// window is how far a request's timestamp may be from our clock; Slack's own advice.
const window = 5 * time.Minute

// signed is a request that Slack signed.
type signed struct {
	body []byte
	mark [sha256.Size]byte // the signature: the same for a replay, another for anything else
	at   time.Time
}

// verify checks Slack's signature v0 over the raw bytes, in constant time, with
// every secret.
func (h *Handler) verify(header http.Header, body []byte) (signed, bool) {
	stamp := header.Get("X-Slack-Request-Timestamp")
	n, err := strconv.ParseInt(stamp, 10, 64)
	at := time.Unix(n, 0)
	if err != nil || h.deps.Clock().Sub(at).Abs() > window {
		return signed{}, false
	}
	text, versioned := strings.CutPrefix(header.Get("X-Slack-Signature"), "v0=")
	got, err := hex.DecodeString(text)
	if !versioned || err != nil {
		return signed{}, false
	}
	s, ok := signed{body: body, at: at}, false
	for _, secret := range h.cfg.Secrets {
		m := hmac.New(sha256.New, []byte(secret))
		m.Write([]byte("v0:" + stamp + ":"))
		m.Write(body)
		if want := m.Sum(nil); hmac.Equal(got, want) {
			ok = true
			copy(s.mark[:], want)
		}
	}
	return s, ok
}

// once remembers the signatures of requests that changed something, for as long
// as they could be replayed.
type once struct {
	mu   sync.Mutex
	seen map[[sha256.Size]byte]time.Time
}

func newOnce() *once { return &once{seen: map[[sha256.Size]byte]time.Time{}} }

// first reports whether s was not taken before, and takes it. The memory does
// not outlive the program, so what was signed before it started is refused: a
// replay across a restart always was.
func (h *Handler) first(s signed) bool {
	if s.at.Before(h.since) {
		return false
	}
	now := h.deps.Clock()
	h.seen.mu.Lock()
	defer h.seen.mu.Unlock()
	for mark, at := range h.seen.seen {
		if now.Sub(at) > window {
			delete(h.seen.seen, mark)
		}
	}
	if _, again := h.seen.seen[s.mark]; again {
		return false
	}
	h.seen.seen[s.mark] = s.at
	return true
}
