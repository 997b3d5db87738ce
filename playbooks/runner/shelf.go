package runner

import (
	"context"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/playbooks"
)

// history lists the revisions of slug, newest first.
func history(tx *ledger.Tx, slug string) ([]Revision, error) {
	var out []Revision
	err := bySlug.ScanBack(tx, ledger.K(slug), func(_ ledger.Key, digest string) error {
		rev, err := revisions.Get(tx, ledger.K(digest))
		if err != nil {
			return err
		}
		out = append(out, rev)
		return nil
	})
	return out, err
}

// find gives a revision by digest, or the published one by slug.
func find(tx *ledger.Tx, id string) (Revision, error) {
	rev, err := revisions.Get(tx, ledger.K(id))
	if err == nil || incident.KindOf(err) != incident.NotFound {
		return rev, err
	}
	all, err := history(tx, id)
	if err != nil {
		return Revision{}, err
	}
	for _, rev := range all {
		if rev.Standing == Published {
			return rev, nil
		}
	}
	if len(all) > 0 {
		return Revision{}, incident.Errorf(incident.NotFound, "no revision of playbook %q is published", id)
	}
	return Revision{}, incident.Errorf(incident.NotFound, "there is no playbook %q", id)
}

// put stores p as a draft, or gives back what is stored under its digest.
func put(tx *ledger.Tx, p *playbooks.Playbook, builtin bool) (Revision, error) {
	digest := p.Digest()
	rev, err := revisions.Get(tx, ledger.K(digest))
	if err == nil || incident.KindOf(err) != incident.NotFound {
		return rev, err
	}
	seq, err := tx.Sequence("playbook_revisions")
	if err != nil {
		return Revision{}, err
	}
	rev = Revision{
		Digest: digest, Seq: seq, Slug: p.Slug, Version: p.Version, Title: p.Title, Summary: p.Summary, Steps: len(p.Steps),
		Builtin: builtin, Definition: string(p.Canonical()), StoredAt: tx.Now(), StoredBy: tx.By().ID, Standing: Draft,
	}
	if err := bySlug.Put(tx, ledger.K(rev.Slug, seq), digest); err != nil {
		return Revision{}, err
	}
	if err := revisions.Put(tx, ledger.K(digest), rev); err != nil {
		return Revision{}, err
	}
	tx.Record("playbook.store", "playbook/"+digest)
	return rev, nil
}

// publish makes rev the one of its slug.
func publish(tx *ledger.Tx, rev Revision) (Revision, error) {
	if rev.Standing == Published {
		return rev, nil
	}
	all, err := history(tx, rev.Slug)
	if err != nil {
		return rev, err
	}
	for _, other := range all {
		if other.Standing == Published {
			if _, err := retire(tx, other); err != nil {
				return rev, err
			}
		}
	}
	now := tx.Now()
	rev.Standing, rev.PublishedAt, rev.PublishedBy = Published, &now, tx.By().ID
	rev.RetiredAt, rev.RetiredBy = nil, ""
	if err := revisions.Put(tx, ledger.K(rev.Digest), rev); err != nil {
		return rev, err
	}
	tx.Record("playbook.publish", "playbook/"+rev.Digest)
	return rev, nil
}

func retire(tx *ledger.Tx, rev Revision) (Revision, error) {
	if rev.Standing == Retired {
		return rev, nil
	}
	now := tx.Now()
	rev.Standing, rev.RetiredAt, rev.RetiredBy = Retired, &now, tx.By().ID
	if err := revisions.Put(tx, ledger.K(rev.Digest), rev); err != nil {
		return rev, err
	}
	tx.Record("playbook.retire", "playbook/"+rev.Digest)
	return rev, nil
}

// Seed puts the playbooks that come with the program into the library. One that
// is there already, byte for byte, is left as it stands, so a withdrawn one
// stays withdrawn. A changed one is a new revision: published where the
// published one came with the program too, and a draft where the organisation
// has its own text.
func (r *Runner) Seed(ctx context.Context, library []*playbooks.Playbook) error {
	by := incident.Principal{ID: "library", Source: incident.FromClock, System: true}
	return r.db.Update(ctx, by, func(tx *ledger.Tx) error {
		for _, p := range library {
			if err := seed(tx, p); err != nil {
				return err
			}
		}
		return nil
	})
}

func seed(tx *ledger.Tx, p *playbooks.Playbook) error {
	known, err := revisions.Has(tx, ledger.K(p.Digest()))
	if err != nil || known {
		return err
	}
	all, err := history(tx, p.Slug)
	if err != nil {
		return err
	}
	own, builtin := false, len(all) == 0
	for _, rev := range all {
		own = own || rev.Standing == Published && !rev.Builtin
		builtin = builtin || rev.Standing == Published && rev.Builtin
	}
	rev, err := put(tx, p, true)
	if err != nil {
		return err
	}
	if builtin && !own {
		_, err = publish(tx, rev)
	}
	return err
}
