// Package notifytest is for tests of channels: a mail server that answers by a
// script, down to dropping the line at a given moment.
package notifytest

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
)

// Move is what the server does with one message.
type Move string

const (
	Accept         Move = "accept"
	RefuseMailbox  Move = "refuse mailbox"  // 550 at RCPT
	RefuseContent  Move = "refuse content"  // 554 after the dot
	PutOff         Move = "put off"         // 451 at RCPT
	ShutDown       Move = "shut down"       // 421 at MAIL, and the line ends
	RefuseSender   Move = "refuse sender"   // 550 at MAIL
	DropAtMail     Move = "drop at MAIL"    // the line ends without a word
	DropAfterDot   Move = "drop after dot"  // the message is in, and no answer comes
	AcceptThenDrop Move = "accept and drop" // 250, and the line ends
)

// Server is a mail server on loopback that plays a script.
type Server struct {
	Port int

	mu       sync.Mutex
	script   []Move
	messages []string // as they came, header and body
	sessions int
	froms    []string // MAIL commands
}

// Start starts a server that plays the moves in order, one a message, and
// accepts what comes after them.
func Start(t testing.TB, script ...Move) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Port: l.Addr().(*net.TCPAddr).Port, script: script}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return s
}

// Messages gives the messages that were taken.
func (s *Server) Messages() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.messages...)
}

// Sessions is how many connections were made.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions
}

// Froms gives the MAIL commands as they came.
func (s *Server) Froms() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.froms...)
}

func (s *Server) next() Move {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.script) == 0 {
		return Accept
	}
	m := s.script[0]
	s.script = s.script[1:]
	return m
}

// serve speaks the server's side of RFC 5321, as far as a sender of one
// recipient a message needs it.
func (s *Server) serve(c net.Conn) {
	defer c.Close()
	s.mu.Lock()
	s.sessions++
	s.mu.Unlock()
	say := func(format string, args ...any) { fmt.Fprintf(c, format+"\r\n", args...) }
	say("220 mail.example ESMTP")
	in := bufio.NewReader(c)
	var move Move
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb := strings.ToUpper(strings.Fields(line + " .")[0])
		switch verb {
		case "EHLO":
			say("250-mail.example")
			say("250-SMTPUTF8")
			say("250 8BITMIME")
		case "HELO", "NOOP", "RSET":
			say("250 OK")
		case "MAIL":
			s.mu.Lock()
			s.froms = append(s.froms, strings.TrimSpace(line))
			s.mu.Unlock()
			switch move = s.next(); move {
			case DropAtMail:
				return
			case ShutDown:
				say("421 4.3.2 closing")
				return
			case RefuseSender:
				say("550 5.7.1 sender refused")
			default:
				say("250 2.1.0 OK")
			}
		case "RCPT":
			switch move {
			case RefuseMailbox:
				say("550 5.1.1 no such mailbox")
			case PutOff:
				say("451 4.2.1 try later")
			default:
				say("250 2.1.5 OK")
			}
		case "DATA":
			say("354 go ahead")
			var body strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return // cut off: nothing was taken
				}
				if line == ".\r\n" {
					break
				}
				body.WriteString(strings.TrimPrefix(line, "."))
			}
			if move == RefuseContent {
				say("554 5.6.0 not this")
				continue
			}
			s.mu.Lock()
			s.messages = append(s.messages, body.String())
			n := len(s.messages)
			s.mu.Unlock()
			switch move {
			case DropAfterDot:
				return
			case AcceptThenDrop:
				say("250 2.0.0 Ok: queued as Q%d", n)
				return
			}
			say("250 2.0.0 Ok: queued as Q%d", n)
		case "QUIT":
			say("221 bye")
			return
		default:
			say("502 5.5.1 no")
		}
	}
}
