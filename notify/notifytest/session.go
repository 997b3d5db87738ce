package notifytest

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"strings"
)

// session is one connection to a Server.
type session struct {
	s         *Server
	c         net.Conn
	in        *bufio.Reader
	encrypted bool
	known     bool // signed in, or need not
	move      Move
	begun     bool // a MAIL whose message did not end yet
	mailbox   bool // it has a recipient
	carried   int
}

func (s *Server) serve(c net.Conn) {
	n := &session{s: s, c: c, known: s.safety.Password == ""}
	if s.safety.Early {
		n.encrypted, n.c = true, tls.Server(c, s.safety.Config)
	}
	defer func() { _ = n.c.Close() }()
	s.mu.Lock()
	s.sessions++
	s.mu.Unlock()
	n.in = bufio.NewReader(n.c)
	n.say("220 mail.example ESMTP")
	for {
		line, err := n.in.ReadString('\n')
		if err != nil {
			return
		}
		s.mu.Lock()
		s.commands++
		s.mu.Unlock()
		if !n.command(line) {
			return
		}
	}
}

func (n *session) say(format string, args ...any) { fmt.Fprintf(n.c, format+"\r\n", args...) }

// stall says nothing more until the other side, or the test, ends the line.
func (n *session) stall() bool {
	gone := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, n.in)
		close(gone)
	}()
	select {
	case <-gone:
	case <-n.s.ended:
	}
	return false
}

// command answers one command; false ends the line. It speaks the server's side of
// RFC 5321 as far as a sender of one recipient a message needs it.
func (n *session) command(line string) bool {
	switch verb := strings.ToUpper(strings.Fields(line + " .")[0]); verb {
	case "EHLO":
		n.greet()
	case "STARTTLS":
		n.say("220 go ahead")
		n.c = tls.Server(n.c, n.s.safety.Config)
		n.in.Reset(n.c)
		n.encrypted = true
	case "AUTH":
		raw, _ := base64.StdEncoding.DecodeString(strings.Fields(line + " . .")[2])
		parts := strings.Split(string(raw), "\x00") // identity, user, password (RFC 4616)
		if n.known = parts[len(parts)-1] == n.s.safety.Password; n.known {
			n.say("235 2.7.0 welcome")
		} else {
			n.say("535 5.7.8 not %s", parts[len(parts)-1])
		}
	case "HELO", "NOOP", "RSET":
		n.begun, n.mailbox = n.begun && verb == "NOOP", n.mailbox && verb == "NOOP"
		n.say("250 OK")
	case "MAIL":
		return n.mail(line)
	case "RCPT":
		return n.rcpt()
	case "DATA":
		return n.data()
	case "QUIT":
		n.say("221 bye")
		return false
	default:
		n.say("502 5.5.1 no")
	}
	return true
}

func (n *session) greet() {
	n.say("250-mail.example")
	n.say("250-SMTPUTF8")
	n.say("250-SIZE 100000000")
	if n.s.safety.Pipelining {
		n.say("250-PIPELINING")
	}
	if n.s.safety.Config != nil && !n.encrypted {
		n.say("250-STARTTLS")
	}
	if n.s.safety.Password != "" && n.encrypted {
		n.say("250-AUTH PLAIN")
	}
	n.say("250 8BITMIME")
}
