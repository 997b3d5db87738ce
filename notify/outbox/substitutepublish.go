package outbox

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/language"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// Publication is what somebody decides of a notice that goes up.
type Publication struct {
	Draft  string
	Digest string // of the text they read
	// Slug is the last part of its address: a-z, 0-9 and hyphens. Made from the
	// incident's number if empty.
	Slug     string
	Language string    // BCP 47; the draft's if empty: a person may have written it in another
	From     time.Time // now if zero or past
	Until    time.Time // down from then on; zero: until somebody takes it down
	Why      string    // why it is up for less than the law's least time
}

var slugShape = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

const mostSlug = 60

// readSlug takes nothing but the one spelling of a slug.
func readSlug(s string) error {
	if len(s) > mostSlug || !slugShape.MatchString(s) {
		return problem("slug", fmt.Sprintf("Only small letters a to z, digits, and single hyphens between them; at most %d.", mostSlug))
	}
	return nil
}

// publishingBlocked says why nothing of an incident is made public now.
func (s *Service) publishingBlocked(i *incident.Incident, b *caseBasis) string {
	switch {
	case i.Drill:
		return "This is a drill: nothing of it is made public."
	case s.cfg.NoPublicPages:
		return "The public pages are switched off in the configuration ([public] on)."
	case b.facts[FactPoliceDelay].Value() == "yes":
		return "The police asked to wait with the notice. Record it when they no longer do."
	}
	return ""
}

// PublishNotice puts an approved notice to all on its public page, now or later.
// Its HTML is made here, once. Whoever approved the text may not publish it. Errors:
// Invalid for dates and slug, Conflict where the approval does not hold, the slug is
// taken, or in a drill.
func (s *Service) PublishNotice(ctx context.Context, p incident.Principal, ref string, in Publication) (*PublicNotice, error) {
	in.Why = strings.TrimSpace(in.Why)
	if err := tooLong("why", in.Why, mostReason); err != nil {
		return nil, err
	}
	var out *PublicNotice
	err := s.act(ctx, p, ref, incident.ReleaseNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		b, err := caseBasisOf(tx, i)
		if err != nil {
			return err
		}
		if why := s.publishingBlocked(i, b); why != "" {
			return incident.Errorf(incident.Conflict, "%s", why)
		}
		d, err := s.publishable(tx, p, i, b, &in)
		if err != nil {
			return err
		}
		n := &PublicNotice{
			Slug: in.Slug, Draft: d.ID, Version: d.Current().N, Text: d.Current().Digest, Obligations: d.Obligations, Title: d.Current().Letter.Subject,
			Language: in.Language, From: in.From.UTC(), Until: in.Until.UTC(), ApprovedBy: d.Approval.By, By: p.ID, Published: tx.Now(),
		}
		if n.From.Before(tx.Now()) {
			n.From = tx.Now()
		}
		if n.Language == "" {
			n.Language = d.Language
		}
		if err := n.time(b, in.Why); err != nil {
			return err
		}
		if err := s.render(n, d.Current().Letter); err != nil {
			return err
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		n.ID = id.String()
		if err := n.place(tx, i); err != nil {
			return err
		}
		d.Released = &Release{By: p.ID, At: tx.Now()}
		if err := drafts.Put(tx, ledger.K(i.ID, d.ID), *d); err != nil {
			return err
		}
		tx.Record("notice.publish", "public_notice/"+n.ID)
		if err := publicNotices.Put(tx, ledger.K(i.ID, n.ID), *n); err != nil {
			return err
		}
		out = n
		return casework.WriteTimeline(tx, i, "notice.publish", "public_notice/"+n.ID, n.published())
	})
	return out, err
}

// publishable is the draft, where its approval holds and p may publish it.
func (s *Service) publishable(tx *ledger.Tx, p incident.Principal, i *incident.Incident, b *caseBasis, in *Publication) (*Draft, error) {
	d, err := draftOf(tx, i, in.Draft)
	if err != nil {
		return nil, err
	}
	holds, err := s.holds(i, &d, tx.Now(), b)
	switch {
	case err != nil:
		return nil, err
	case d.Audience != AudiencePublic:
		return nil, problem("draft", "This is no notice to all.")
	case d.Released != nil:
		return nil, incident.Errorf(incident.Conflict, "It was published already. Write a new one.")
	case d.Current().Digest != in.Digest:
		return nil, incident.Errorf(incident.Conflict, "The text changed while you read it. Read it again.")
	case !holds:
		return nil, incident.Errorf(incident.Conflict, "The notice is not approved as it stands now.")
	case d.Approval.By == p.ID:
		return nil, incident.Errorf(incident.Forbidden, "You approved it; somebody else must publish it.")
	}
	if in.Language != "" {
		tag, err := language.Parse(in.Language)
		if base, sure := tag.Base(); err != nil || sure != language.Exact || base.String() == "und" {
			return nil, problem("language", "Give the language of the text, as in en or de.")
		}
		in.Language = tag.String()
	}
	return &d, nil
}

// time checks from and until against the law's least time.
func (n *PublicNotice) time(b *caseBasis, why string) error {
	for _, id := range n.Obligations {
		if o := b.byID[id]; o != nil {
			if days, at := postedFor(o); days > n.Days {
				n.Days, n.At = days, at
			}
		}
	}
	if n.Until.IsZero() {
		return nil
	}
	if !n.Until.After(n.From) {
		return problem("until", "It has to be after the notice goes up.")
	}
	if n.Until.Before(n.Least()) {
		if why == "" {
			return problem("until", fmt.Sprintf("At least %d days (%s), until %s. Where the law does not ask for that here, say why.", n.Days, n.At, n.Least().Format(time.DateOnly)))
		}
		n.WhyShorter = why
	}
	return nil
}

// place gives the notice its address. An address is not given twice: a page that was
// known to be one notice never becomes another.
func (n *PublicNotice) place(tx *ledger.Tx, i *incident.Incident) error {
	if n.Slug == "" {
		base := strings.ToLower(i.Number + "-" + n.Language)
		for k := 1; ; k++ {
			if n.Slug = base; k > 1 {
				n.Slug = fmt.Sprintf("%s-%d", base, k)
			}
			if taken, err := noticePlaces.Has(tx, ledger.K(n.Slug)); err != nil {
				return err
			} else if !taken {
				break
			}
		}
	}
	if err := readSlug(n.Slug); err != nil {
		return err
	}
	taken, err := noticePlaces.Has(tx, ledger.K(n.Slug))
	if err != nil {
		return err
	}
	if taken {
		return &incident.Error{Kind: incident.Conflict, Message: "That address is taken.", Problems: []incident.Problem{{Where: "slug", What: "Another notice has or had it."}}}
	}
	return noticePlaces.Put(tx, ledger.K(n.Slug), noticePlace{Incident: i.ID, Notice: n.ID})
}

func (n *PublicNotice) published() string {
	end := "until it is withdrawn"
	if !n.Until.IsZero() {
		end = "until " + n.Until.Format(time.RFC3339)
	}
	out := fmt.Sprintf("Public notice at /notices/%s from %s %s; text %.12s, page %.12s", n.Slug, n.From.Format(time.RFC3339), end, n.Text, n.Digest)
	if n.WhyShorter != "" {
		out += fmt.Sprintf(". Shorter than the %d days of %s: %s", n.Days, n.At, n.WhyShorter)
	}
	return out
}

// WithdrawNotice takes a notice down. Before the law's least time is over it is a
// Conflict, unless early says that the person knows.
func (s *Service) WithdrawNotice(ctx context.Context, p incident.Principal, ref, id, reason string, early bool) error {
	if reason = strings.TrimSpace(reason); reason == "" {
		return problem("reason", "Say why it is taken down.")
	}
	if err := tooLong("reason", reason, mostReason); err != nil {
		return err
	}
	return s.act(ctx, p, ref, incident.ReleaseNotice, func(tx *ledger.Tx, i *incident.Incident) error {
		n, err := noticeOf(tx, i, id)
		if err != nil {
			return err
		}
		now := tx.Now()
		if n.Over(now) {
			return incident.Errorf(incident.Conflict, "It is down already.")
		}
		before := now.Before(n.Least())
		if before && !early {
			return &incident.Error{Kind: incident.Conflict, Message: fmt.Sprintf("The law wants it up for %d days (%s), until %s.", n.Days, n.At, n.Least().Format(time.DateOnly)),
				Problems: []incident.Problem{{Where: "early", What: "Confirm that it is taken down before that."}}}
		}
		n.Withdrawn = &Takedown{By: p.ID, At: now, Reason: reason, Early: before}
		tx.Record("notice.withdraw", "public_notice/"+n.ID)
		if err := publicNotices.Put(tx, ledger.K(i.ID, n.ID), n); err != nil {
			return err
		}
		text := fmt.Sprintf("Public notice at /notices/%s taken down: %s", n.Slug, sentence(reason))
		if before {
			text += fmt.Sprintf(" That is before the %d days of %s were over.", n.Days, n.At)
		}
		return casework.WriteTimeline(tx, i, "notice.withdraw", "public_notice/"+n.ID, text)
	})
}
