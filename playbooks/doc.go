// Package playbooks is the written procedure for handling a breach: its file
// format, the checks on it, its identity, what changed between two texts of
// it, and what comes next when it is followed.
//
// It is pure. It stores nothing, starts nothing and has no clock: the package
// playbooks/runner does that, and hands the facts, instants and step states in.
//
// What it promises to old data: a published playbook is kept as its canonical
// JSON and named by that text's SHA-256. Fields are therefore only ever added,
// and a field that is absent leaves no trace in the canonical form, so an old
// revision keeps its digest under every later version of this package.
//
// FORMAT.md beside this file describes the format for those who write
// playbooks.
package playbooks
