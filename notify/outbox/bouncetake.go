package outbox

import (
	"context"
	"io"
	"sync/atomic"

	"tocsin/incident"
	"tocsin/notify/bounce"
)

// BounceResult is what became of one message from a mail server.
type BounceResult struct {
	Kind    bounce.Kind `json:"kind"`
	Matched bool        `json:"matched"` // it is on a letter of ours
	Changed bool        `json:"changed"` // and said something new
}

// BounceTally counts messages from mail servers since the program started.
type BounceTally struct{ Matched, Unmatched, Ignored uint64 }

// bounces counts what TakeBounce saw. It is not in the store: anybody can write
// to the address that mail is returned to, and must not make the audit log grow.
type bounces struct{ matched, unmatched, ignored atomic.Uint64 }

// Bounces gives the counts so far.
func (s *Service) Bounces() BounceTally {
	return BounceTally{Matched: s.bounces.matched.Load(), Unmatched: s.bounces.unmatched.Load(), Ignored: s.bounces.ignored.Load()}
}

// TakeBounce reads a message from a mail server and records what it says of a
// letter of ours. The letter is known by its identity alone, never by an
// address. What is no report, or on no letter of ours, is no error: it is counted. Errors:
// Invalid where it is no mail message, Unavailable where the store cannot take
// it now; then it is to be given again.
func (s *Service) TakeBounce(ctx context.Context, p incident.Principal, raw io.Reader) (BounceResult, error) {
	rep, err := bounce.Parse(raw)
	if err != nil {
		s.bounces.ignored.Add(1)
		return BounceResult{}, err
	}
	out := BounceResult{Kind: rep.Kind}
	if rep.Kind == bounce.Other {
		s.bounces.ignored.Add(1)
		return out, nil
	}
	key, try, ours := rep.Letter()
	if ours {
		out.Changed, err = s.Bounced(ctx, p, key, try, rep)
	}
	switch {
	case !ours, err != nil && incident.KindOf(err) == incident.NotFound:
		s.bounces.unmatched.Add(1)
		s.Logger.WarnContext(ctx, "a delivery report is on no letter of ours", "kind", rep.Kind, "status", rep.Status)
		return out, nil
	case err != nil:
		return out, err
	}
	out.Matched = true
	s.bounces.matched.Add(1)
	return out, nil
}

// EmptyBounces takes what lies in a Maildir of returned mail.
func (s *Service) EmptyBounces(ctx context.Context, from bounce.Maildir) error {
	n, err := from.Empty(ctx, func(r io.Reader) error {
		_, err := s.TakeBounce(ctx, incident.Clock(), r)
		return err
	})
	if n > 0 {
		s.Logger.InfoContext(ctx, "returned mail taken", "messages", n)
	}
	return err
}
