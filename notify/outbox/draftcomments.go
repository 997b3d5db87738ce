package outbox

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
	"tocsin/incident/ledger"
)

// DraftComment is a remark on a draft, or on a passage of it.
type DraftComment struct {
	N       int       `json:"n"` // 1, 2, 3 … within the draft
	Version int       `json:"version"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
	Text    string    `json:"text"`
	// Passage is the words it is about, as they stand in the source of its version;
	// empty for the draft as a whole. Line is where they stand in the newest version,
	// 0 where they no longer do.
	Passage    string              `json:"passage,omitempty"`
	Line       int                 `json:"line,omitempty"`
	Privileged *incident.Privilege `json:"privileged,omitempty"`
	Resolved   *CommentResolution  `json:"resolved,omitempty"`
}

// CommentResolution says that a comment was dealt with.
type CommentResolution struct {
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Note string    `json:"note,omitempty"`
}

// NewDraftComment is what somebody remarks.
type NewDraftComment struct {
	Text       string
	Passage    string // words of the newest version, as its source has them; may be empty
	Privileged bool   // seen by counsel and its author alone
}

// mostComments bounds the remarks on one draft.
const mostComments = 500

func commentsOf(tx *ledger.Tx, id, draft string) ([]DraftComment, error) {
	var out []DraftComment
	err := draftComments.Scan(tx, ledger.K(id, draft), func(_ ledger.Key, c DraftComment) error {
		out = append(out, c)
		return nil
	})
	return out, err
}

// DraftComments gives the remarks on a draft that p may see, oldest first.
func (s *Service) DraftComments(ctx context.Context, p incident.Principal, ref, draft string) ([]DraftComment, error) {
	out := []DraftComment{}
	err := s.read(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		d, err := draftOf(tx, i, draft)
		if err != nil {
			return err
		}
		all, err := commentsOf(tx, i.ID, d.ID)
		for _, c := range all {
			if !incident.Sees(p, i, c.Privileged) {
				continue
			}
			c.Line = d.Current().Letter.Quotes(c.Passage)
			out = append(out, c)
		}
		return err
	})
	return out, err
}

// discuss is act for who writes or approves letters.
func (s *Service) discuss(ctx context.Context, p incident.Principal, ref, draft string, fn func(*ledger.Tx, *incident.Incident, *Draft) error) error {
	return s.act(ctx, p, ref, incident.SeeIncident, func(tx *ledger.Tx, i *incident.Incident) error {
		if !incident.Can(p, incident.WriteNotice, i) && !incident.Can(p, incident.ApproveNotice, i) {
			return incident.Errorf(incident.Forbidden, "Who writes or approves letters comments on them.")
		}
		d, err := draftOf(tx, i, draft)
		if err != nil {
			return err
		}
		return fn(tx, i, &d)
	})
}

// CommentOnDraft keeps a remark. Invalid: no text, or a passage whose words do not
// stand in the newest version. Forbidden: privileged, by somebody who may not mark.
func (s *Service) CommentOnDraft(ctx context.Context, p incident.Principal, ref, draft string, in NewDraftComment) (DraftComment, error) {
	in.Text, in.Passage = strings.TrimSpace(in.Text), strings.TrimSpace(in.Passage)
	wrong := func(where, what string) error {
		return &incident.Error{Kind: incident.Invalid, Message: "The comment cannot be kept.", Problems: []incident.Problem{{Where: where, What: what}}}
	}
	var out DraftComment
	if in.Text == "" {
		return out, wrong("text", "Write what you remark.")
	}
	if err := tooLong("text", in.Text, 2*mostReason); err != nil {
		return out, err
	}
	err := s.discuss(ctx, p, ref, draft, func(tx *ledger.Tx, i *incident.Incident, d *Draft) error {
		line := d.Current().Letter.Quotes(in.Passage)
		if in.Passage != "" && line == 0 {
			return wrong("passage", "These words do not stand in the newest version. Copy them from its text.")
		}
		have, err := commentsOf(tx, i.ID, d.ID)
		if err != nil {
			return err
		}
		if len(have) >= mostComments {
			return incident.Errorf(incident.Conflict, "There are %d comments on this draft already; no more are kept.", mostComments)
		}
		out = DraftComment{N: len(have) + 1, Version: d.Current().N, By: p.ID, At: tx.Now(), Text: in.Text, Passage: in.Passage, Line: line}
		if in.Privileged {
			if !incident.Can(p, incident.MarkPrivileged, i) {
				return incident.Errorf(incident.Forbidden, "Counsel marks a comment as privileged.")
			}
			out.Privileged = &incident.Privilege{By: p.ID}
		}
		tx.Record("draft.comment", "draft/"+d.ID)
		if err := draftComments.Put(tx, ledger.K(i.ID, d.ID, out.N), out); err != nil {
			return err
		}
		if in.Privileged {
			return nil // nor does the timeline say that there is one
		}
		return casework.WriteTimeline(tx, i, "draft.comment", "draft/"+d.ID, fmt.Sprintf("Comment on the letter for %s, %s", d.Rule, d.Language))
	})
	return out, err
}

// ResolveComment says that a remark was dealt with, and how, which may be empty.
// Who approves letters does, or who made the remark. Conflict: it was resolved.
func (s *Service) ResolveComment(ctx context.Context, p incident.Principal, ref, draft string, n int, note string) error {
	if err := tooLong("note", note, mostReason); err != nil {
		return err
	}
	return s.discuss(ctx, p, ref, draft, func(tx *ledger.Tx, i *incident.Incident, d *Draft) error {
		k := ledger.K(i.ID, d.ID, n)
		c, err := draftComments.Get(tx, k)
		if err != nil && incident.KindOf(err) != incident.NotFound {
			return err
		}
		switch {
		case err != nil || !incident.Sees(p, i, c.Privileged):
			return incident.Errorf(incident.NotFound, "There is no such comment.")
		case c.Resolved != nil:
			return incident.Errorf(incident.Conflict, "It is resolved already.")
		case c.By != p.ID && !incident.Can(p, incident.ApproveNotice, i):
			return incident.Errorf(incident.Forbidden, "Counsel resolves it, or who made it.")
		}
		c.Resolved = &CommentResolution{By: p.ID, At: tx.Now(), Note: strings.TrimSpace(note)}
		tx.Record("draft.resolve", "draft/"+d.ID)
		return draftComments.Put(tx, k, c)
	})
}
