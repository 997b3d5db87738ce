// Package filing prepares what an authority's form asks for. An authority that
// takes no mail has a form; a form is a file of forms/, and a pack is every
// field of it, answered from the case, not applicable with the reason, or
// plainly "not yet known" with where to answer it. Somebody types or pastes it
// into the portal, and the receipt is filed back as evidence.
//
// A field has its answer from a person, or else from the case: a fact, a
// milestone, the list of affected people, the organisation's configuration. What
// several forms ask is a question of forms/questions/: the answer to it fills
// them all. A form that takes instants or options of its own has the case's words
// put into them; what does not fit stays open rather than being guessed.
//
// A new form is one file: title, law, authority, the rules whose notice it is,
// sources, reviewed, confidence, its stages by the names of the rules' stages, and
// sections of fields. A field of a question's id inherits all it does not say; any
// other field says its label and kind. `required` is meant where the field is
// asked: `only_at` names the stages it is asked at, `from` the stage from which it
// is required, `only_if` the answers of another field it hangs on, `when` a
// condition of the case. `serves` are the rule library's content ids it answers;
// a test holds that every one of every rule towards an authority is served. The
// generic form, authority.toml, serves all rules no other form names.
//
// It does not file anything, and it does no I/O. A pack leaves as HTML, JSON,
// text, or all in one zip, whose bytes depend on nothing but the case. Forms change
// with their authorities: field ids are kept when a label changes, so that two
// packs of one incident can be compared and an answer once given stays one.
package filing
