// Package register is the breach register: one entry for every breach on record,
// those that were not notified included.
//
// An entry holds what GDPR Article 33(5) asks a controller to document, the
// facts, the effects and the remedial action, together with who was told and
// why somebody was not. It is read from the case each time and stored nowhere,
// so it cannot say anything else than the case does. Drills are not in it;
// neither are incidents whose key was destroyed after retention, of which
// nothing can be read any more, nor anything that is legally privileged.
//
// Keys of the JSON and columns of the CSV are kept; new ones come at the end.
package register
