// Package casework is what people and machines do to a case. The Desk has one
// method per act; each loads the incident, asks incident.Can, changes it,
// records an audit entry, writes the timeline and lets the reactors answer,
// all in one transaction or not at all.
//
// It is not a door: it knows no HTTP and no Slack, and takes the principal as
// an argument. It decides nothing about law or letters; those react.
//
// Functions that take a *ledger.Tx join a transaction; methods of Desk open one.
package casework
