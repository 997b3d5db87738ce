package notifytest

import (
	"strings"

	"tocsin/notify"
)

// Move is what the server does with one message.
type Move string

const (
	Accept         Move = "accept"
	RefuseMailbox  Move = "refuse mailbox"  // 550 at RCPT
	RefuseContent  Move = "refuse content"  // 554 after the dot
	PutOff         Move = "put off"         // 450 at RCPT
	PutOffSender   Move = "put off sender"  // 451 at MAIL
	ShutDown       Move = "shut down"       // 421 at MAIL, and the line ends
	RefuseSender   Move = "refuse sender"   // 550 at MAIL
	DropAtMail     Move = "drop at MAIL"    // the line ends without a word
	DropAtMailbox  Move = "drop at RCPT"    // the same, one command later
	DropAtData     Move = "drop at DATA"    // the same, before any of the letter was sent
	DropMidway     Move = "drop midway"     // the line ends while the letter is being sent
	RefuseData     Move = "refuse data"     // 554 at DATA; the transaction stays open
	PutOffContent  Move = "put off content" // 451 after the dot
	Slow           Move = "slow"            // accepts a while after the dot
	DropAfterDot   Move = "drop after dot"  // the message is in, and no answer comes
	AcceptThenDrop Move = "accept and drop" // 250, and the line ends

	ShutDownAtMailbox Move = "shut down at RCPT"   // 421 and the end, in the middle of a transaction
	ShutDownAtData    Move = "shut down at DATA"   // the same, one command later
	ShutDownAfterDot  Move = "shut down after dot" // 421 and the end; the message is not in
	AcceptShutDown    Move = "accept, shut down"   // 250, then 421 unasked, and the end
	DropBeforeDot     Move = "drop before dot"     // it reads the letter, and hangs up at its last line
	StallAtData       Move = "stall at DATA"       // no answer, for as long as the line is there
	StallAfterDot     Move = "stall after dot"     // the same, with the message in
	DripAfterDot      Move = "drip after dot"      // the answer comes byte by byte and does not end in time
	TooBig            Move = "too big"             // 552 after the dot
	TooBigDeclared    Move = "too big, declared"   // 552 at MAIL, which says the size
	TooBigMidway      Move = "too big midway"      // 552 in the middle of the letter, and the line ends

	// The lies of a server that is broken, or not a mail server at all.
	TakeAnyway     Move = "354 without a recipient"  // RCPT is refused, DATA is not
	TakeNobodys    Move = "354 from a refused one"   // MAIL is refused, RCPT and DATA are not
	TakeAtData     Move = "250 to DATA"              // and no letter is waited for
	AnswerTwice    Move = "two answers to the dot"   // the message is in once
	AnswerEarly    Move = "250 before the letter"    // with the 354, unasked; what follows is thrown away
	GarbageAtMail  Move = "garbage at MAIL"          // no reply code
	GarbageAtEnd   Move = "garbage after dot"        // the same, with the message in
	EndlessLine    Move = "a line without an end"    // of an answer to MAIL
	EndlessAnswer  Move = "an answer without an end" // line after line, to RCPT
	OddCode        Move = "354 after the dot"        // the message is in
	ContinueAnswer Move = "an answer of two codes"   // 250-… 550 …, after the dot; the message is in
)

// ending is what a channel has to report of a move, and the code with it. A letter that
// was read up to its dot is uncertain, whether the server took it or not: nobody can tell.
type ending struct {
	move Move
	want notify.Outcome
	code int
}

// endings are the moves a conformance test plays one by one.
func endings() []ending {
	return []ending{
		{Accept, notify.Accepted, 250}, {RefuseMailbox, notify.Rejected, 550}, {RefuseContent, notify.Rejected, 554}, {PutOff, notify.Deferred, 450},
		{PutOffSender, notify.Deferred, 451}, {ShutDown, notify.Deferred, 421}, {RefuseSender, notify.Deferred, 550}, {DropAtMail, notify.Deferred, 0},
		{DropAtMailbox, notify.Deferred, 0}, {DropAtData, notify.Deferred, 0}, {DropMidway, notify.Deferred, 0}, {RefuseData, notify.Rejected, 554},
		{PutOffContent, notify.Deferred, 451}, {Slow, notify.Accepted, 250}, {DropAfterDot, notify.Uncertain, 0}, {AcceptThenDrop, notify.Accepted, 250},
		{ShutDownAtMailbox, notify.Deferred, 421}, {ShutDownAtData, notify.Deferred, 421}, {ShutDownAfterDot, notify.Deferred, 421},
		{AcceptShutDown, notify.Accepted, 250}, {StallAtData, notify.Deferred, 0}, {StallAfterDot, notify.Uncertain, 0}, {DripAfterDot, notify.Uncertain, 0},
		{DropBeforeDot, notify.Uncertain, 0}, {TooBig, notify.Rejected, 552}, {TooBigDeclared, notify.Rejected, 552},
		{TakeAnyway, notify.Rejected, 550}, {TakeNobodys, notify.Deferred, 550}, {TakeAtData, notify.Deferred, 0}, {AnswerTwice, notify.Accepted, 250},
		{AnswerEarly, notify.Deferred, 0}, {GarbageAtMail, notify.Deferred, 0}, {GarbageAtEnd, notify.Uncertain, 0}, {EndlessLine, notify.Deferred, 0},
		{EndlessAnswer, notify.Deferred, 0}, {OddCode, notify.Uncertain, 354}, {ContinueAnswer, notify.Uncertain, 0},
	}
}

// long makes a letter that cannot be on its way whole before the server acts.
func long(m notify.Message) notify.Message {
	m.Text = strings.Repeat("we write to you about your data\n", 1<<18)
	return m
}
