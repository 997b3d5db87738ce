// Package api is the JSON API under /api/v1: the same acts as the console, for
// machines with a bearer token.
//
// It decides nothing. Who may do what is incident.Can, asked by the desk, the
// runner and the outbox; what an input must look like is theirs too. Here a
// request is read strictly, handed on with a principal whose source is the API,
// and its outcome written as JSON or as a problem document (RFC 9457).
//
// Keys are snake_case, instants RFC 3339 in UTC. A key nobody knows, one given
// twice or in other letters is an error that names it. A list has "items" and
// "next"; next is null on the last page, else what to send as "after".
//
// A request that changes something may carry an Idempotency-Key. The same key,
// token and request get the same answer for a week, also after a restart; the
// same key on another request is a Conflict. See repeat.go for what happens when
// the program died in between.
//
// What it promises: paths and keys of version 1 are kept; answers gain keys and
// lose none. openapi.json describes every route, and a test holds it to that.
package api
