package runner

import (
	"context"
	"sort"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/playbooks"
)

// Playbooks lists the newest revision of every slug in each standing it has:
// what can be run, the drafts beside it, and slugs that were withdrawn. Sorted
// by slug, newest first within one. Errors: Forbidden.
func (r *Runner) Playbooks(ctx context.Context, by incident.Principal) ([]Revision, error) {
	if !incident.Can(by, incident.ReadLibrary, nil) {
		return nil, incident.Errorf(incident.Forbidden, "you may not read the playbook library")
	}
	var out []Revision
	err := r.db.View(ctx, func(tx *ledger.Tx) error {
		return revisions.Scan(tx, ledger.K(), func(_ ledger.Key, rev Revision) error {
			out = append(out, rev)
			return nil
		})
	})
	sort.Slice(out, func(i, j int) bool {
		if out[i].Slug != out[j].Slug {
			return out[i].Slug < out[j].Slug
		}
		return out[i].Seq > out[j].Seq
	})
	return newest(out), err
}

// newest keeps, of a sorted list, the first of every slug and standing; a
// retired one only where nothing newer stands.
func newest(in []Revision) []Revision {
	var out []Revision
	seen := map[string]bool{}
	for _, rev := range in {
		at := rev.Slug + "\x00" + string(rev.Standing)
		if seen[at] || rev.Standing == Retired && seen[rev.Slug] {
			continue
		}
		seen[at], seen[rev.Slug] = true, true
		out = append(out, rev)
	}
	return out
}

// History lists every revision of slug, newest first. Errors: Forbidden, NotFound.
func (r *Runner) History(ctx context.Context, by incident.Principal, slug string) ([]Revision, error) {
	if !incident.Can(by, incident.ReadLibrary, nil) {
		return nil, incident.Errorf(incident.Forbidden, "you may not read the playbook library")
	}
	var out []Revision
	err := r.db.View(ctx, func(tx *ledger.Tx) (err error) {
		out, err = history(tx, slug)
		return err
	})
	if err == nil && len(out) == 0 {
		err = incident.Errorf(incident.NotFound, "there is no playbook %q", slug)
	}
	return out, err
}

// Revision gives the revision with this digest, or the published one of a
// slug. Errors: Forbidden, NotFound.
func (r *Runner) Revision(ctx context.Context, by incident.Principal, id string) (Revision, error) {
	if !incident.Can(by, incident.ReadLibrary, nil) {
		return Revision{}, incident.Errorf(incident.Forbidden, "you may not read the playbook library")
	}
	var rev Revision
	err := r.db.View(ctx, func(tx *ledger.Tx) (err error) {
		rev, err = find(tx, id)
		return err
	})
	return rev, err
}

// Publish stores the file and makes it what new runs of its slug use; the
// revision published before is retired. A text that is stored already makes no
// new revision: it is published if it is not, and given back.
//
// Errors: Forbidden; Invalid with every problem of the file; Conflict where
// another text was published under the same version, with the version to use.
func (r *Runner) Publish(ctx context.Context, by incident.Principal, name string, data []byte) (Revision, error) {
	return r.store(ctx, by, name, data, Published)
}

// Save stores the file as a draft. A text that is stored already is given back
// as it stands. Errors as of Publish.
func (r *Runner) Save(ctx context.Context, by incident.Principal, name string, data []byte) (Revision, error) {
	return r.store(ctx, by, name, data, Draft)
}

func (r *Runner) store(ctx context.Context, by incident.Principal, name string, data []byte, want Standing) (Revision, error) {
	if !incident.Can(by, incident.PublishPlaybook, nil) {
		return Revision{}, incident.Errorf(incident.Forbidden, "you may not publish playbooks")
	}
	p, err := playbooks.Parse(name, data)
	if err != nil {
		return Revision{}, err
	}
	var rev Revision
	err = r.db.Update(ctx, by, func(tx *ledger.Tx) (err error) {
		if want == Published {
			if err := versionFree(tx, p); err != nil {
				return err
			}
			if err := childrenKnown(tx, p); err != nil {
				return err
			}
		}
		rev, err = put(tx, p, false)
		if err == nil && want == Published {
			rev, err = publish(tx, rev)
		}
		return err
	})
	return rev, err
}

// Retire withdraws a revision: no new run uses it, and runs of it go on.
// Errors: Forbidden, NotFound.
func (r *Runner) Retire(ctx context.Context, by incident.Principal, digest string) (Revision, error) {
	if !incident.Can(by, incident.PublishPlaybook, nil) {
		return Revision{}, incident.Errorf(incident.Forbidden, "you may not withdraw playbooks")
	}
	var rev Revision
	err := r.db.Update(ctx, by, func(tx *ledger.Tx) (err error) {
		if rev, err = find(tx, digest); err != nil {
			return err
		}
		rev, err = retire(tx, rev)
		return err
	})
	return rev, err
}

// versionFree refuses a version under which another text of p has been
// published: people speak of versions, and two texts of one name mislead them.
func versionFree(tx *ledger.Tx, p *playbooks.Playbook) error {
	all, err := history(tx, p.Slug)
	if err != nil {
		return err
	}
	for _, rev := range all {
		if rev.Version != p.Version || rev.Digest == p.Digest() || rev.PublishedAt == nil {
			continue
		}
		was, err := rev.Playbook()
		if err != nil {
			return err
		}
		d := playbooks.Diff(was, p)
		return incident.Errorf(incident.Conflict, "version %s of %s is published with another text; the change suggests %s", p.Version, p.Slug, d.Version)
	}
	return nil
}

// childrenKnown refuses a playbook that runs another which is not in the library.
func childrenKnown(tx *ledger.Tx, p *playbooks.Playbook) error {
	for _, s := range p.Steps {
		if s.Kind != playbooks.KindSubplaybook || s.Playbook == p.Slug {
			continue
		}
		if _, err := find(tx, s.Playbook); incident.KindOf(err) == incident.NotFound {
			return incident.Errorf(incident.Invalid, "step %s runs playbook %q, which is not published", s.Key, s.Playbook)
		} else if err != nil {
			return err
		}
	}
	return nil
}
