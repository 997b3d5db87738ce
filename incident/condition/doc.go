// Package condition is a question about facts, written as data, that answers
// in three values: yes, no, or unknown.
//
// Statutory rules and playbooks use it for everything that is "only if". A
// condition is structured TOML or JSON, never an expression in a string, so
// that a person can read it in a law file, a check can find every mistake in
// it, and an answer can be explained: each leaf that held, each that failed,
// and the facts that would decide what is still open.
//
// An unknown fact gives unknown, never no; a leaf that decides by itself still
// decides. Learning more never turns a firm yes or no around: a value that is
// partly known (one of two levels, at least 300 people, these elements and
// perhaps others) answers only what all its possible completions answer.
//
// It is not a language: there is no arithmetic, no negation of single leaves
// other than Not, and no reference from one fact to another. Stored conditions
// are read for ever: operators are added, never renamed.
package condition
