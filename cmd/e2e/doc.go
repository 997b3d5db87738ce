// Package e2e holds tests of the whole program: the built binary, a real
// browser, a real mail server, a crash and a restart. It exports nothing.
package e2e
