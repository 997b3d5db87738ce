// Package incident is the domain of a personal-data breach: incidents and
// their milestones, facts, tasks, evidence and timeline, who may do what to
// them, and the one error type of the program.
//
// It holds types and rules only. It does no I/O, knows no store and no web,
// and uses the standard library alone. Its stored structs are read from old
// data folders for ever: fields are added, never renamed or reused.
package incident
