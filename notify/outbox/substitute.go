package outbox

import (
	"context"
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/notify/statute"
)

// AudiencePublic marks drafts of a notice to all, which take the place of letters
// to people without a usable address. No mailing and no print carries them.
const AudiencePublic = "public"

const substituteLetter = "substitute-notice"

var (
	publicNotices = ledger.NewCaseTable[PublicNotice]("public_notices") // incident, notice id
	// noticePlaces finds a notice by the last part of its address, which is of
	// a-z, 0-9 and hyphens and names nobody; it says nothing of what the notice is about.
	noticePlaces = ledger.NewSystemTable[noticePlace]("public_notice_places") // slug
)

type noticePlace struct {
	Incident string `json:"incident"`
	Notice   string `json:"notice"`
}

// PublicNotice is a notice to all that was put up. Its page never changes: another
// text is another notice.
type PublicNotice struct {
	ID          string    `json:"id"`
	Slug        string    `json:"slug"` // its address is /notices/ and this
	Draft       string    `json:"draft"`
	Version     int       `json:"version"`     // of the draft
	Text        string    `json:"text"`        // digest of the approved text
	Obligations []string  `json:"obligations"` // duties it is for
	Title       string    `json:"title"`
	Language    string    `json:"language"` // BCP 47
	Page        []byte    `json:"page"`     // HTML, as it is served
	Digest      string    `json:"digest"`   // SHA-256 of Page, hexadecimal
	Style       string    `json:"style"`    // CSP source of the page's style sheet
	From        time.Time `json:"from"`
	Until       time.Time `json:"until,omitzero"` // it is down from then on; zero: until withdrawn
	// Days is how long the laws want it up at least; 0 where none of them says. At cites.
	Days       int       `json:"days,omitempty"`
	At         string    `json:"at,omitempty"`
	WhyShorter string    `json:"why_shorter,omitempty"`
	ApprovedBy string    `json:"approved_by"`
	By         string    `json:"by"`
	Published  time.Time `json:"published"`
	Withdrawn  *Takedown `json:"withdrawn,omitempty"`
}

// Takedown is why a notice was taken down before its end.
type Takedown struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
	Early  bool      `json:"early"` // before the law's least time was over
}

// Up reports whether everybody can read it at an instant.
func (n *PublicNotice) Up(now time.Time) bool {
	return n.Withdrawn == nil && !now.Before(n.From) && (n.Until.IsZero() || now.Before(n.Until))
}

// Over reports whether it will not be up again.
func (n *PublicNotice) Over(now time.Time) bool {
	return n.Withdrawn != nil || !n.Until.IsZero() && !now.Before(n.Until)
}

// Least is until when the law wants it up; zero where no law says.
func (n *PublicNotice) Least() time.Time {
	if n.Days == 0 {
		return time.Time{}
	}
	return n.From.AddDate(0, 0, n.Days)
}

// postedFor is for how many days a law wants a notice on a web page at least, as the
// rule's notes have it; at cites. 0 where the rule knows no such time.
func postedFor(o *Obligation) (days int, at string) {
	switch o.Rule {
	case "us-hipaa-individuals":
		return 90, "45 CFR 164.404(d)(2)(ii)"
	case "us-hbnr-individuals":
		return 90, "16 CFR 318.5(a)"
	case "us-az-individuals":
		return 45, o.Citation
	case "us-ca-individuals", "us-al-individuals":
		return 30, o.Citation
	}
	return 0, ""
}

// substitutesOf are the owed duties under which a notice to all may take the
// place of letters, beside what their rules say of it.
func substitutesOf(lib *statute.Library, all []Obligation) (duties []Obligation, out []Substitute) {
	for n := range all {
		o := &all[n]
		if !o.Owed() || o.Audience != "individuals" {
			continue
		}
		from, at := counted(o.Rule)
		says := substituteNotes(lib, o)
		if from == 0 && says == "" {
			continue
		}
		days, daysAt := postedFor(o)
		duties = append(duties, *o)
		out = append(out, Substitute{
			Obligation: o.ID, Regime: o.Regime, Title: o.Title, Citation: o.Citation, Confidence: o.Confidence,
			From: from, At: at, Says: says, Days: days, DaysAt: daysAt,
		})
	}
	return duties, out
}

// SubstituteView is what there is of notices to all on an incident.
type SubstituteView struct {
	Duties  []Substitute // NoAddress is of the newest mailing; 0 where there was none
	Drafts  []DraftView
	Notices []PublicNotice // oldest first
	// NoTollFree says that a duty asks for a toll-free number and the letterhead has none.
	NoTollFree bool
	Blocked    string // why nothing can be published now; empty if it can
}

// Substitutes gives them.
func (s *Service) Substitutes(ctx context.Context, p incident.Principal, ref string) (SubstituteView, error) {
	var out SubstituteView
	newest := ""
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		out, newest = SubstituteView{}, ""
		lib, err := s.library(tx)
		if err != nil {
			return err
		}
		b, err := caseBasisOf(tx, i)
		if err != nil {
			return err
		}
		_, out.Duties = substitutesOf(lib, b.duties)
		all, err := draftsOf(tx, i.ID)
		if err != nil {
			return err
		}
		for n := range all {
			if all[n].Audience != AudiencePublic {
				continue
			}
			v, err := s.viewFrom(tx, p, i, &all[n], b)
			if err != nil {
				return err
			}
			out.Drafts = append(out.Drafts, v)
		}
		if out.Notices, err = noticesOf(tx, i.ID); err != nil {
			return err
		}
		out.Blocked = s.publishingBlocked(i, b)
		return mailings.Scan(tx, ledger.K(i.ID), func(_ ledger.Key, m Mailing) error {
			newest = m.ID
			return nil
		})
	})
	if err != nil {
		return out, err
	}
	h := s.cfg.Letterhead
	out.NoTollFree = h.Organisation.TollFree == "" && h.CallCentre.Phone == "" && slices.ContainsFunc(out.Duties, func(d Substitute) bool { return d.From > 0 })
	if newest == "" || len(out.Duties) == 0 {
		return out, nil
	}
	missed, err := s.Unreached(ctx, p, ref, newest, 1)
	for n := range out.Duties {
		for _, d := range missed.Substitutes {
			if d.Obligation == out.Duties[n].Obligation {
				out.Duties[n].NoAddress = d.NoAddress
			}
		}
	}
	return out, err
}

// PublicNotice gives one notice as it was put up, its page with it.
func (s *Service) PublicNotice(ctx context.Context, p incident.Principal, ref, id string) (PublicNotice, error) {
	var out PublicNotice
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) (err error) {
		out, err = noticeOf(tx, i, id)
		return err
	})
	return out, err
}

func noticesOf(tx *ledger.Tx, id string) ([]PublicNotice, error) {
	var out []PublicNotice
	err := publicNotices.Scan(tx, ledger.K(id), func(_ ledger.Key, n PublicNotice) error {
		out = append(out, n)
		return nil
	})
	return out, err
}

func noticeOf(tx *ledger.Tx, i *incident.Incident, id string) (PublicNotice, error) {
	n, err := publicNotices.Get(tx, ledger.K(i.ID, id))
	if err != nil && incident.KindOf(err) == incident.NotFound {
		return n, incident.Errorf(incident.NotFound, "There is no such public notice on %s.", i.Number)
	}
	return n, err
}
