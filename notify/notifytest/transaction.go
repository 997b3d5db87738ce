package notifytest

import (
	"io"
	"strings"
	"time"
)

func (n *session) mail(line string) bool {
	if !n.known {
		n.say("530 5.7.0 sign in first")
		return true
	}
	if n.begun {
		n.say("503 5.5.1 nested MAIL command")
		return true
	}
	n.s.mu.Lock()
	n.s.froms = append(n.s.froms, strings.TrimSpace(line))
	n.s.mu.Unlock()
	switch n.move = n.s.next(); n.move {
	case DropAtMail:
		return false
	case ShutDown:
		n.say("421 4.3.2 closing")
		return false
	case RefuseSender, TakeNobodys:
		n.say("550 5.7.1 sender refused")
	case PutOffSender:
		n.say("451 4.7.1 greylisted")
	case TooBigDeclared:
		n.say("552 5.3.4 message size exceeds limit")
	case GarbageAtMail:
		n.say("<html>who are you?</html>")
	case EndlessLine:
		n.say("250-%s", strings.Repeat("very ", 10000))
	default:
		n.begun = true
		n.say("250 2.1.0 OK")
	}
	return true
}

func (n *session) rcpt() bool {
	if !n.begun && n.move != TakeNobodys {
		n.say("503 5.5.1 no MAIL yet")
		return true
	}
	switch n.move {
	case DropAtMailbox:
		return false
	case ShutDownAtMailbox:
		n.say("421 4.3.2 closing")
		return false
	case RefuseMailbox, TakeAnyway:
		n.say("550 5.1.1 <%s> no such mailbox", secretAddress)
	case PutOff:
		n.say("450 4.2.1 try later")
	case EndlessAnswer:
		for range 100000 {
			if _, err := io.WriteString(n.c, "250-2.1.5 and so on\r\n"); err != nil {
				return false
			}
		}
	default:
		n.mailbox = true
		n.say("250 2.1.5 OK")
	}
	return true
}

func (n *session) data() bool {
	switch {
	case n.move == DropAtData:
		return false
	case n.move == ShutDownAtData:
		n.say("421 4.3.2 closing")
		return false
	case n.move == StallAtData:
		return n.stall()
	case n.move == TakeAtData:
		n.say("250 2.0.0 OK, whatever it is")
		return true
	case n.move == RefuseData, !n.mailbox && n.move != TakeAnyway:
		n.say("554 5.5.1 no valid recipients")
		return true
	}
	if n.move == AnswerEarly {
		n.say("354 go ahead\r\n250 2.0.0 have it already")
		return n.stall()
	}
	n.say("354 go ahead")
	text, whole := n.text()
	if !whole {
		return false
	}
	return n.end(text)
}

// text reads a letter up to its dot; whole is false where it did not come that far.
func (n *session) text() (text string, whole bool) {
	var body strings.Builder
	for {
		line, err := n.in.ReadString('\n')
		switch {
		case err != nil:
			return "", false // cut off: nothing is taken
		case n.move == DropMidway:
			return "", false
		case n.move == TooBigMidway && body.Len() > 10000:
			n.say("552 5.3.4 message too big")
			return "", false
		case line == ".\r\n":
			if n.s.safety.Forgets {
				_, _ = n.in.Discard(n.in.Buffered())
			}
			return body.String(), n.move != DropBeforeDot
		}
		body.WriteString(strings.TrimPrefix(line, "."))
	}
}

// end answers the dot.
func (n *session) end(text string) bool {
	somebody := n.mailbox
	n.begun, n.mailbox = false, false
	if !somebody {
		n.say("554 5.5.1 no valid recipients")
		return true
	}
	switch n.move {
	case RefuseContent:
		n.say("554 5.6.0 not this for <%s>", secretAddress)
		return true
	case PutOffContent:
		n.say("451 4.7.1 scanner busy")
		return true
	case TooBig:
		n.say("552 5.3.4 message size exceeds limit")
		return true
	case ShutDownAfterDot:
		n.say("421 4.3.2 closing")
		return false
	}
	k := n.s.hold(text)
	n.carried++
	switch n.move {
	case Slow:
		time.Sleep(slowness)
	case DropAfterDot:
		return false
	case StallAfterDot:
		return n.stall()
	case DripAfterDot:
		for _, c := range "250 2.0.0 " + strings.Repeat("a", 100000) {
			if _, err := io.WriteString(n.c, string(c)); err != nil {
				return false
			}
			time.Sleep(drip)
		}
	case GarbageAtEnd:
		n.say("\x00\x01 thanks")
		return true
	case OddCode:
		n.say("354 go on")
		return true
	case ContinueAnswer:
		n.say("250-2.0.0 Ok: queued as Q%d", k)
		n.say("550 5.0.0 or not")
		return true
	}
	again := ""
	switch n.move {
	case AcceptShutDown:
		again = "\r\n421 4.3.2 closing"
	case AnswerTwice:
		again = "\r\n250 2.0.0 Ok"
	}
	n.say("250 2.0.0 Ok: queued as Q%d%s", k, again)
	if n.move == AcceptThenDrop || n.move == AcceptShutDown {
		return false
	}
	return n.s.safety.Limit == 0 || n.carried < n.s.safety.Limit
}
