// Package hooks takes alerts in: POST /hooks/{source}, one configured source
// being one parser, one verifier and one list of triage rules.
//
// A call is read (at most a mebibyte), checked over its raw bytes, read into
// normalised alerts and handed to the desk, which keeps the call and all it
// leads to in one transaction. Only then is it answered 202, so a sender that
// got no 202 may send again and loses nothing; a call seen before changes
// nothing.
//
// What is authentic but unreadable is answered 422 with every problem and its
// place, and is kept all the same: as an alert listed for triage, because many
// senders never try again and the alarm inside it may be the real one. What is
// not authentic is never kept.
//
// It is not a rule engine: casework decides what an alert opens. It starts no
// legal clock and makes no request of its own. It logs source names and ids,
// never a byte of what was sent.
//
// Adding a format is one file with its parser, one line in parserOf, and its
// payloads under testdata.
//
// Promises to old data: fingerprints of a parser never change their form, or an
// alert that is still firing would look new. The raw bytes of every call are
// kept by the store, so a better parser can read them again.
package hooks
