// Package filing prepares what a regulator's form asks for. An authority that
// takes no mail has a form; a form is a file of forms/, and a pack is every
// field of it, answered from the case, not applicable with the reason, or
// plainly "not yet known". Somebody types or pastes it into the portal, and
// the receipt is filed back as evidence.
//
// It does not file anything, and it does no I/O. A pack leaves as one zip
// whose bytes depend on nothing but the case. Forms change with their
// authorities: field ids are kept when a label changes, so that two packs of
// one incident can be compared.
package filing
