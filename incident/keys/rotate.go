package keys

import "tocsin/incident"

// Begin puts a new master key in front and keeps the old ones behind it, on the
// disk first. From then on Wrap uses the new one and Unwrap knows both, so a
// crash at any point between Begin and Retire loses nothing: running the
// rotation again finishes it.
//
// A ring from the environment cannot be written back: there the operator puts
// the new key in front of the old one, and Begin only checks that this was done.
func (r *Ring) Begin() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == "" {
		if len(r.masters) < 2 {
			return incident.Errorf(incident.Invalid,
				"the master key comes from %s: put the new key in front of the old one, separated by a space, start again, rotate, then take the old one out", Variable)
		}
		return nil
	}
	if len(r.masters) > 1 {
		return nil // an earlier rotation was interrupted; finish that one
	}
	next := &Ring{masters: append([]master{newMaster()}, r.masters...), file: r.file}
	if err := next.save(0); err != nil {
		return err
	}
	r.masters = next.masters
	return nil
}

// Retire drops every master key but the current one, once nothing in the store
// is wrapped by them any more. It is what makes copies of destroyed data keys
// in old backups unreadable. A ring from the environment is left as it is.
func (r *Ring) Retire() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == "" || len(r.masters) == 1 {
		return nil
	}
	next := &Ring{masters: r.masters[:1:1], file: r.file}
	if err := next.save(0); err != nil {
		return err
	}
	r.masters = next.masters
	return nil
}

// NewText gives the text form of a new master key, for operators who keep it in
// a secret store and hand it over in the environment.
func NewText() string { return newMaster().text() }
