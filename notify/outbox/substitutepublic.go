package outbox

import (
	"context"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// PublicPage is a notice as anybody reads it.
type PublicPage struct {
	Slug, Title, Language string
	From                  time.Time
	HTML                  []byte
	Digest, Style         string // of PublicNotice
}

// PublicPage finds the notice that is up at an address. It asks nobody's leave.
// Errors: NotFound, the same for one that is unknown, not up yet, down again, or of an
// incident that was erased.
func (s *Service) PublicPage(ctx context.Context, slug string) (*PublicPage, error) {
	var out *PublicPage
	if readSlug(slug) == nil {
		err := s.DB.View(ctx, func(tx *ledger.Tx) error {
			at, err := noticePlaces.Get(tx, ledger.K(slug))
			if err == nil {
				out, err = publicPage(tx, at)
			}
			return unlessGone(err)
		})
		if err != nil {
			return nil, err
		}
	}
	if out == nil {
		return nil, incident.Errorf(incident.NotFound, "There is no such notice.")
	}
	return out, nil
}

// PublicPages are those that are up, without their HTML, newest first.
func (s *Service) PublicPages(ctx context.Context) ([]PublicPage, error) {
	var out []PublicPage
	err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		out = nil
		return noticePlaces.Scan(tx, ledger.K(), func(_ ledger.Key, at noticePlace) error {
			p, err := publicPage(tx, at)
			if p != nil {
				p.HTML = nil
				out = append(out, *p)
			}
			return unlessGone(err)
		})
	})
	slices.SortFunc(out, func(a, b PublicPage) int {
		if c := b.From.Compare(a.From); c != 0 {
			return c
		}
		return strings.Compare(a.Slug, b.Slug)
	})
	return out, err
}

// publicPage is nil where it is not up.
func publicPage(tx *ledger.Tx, at noticePlace) (*PublicPage, error) {
	n, err := publicNotices.Get(tx, ledger.K(at.Incident, at.Notice))
	if err != nil || !n.Up(tx.Now()) {
		return nil, err
	}
	return &PublicPage{Slug: n.Slug, Title: n.Title, Language: n.Language, From: n.From, HTML: n.Page, Digest: n.Digest, Style: n.Style}, nil
}

func unlessGone(err error) error {
	if kind := incident.KindOf(err); err != nil && (kind == incident.NotFound || kind == incident.Gone) {
		return nil
	}
	return err
}

// forgetNotices takes an erased incident's public addresses away.
func forgetNotices(tx *ledger.Tx, id string) error {
	return noticePlaces.Scan(tx, ledger.K(), func(k ledger.Key, at noticePlace) error {
		if at.Incident != id {
			return nil
		}
		return noticePlaces.Delete(tx, k)
	})
}
