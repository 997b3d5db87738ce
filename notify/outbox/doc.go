// Package outbox is the way from a duty to a delivery: it keeps each incident's
// obligations as facts change, drafts, approvals and filings, and sends notices
// so that nobody is told twice and nobody is dropped in silence.
//
// It reacts to what happens to a case, inside the act's transaction, and asks
// the rule library what follows. What is pending is read from the store: an
// attempt is written before it is made and its outcome after, so that a crash in
// between leaves an attempt whose outcome is uncertain, and a person settles it.
//
// It decides no law and writes no letter; it knows no web.
package outbox
