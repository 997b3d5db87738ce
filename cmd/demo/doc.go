// Package demo plays the whole job on a made-up insurer, in a temporary folder
// and through the program's own doors: a signed alert webhook, signed Slack
// commands, the console's forms, and SMTP to a server it starts itself.
//
// Nothing in it reaches around a door: what it does, a person or a machine could
// do with the same request. Names, addresses and numbers are invented; every mail
// domain is reserved for documentation and nothing leaves this machine.
package demo
