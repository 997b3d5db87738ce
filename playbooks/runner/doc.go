// Package runner keeps the library of playbooks and follows them: it publishes
// revisions, starts runs on incidents and moves them on as tasks end, facts
// change and milestones are set.
//
// It decides nothing about what comes next; that is playbooks.Next. It has no
// goroutine and no memory: what is pending is read from the store.
//
// A step's state lives in one place, its task. A run says which revision it is
// pinned to and which task belongs to which step, and nothing more.
//
// What it promises to old data: a revision, once stored, is never written
// again except for its standing (draft, published, retired); a run can always
// be shown with the text people had before them.
package runner
