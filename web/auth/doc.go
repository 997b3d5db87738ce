// Package auth knows who is asking: accounts and their passwords, second
// factors, recovery codes, sessions, one-time links and API tokens.
//
// It is not where it is decided what a person may do to an incident: that is
// incident.Can, and the desk that asks it. auth only guards its own acts
// (accounts and tokens), which need the admin grant or the program itself.
//
// Every write is an act in the audit log: sign-in, refusal, lockout, sign-out,
// each change of an account, each link and token made, used or revoked. A
// session in use is noted at most four times per idle period, not on every
// request.
//
// What is kept: passwords as argon2id, recovery codes, session ids, links and
// token secrets as SHA-256 of values with at least 80 random bits, TOTP secrets
// as they are (they must be), everything sealed under the store's system key.
// Keys and audit entries hold ids only, never a name or an address.
//
// Promises to old data: the stored structs only ever gain fields; an argon2id
// hash made with other parameters keeps working and is renewed at the next
// sign-in.
package auth
