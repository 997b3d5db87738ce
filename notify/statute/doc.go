// Package statute turns the facts of a breach into duties to tell somebody,
// each with its reasons and its deadline.
//
// The law is data: rules, authorities, holidays and places are TOML files (see
// FORMAT.md). The engine evaluates a rule in three values, so that an unknown
// fact gives unknown and never no, and counts a deadline by a named policy from
// a named milestone. It never invents a date: where the milestone is not set,
// the stage waits and says for what. Everything here is a pure function of the
// files, the facts and the instant asked about.
//
// It is not legal advice and not a diary: it keeps no state, sends nothing and
// does not know which duties a person has already dealt with, other than by the
// milestones it is given.
//
// Promise to old data: ids of rules, stages and facts are never reused for
// another meaning; a change of the law is a new version of a rule beside the old.
package statute
