// Package web is the front door: the gin engine, the list of all routes, what
// every request passes through, and the one place where a kind of error becomes
// an HTTP status.
//
// It decides nothing about a case. A route names the action it performs; the
// guard asks incident.Can about actions across incidents, and the desk asks it
// again, and alone, about those on one incident. Pages are in web/console, the
// look in web/view, who is asking in web/auth. Alert hooks, Slack and the JSON
// API are handlers of their own that are mounted here, or answered 404.
//
// Pages change state only by POST, guarded by http.CrossOriginProtection, so no
// form needs a token. The hooks, Slack and the API carry no cookies and check
// their own callers.
//
// Logs and metrics name routes by pattern ("/enrol/:secret"), never by address,
// and hold no query, no IP address and nobody's name.
//
// Promises: the paths in contract.md. Addresses of pages are kept, or redirected,
// because people paste them into tickets.
package web
