// Package app puts the parts of Tocsin together: configuration, store, desk,
// library, channels and doors. New, Start, Addr, Stop; tests start it on port 0.
//
// It decides nothing about a case. What an operator can do at the machine is
// one list of operations, served over a socket in the data folder while the
// program runs and done directly while it does not.
package app
