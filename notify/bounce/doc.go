// Package bounce reads what mail servers send back: a letter that was returned,
// one that is late, one that arrived.
//
// It knows the delivery reports of RFC 3464 and their internationalised form of
// RFC 6533, and the plain texts of Exim and qmail. It says which of our
// messages a report is about by the Message-ID of what was returned, and keeps no address:
// whoever reads a Report learns nothing of a person. It also empties a Maildir
// of such messages.
//
// It neither looks anything up nor decides what follows; notify/outbox does.
package bounce
