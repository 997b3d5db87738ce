// Package notifytest is for tests of channels: what every mail channel promises,
// and a mail server that answers by a script, down to dropping the line at a
// given moment.
package notifytest

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
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
	DropAtMailbox  Move = "drop at RCPT"    // the same, one command later
	DropAtData     Move = "drop at DATA"    // the same, before any of the letter was sent
	DropMidway     Move = "drop midway"     // the line ends while the letter is being sent
	RefuseData     Move = "refuse data"     // 554 at DATA; the transaction stays open
	PutOffContent  Move = "put off content" // 451 after the dot
	Slow           Move = "slow"            // accepts a while after the dot
	DropAfterDot   Move = "drop after dot"  // the message is in, and no answer comes
	AcceptThenDrop Move = "accept and drop" // 250, and the line ends
)

// secretAddress is one that the server repeats, as servers do; no record may.
const secretAddress = "p1@mail.example"

// slowness is how long Slow takes.
const slowness = 150 * time.Millisecond

// Server is a mail server on loopback that plays a script.
type Server struct {
	Port   int
	safety Safety

	mu       sync.Mutex
	script   []Move
	commands int
	messages []string // as they came, header and body
	sessions int
	froms    []string // MAIL commands
}

// Safety is how a server protects itself.
type Safety struct {
	Config   *tls.Config // nil: no encryption
	Early    bool        // TLS from the first byte, and not by STARTTLS
	Password string      // must be given by AUTH PLAIN before MAIL; a wrong one is repeated in the refusal
}

// Start starts a server that plays the moves in order, one a message, and
// accepts what comes after them.
func Start(t testing.TB, script ...Move) *Server {
	t.Helper()
	return StartSafe(t, Safety{}, script...)
}

// StartSafe is Start with encryption and sign-in.
func StartSafe(t testing.TB, safety Safety, script ...Move) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Port: l.Addr().(*net.TCPAddr).Port, safety: safety, script: script}
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

// Commands is how many commands came, over all connections.
func (s *Server) Commands() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commands
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
	defer func() { _ = c.Close() }()
	encrypted := s.safety.Early
	if encrypted {
		c = tls.Server(c, s.safety.Config)
	}
	s.mu.Lock()
	s.sessions++
	s.mu.Unlock()
	say := func(format string, args ...any) { fmt.Fprintf(c, format+"\r\n", args...) }
	say("220 mail.example ESMTP")
	in := bufio.NewReader(c)
	var move Move
	begun := false // a MAIL whose message did not end yet
	known := s.safety.Password == ""
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		s.mu.Lock()
		s.commands++
		s.mu.Unlock()
		verb := strings.ToUpper(strings.Fields(line + " .")[0])
		switch verb {
		case "EHLO":
			say("250-mail.example")
			say("250-SMTPUTF8")
			if s.safety.Config != nil && !encrypted {
				say("250-STARTTLS")
			}
			if s.safety.Password != "" && encrypted {
				say("250-AUTH PLAIN")
			}
			say("250 8BITMIME")
		case "STARTTLS":
			say("220 go ahead")
			c = tls.Server(c, s.safety.Config)
			in.Reset(c)
			encrypted = true
		case "AUTH":
			raw, _ := base64.StdEncoding.DecodeString(strings.Fields(line + " . .")[2])
			parts := strings.Split(string(raw), "\x00") // identity, user, password (RFC 4616)
			if known = parts[len(parts)-1] == s.safety.Password; known {
				say("235 2.7.0 welcome")
			} else {
				say("535 5.7.8 not %s", parts[len(parts)-1])
			}
		case "HELO", "NOOP", "RSET":
			begun = begun && verb == "NOOP"
			say("250 OK")
		case "MAIL":
			if !known {
				say("530 5.7.0 sign in first")
				continue
			}
			if begun {
				say("503 5.5.1 nested MAIL command")
				continue
			}
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
				begun = true
				say("250 2.1.0 OK")
			}
		case "RCPT":
			switch move {
			case DropAtMailbox:
				return
			case RefuseMailbox:
				say("550 5.1.1 <%s> no such mailbox", secretAddress)
			case PutOff:
				say("451 4.2.1 try later")
			default:
				say("250 2.1.5 OK")
			}
		case "DATA":
			switch move {
			case DropAtData:
				return
			case RefuseData:
				say("554 5.5.1 no valid recipients")
				continue
			}
			say("354 go ahead")
			if move == DropMidway {
				_, _ = in.ReadString('\n')
				return
			}
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
			begun = false
			switch move {
			case RefuseContent:
				say("554 5.6.0 not this for <%s>", secretAddress)
				continue
			case PutOffContent:
				say("451 4.7.1 scanner busy")
				continue
			}
			s.mu.Lock()
			s.messages = append(s.messages, body.String())
			n := len(s.messages)
			s.mu.Unlock()
			switch move {
			case Slow:
				time.Sleep(slowness)
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
