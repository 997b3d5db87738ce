package incident

// What concerns people's rights over what is held on them.
const (
	// On one incident, ended ones included.
	FindPerson     Action = "person.find"      // look for a person among those affected, and act on a request
	ErasePerson    Action = "person.erase"     // take one person out of what the incident holds
	ProposeErasure Action = "erasure.propose"  // of the whole incident, after its retention
	ApproveErasure Action = "erasure.approve"  // as the second person
	ExtendKeeping  Action = "retention.extend" // keep it longer, with a reason

	// Across incidents.
	HandleRights Action = "rights.handle" // requests: take in, decide, answer
	ListRights   Action = "rights.list"   // numbers, clocks and outcomes; nobody's name
	ListErasures Action = "erasure.list"  // what is due for erasure, and what was erased
)

// canRights decides on the actions above; ok is false for all others.
//
// A rights officer finds people and acts on their requests without seeing the
// cases they are in. A restricted incident stays closed to whoever is not on
// it: the officer is told how many there are, and asks the people on them.
func canRights(p Principal, a Action, i *Incident) (may, ok bool) {
	officer := p.Has(GrantRights) || p.Has(GrantCounsel)
	switch a {
	case HandleRights:
		return i == nil && officer, true
	case ListRights:
		return i == nil && (officer || p.Has(GrantAuditor)), true
	case ListErasures:
		return i == nil && (officer || p.Has(GrantAuditor) || p.Has(GrantApprover) || p.Has(GrantAdmin)), true
	case FindPerson, ErasePerson, ProposeErasure, ApproveErasure, ExtendKeeping:
	default:
		return false, false
	}
	if i == nil || i.Restricted && !i.Involves(p.ID) {
		return false, true
	}
	advises := officer || i.Holds(p.ID, Counsel)
	switch a {
	case ProposeErasure, ExtendKeeping:
		return advises || i.Holds(p.ID, Commander), true
	case ApproveErasure:
		return advises || p.Has(GrantApprover), true
	}
	return advises, true
}
