// Package smtp is the mail channel: it hands letters to a mail server over
// connections it keeps open.
//
// go-mail writes the letters, dials, encrypts and signs in. The mail transactions
// on a line are this package's own, because a letter costs the library four round
// trips: where the server announces PIPELINING (RFC 2920), the commands of the next
// letter travel with the text of the one before, and a letter costs one. Elsewhere
// every command waits for its answer.
//
// It does not queue and does not try again; it says what is known of one
// hand-over. One message has one recipient, because a bad recipient would sink
// the others. A line that is lost once the final dot may have left leaves it uncertain
// whether the server took the message; before that it certainly did not. A server
// that answers what it was not asked is not listened to any further.
package smtp
