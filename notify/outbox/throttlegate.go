package outbox

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/notify"
)

// Paces are kept by a keyed hash of the domain under a key that only the store
// knows: a domain may be a person's own, and keys are in the clear.
var (
	paces   = ledger.NewSystemTable[pace]("sending_pace")       // keyed hash of a domain, or inAll
	paceKey = ledger.NewSystemTable[[]byte]("sending_pace_key") // one row
)

// inAll is where what goes out to all domains together is counted.
const inAll = "all"

// gate decides within one transaction who may be written to now. A nil gate is open.
type gate struct {
	tx     *ledger.Tx
	now    time.Time
	limits *limits
	secret []byte // nil where nothing was counted yet
	lanes  map[string]*lane
}

// lane is one domain as a transaction sees it.
type lane struct {
	pace
	key   string
	limit int
	named string
	left  int // letters it has room for
	taken int
	dirty bool
}

// gate opens one; nil where nothing is limited and no domain has to rest.
func (s *Service) gate(tx *ledger.Tx) (*gate, error) {
	g := &gate{tx: tx, now: s.now(tx), limits: &s.limits, lanes: map[string]*lane{}}
	if !s.limits.on() {
		any := false
		if err := paces.ScanKeys(tx, nil, func(ledger.Key) error {
			any = true
			return ledger.Stop
		}); err != nil || !any {
			return nil, err
		}
	}
	return g, g.unlock()
}

// unlock reads the key of the domains' hashes.
func (g *gate) unlock() error {
	secret, err := paceKey.Get(g.tx, ledger.K("key"))
	if err != nil && incident.KindOf(err) != incident.NotFound {
		return err
	}
	g.secret = secret
	return nil
}

// lock makes that key where there is none.
func (g *gate) lock() error {
	if g.secret != nil {
		return nil
	}
	g.secret = make([]byte, 32)
	if _, err := rand.Read(g.secret); err != nil {
		return err
	}
	return paceKey.Put(g.tx, ledger.K("key"), g.secret)
}

// lane gives a domain's; "" is everything that goes out.
func (g *gate) lane(domain string) (*lane, error) {
	if l := g.lanes[domain]; l != nil {
		return l, nil
	}
	l := &lane{limit: g.limits.all, key: inAll}
	if domain != "" {
		l.limit, l.named = g.limits.perHour(domain)
		l.key = ""
		if g.secret != nil {
			l.key = g.keyOf(domain)
		}
	}
	if l.key != "" {
		p, err := paces.Get(g.tx, ledger.K(l.key))
		if err != nil && incident.KindOf(err) != incident.NotFound {
			return nil, err
		}
		l.pace = p
	}
	l.left = l.room(g.now, l.limit)
	g.lanes[domain] = l
	return l, nil
}

func (g *gate) keyOf(domain string) string {
	mac := hmac.New(sha256.New, g.secret)
	mac.Write([]byte(domain))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// shut gives the lane that has no room for a letter to this domain now; nil
// where it may go.
func (g *gate) shut(domain string) (*lane, error) {
	if g == nil {
		return nil, nil
	}
	for _, of := range []string{"", domain} {
		l, err := g.lane(of)
		if err != nil {
			return nil, err
		}
		if l.left <= 0 {
			return l, nil
		}
	}
	return nil, nil
}

// take counts a letter that goes; shut has said that it may.
func (g *gate) take(domain string) {
	if g == nil {
		return
	}
	for _, of := range []string{"", domain} {
		l := g.lanes[of]
		l.left--
		l.taken++
	}
}

// keep writes down what was taken.
func (g *gate) keep() error {
	if g == nil {
		return nil
	}
	for domain, l := range g.lanes {
		if l.taken > 0 && (l.limit > 0 || l.Window > 0) {
			l.add(g.now, l.taken)
			l.dirty = true
		}
		if !l.dirty {
			continue
		}
		if err := g.lock(); err != nil {
			return err
		}
		if l.key == "" {
			l.key = g.keyOf(domain)
		}
		if err := paces.Put(g.tx, ledger.K(l.key), l.pace); err != nil {
			return err
		}
	}
	return nil
}

// heard takes in how the servers of domains answered, so that one that puts
// letters off is given a rest.
func (s *Service) heard(tx *ledger.Tx, todo []*recipient) error {
	taken, putOff := map[string]int{}, map[string]int{}
	for _, r := range todo {
		switch code := r.receipt.Code; {
		case r.receipt.Outcome == notify.Accepted:
			taken[r.domain]++
		case r.receipt.Outcome == notify.Deferred && code >= 400 && code < 500:
			putOff[r.domain]++
		}
	}
	g, err := s.gate(tx)
	if err != nil || g == nil && len(putOff) == 0 {
		return err
	}
	if g == nil {
		g = &gate{tx: tx, now: s.now(tx), limits: &s.limits, lanes: map[string]*lane{}}
		if err := g.unlock(); err != nil {
			return err
		}
	}
	for domain := range taken {
		if putOff[domain] == 0 {
			putOff[domain] = 0
		}
	}
	for domain, n := range putOff {
		if domain == "" {
			continue
		}
		l, err := g.lane(domain)
		if err != nil {
			return err
		}
		if n > 0 || l.PutOff > 0 || l.Rests > 0 || l.Window > 0 {
			l.answers(g.now, taken[domain], n)
			l.dirty = true
		}
	}
	return g.keep()
}

// sweepEvery is how often what no longer matters is taken away.
const sweepEvery = 10 * time.Minute

// sweepPiece is how many rows go in one act.
const sweepPiece = 2000

// sweep removes the paces of domains that nothing was sent to for an hour.
func (s *Service) sweep(ctx context.Context) error {
	for {
		var old []ledger.Key
		if err := s.DB.View(ctx, func(tx *ledger.Tx) error {
			now := s.now(tx)
			if d := now.Sub(s.swept); d >= 0 && d < sweepEvery {
				return nil
			}
			s.swept = now
			return paces.Scan(tx, nil, func(k ledger.Key, p pace) error {
				if p.idle(now) {
					old = append(old, k)
				}
				if len(old) == sweepPiece {
					return ledger.Stop
				}
				return nil
			})
		}); err != nil {
			return err
		}
		if len(old) == 0 {
			return nil
		}
		if err := s.DB.Update(ctx, incident.Clock(), func(tx *ledger.Tx) error {
			tx.Record("sending.sweep", "sending/pace")
			for _, k := range old {
				if err := paces.Delete(tx, k); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return fmt.Errorf("sweep paces: %w", err)
		}
		if len(old) == sweepPiece {
			s.swept = time.Time{} // there may be more
		}
	}
}
