package slash

import (
	"context"
	"fmt"
	"strings"

	"tocsin/incident"
	"tocsin/notify/outbox"
)

// obligations lists what is owed and what may be; "all" what is not, too.
func (h *Handler) obligations(ctx context.Context, a *asked) (reply, error) {
	which := strings.ToLower(a.Args)
	switch which {
	case "", "open", "owed", "all":
	default:
		return reply{}, incident.Errorf(incident.Invalid, "obligations takes owed, open or all.")
	}
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	all, err := h.deps.Duties.Obligations(ctx, a.principal(), i.ID)
	if err != nil {
		return reply{}, err
	}
	count := map[string]int{}
	var lines []string
	for n := range all {
		o := &all[n]
		count[o.Applies]++
		if which != "all" && (o.Applies == "no" || which == "owed" && !o.Owed() || which == "open" && o.Next() == nil) {
			continue
		}
		lines = append(lines, "• "+esc(o.Regime)+", "+esc(o.Recipient)+": "+h.standing(a, o))
	}
	text := fmt.Sprintf("Obligations of %s: %d owed, %d not known yet, %d not owed.", i.Number, count["yes"], count["unknown"], count["no"])
	if len(lines) > 0 {
		text += "\n" + shorten(lines)
	}
	return reply{text: drill(i.Drill) + text + h.more("/incidents/"+i.Number+"/obligations")}, nil
}

// standing says how one duty stands.
func (h *Handler) standing(a *asked, o *outbox.Obligation) string {
	switch {
	case o.Applies == "no":
		return "not owed"
	case o.Decision.Settled():
		return "decided not to notify"
	}
	s := "owed"
	if o.Applies == "unknown" {
		s = "not known yet whether it is owed"
	}
	next := o.Next()
	switch {
	case next == nil && len(o.Stages) > 0:
		return s + ", met"
	case next == nil:
		return s
	case next.Due != nil:
		s += ", " + strings.ReplaceAll(next.Stage, "_", " ") + " due " + due(*next.Due, h.deps.Clock(), a.account.Location(), next.Zone)
		if !next.Binding {
			s += ", an expectation"
		}
	case next.State == "waiting":
		s += ", waits for " + strings.ReplaceAll(next.From, "_", " ")
	default:
		s += ", without undue delay"
	}
	return s
}

// approve lists what waits for approval, or approves the letter whose text has
// the digest that was typed: it stands on the letter's page, so that nobody
// approves what they have not opened.
func (h *Handler) approve(ctx context.Context, a *asked) (reply, error) {
	digest, rest := word(a.Args)
	if rest != "" {
		return reply{}, incident.Errorf(incident.Invalid, "approve takes the digest of the text and nothing else.")
	}
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	if digest == "" {
		return h.toApprove(ctx, a, i)
	}
	d, err := h.draft(ctx, a, i, digest)
	if err != nil {
		return reply{}, err
	}
	if err := h.deps.Duties.Approve(ctx, a.principal(), i.ID, d.ID, d.Current().Digest); err != nil {
		return reply{}, err
	}
	return said(a, i, false, fmt.Sprintf("approved the letter %s (%s) of %s, text %.12s", d.Rule, d.Language, i.Number, d.Current().Digest),
		fmt.Sprintf("The letter %s (%s) is approved. Somebody else releases it, in the console.", d.Rule, d.Language)+h.more("/incidents/"+i.Number+"/notices")), nil
}

func (h *Handler) reject(ctx context.Context, a *asked) (reply, error) {
	digest, reason := word(a.Args)
	if digest == "" || reason == "" {
		return reply{}, incident.Errorf(incident.Invalid, "Say which and why: reject <digest> <reason>. The digest stands on the letter's page.")
	}
	i, err := h.subject(ctx, a)
	if err != nil {
		return reply{}, err
	}
	d, err := h.draft(ctx, a, i, digest)
	if err != nil {
		return reply{}, err
	}
	if err := h.deps.Duties.ReturnDraft(ctx, a.principal(), i.ID, d.ID, d.Current().Digest, reason); err != nil {
		return reply{}, err
	}
	return said(a, i, false, fmt.Sprintf("sent the letter %s (%s) of %s back", d.Rule, d.Language, i.Number),
		fmt.Sprintf("The letter %s (%s) is sent back; your reason is with it.", d.Rule, d.Language)+h.more("/incidents/"+i.Number+"/notices")), nil
}

// draft finds the letter whose newest text has this digest.
func (h *Handler) draft(ctx context.Context, a *asked, i *incident.Incident, digest string) (*outbox.DraftView, error) {
	all, err := h.deps.Duties.Drafts(ctx, a.principal(), i.ID)
	if err != nil {
		return nil, err
	}
	if len(digest) < shortest {
		return nil, incident.Errorf(incident.Invalid, "Give at least %d characters of the digest. It stands on the letter's page.", shortest)
	}
	var found *outbox.DraftView
	for n := range all {
		if !sameDigest(all[n].Current().Digest, digest) {
			continue
		}
		if found != nil {
			return nil, incident.Errorf(incident.Invalid, "Two letters begin with this digest. Give more of it.")
		}
		found = &all[n]
	}
	if found == nil {
		return nil, incident.Errorf(incident.NotFound, "No letter of %s has a text with this digest now. It may have been changed since; read it again: %s/notices", i.Number, h.page(i))
	}
	return found, nil
}

func (h *Handler) toApprove(ctx context.Context, a *asked, i *incident.Incident) (reply, error) {
	all, err := h.deps.Duties.Drafts(ctx, a.principal(), i.ID)
	if err != nil {
		return reply{}, err
	}
	var lines []string
	for n := range all {
		d := &all[n]
		if d.Released != nil || d.Valid {
			continue
		}
		s := fmt.Sprintf("• %s (%s), version %d", d.Rule, d.Language, d.Current().N)
		switch {
		case d.Returned() != nil:
			s += ", sent back"
		case !d.Ready():
			s += ", not ready: something is open in it"
		default:
			s += ", ready to be read"
		}
		if h.cfg.BaseURL != "" {
			s += fmt.Sprintf(": <%s/notices/%s|read it>", h.page(i), d.ID)
		}
		lines = append(lines, s)
	}
	text := "No letter of " + i.Number + " waits for approval."
	if len(lines) > 0 {
		text = "Letters of " + i.Number + " that are not approved:\n" + shorten(lines) + "\nRead one, then type approve with the digest its page shows."
	}
	return reply{text: drill(i.Drill) + text + h.more("/incidents/"+i.Number+"/notices")}, nil
}
