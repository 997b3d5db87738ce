// Package notify is who must be told, in what words, and what became of it. This
// package holds what channels and senders share: a message, one hand-over, and
// what is known of how it ended.
//
// It sends nothing: channels are packages of their own, and when and whether to
// try again is decided by notify/outbox.
package notify
