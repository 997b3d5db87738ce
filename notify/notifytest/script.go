// Package notifytest is for tests of channels: what every mail channel promises,
// and a mail server that answers by a script, down to dropping the line at a
// given moment.
package notifytest

import (
	"crypto/tls"
	"net"
	"regexp"
	"sync"
	"testing"
	"time"
)

// secretAddress is one that the server repeats, as servers do; no record may.
const secretAddress = "p1@mail.example"

const (
	// slowness is how long Slow takes.
	slowness = 150 * time.Millisecond
	// drip is how long DripAfterDot takes over a byte.
	drip = 50 * time.Millisecond
)

// Server is a mail server on loopback that plays a script.
type Server struct {
	Port   int
	safety Safety
	ended  chan struct{}

	mu       sync.Mutex
	script   []Move
	commands int
	messages []string // as they came, header and body
	sessions int
	froms    []string // MAIL commands
}

// Safety is how a server protects itself, and how it lets itself be spoken to.
type Safety struct {
	Config     *tls.Config // nil: no encryption
	Early      bool        // TLS from the first byte, and not by STARTTLS
	Password   string      // must be given by AUTH PLAIN before MAIL; a wrong one is repeated in the refusal
	Pipelining bool        // it announces it (RFC 2920); it takes commands in groups in any case
	Forgets    bool        // it throws away what came in one go with the end of a message
	Limit      int         // messages a connection may carry; it closes the line after that many. 0: any number
}

// Start starts a server that plays the moves in order, one a message, and
// accepts what comes after them.
func Start(t testing.TB, script ...Move) *Server {
	t.Helper()
	return StartSafe(t, Safety{}, script...)
}

// StartSafe is Start with encryption, sign-in, and what else a Safety says.
func StartSafe(t testing.TB, safety Safety, script ...Move) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Port: l.Addr().(*net.TCPAddr).Port, safety: safety, script: script, ended: make(chan struct{})}
	t.Cleanup(func() {
		close(s.ended)
		_ = l.Close()
	})
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

var messageID = regexp.MustCompile(`(?m)^Message-ID: <([^@>]*)@`)

// Held is how often each message was taken, by the ID it was sent with. A message
// without one, such as an empty one, is held as "".
func (s *Server) Held() map[string]int {
	out := map[string]int{}
	for _, m := range s.Messages() {
		id := ""
		if found := messageID.FindStringSubmatch(m); found != nil {
			id = found[1]
		}
		out[id]++
	}
	return out
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

// hold takes a message and gives its number.
func (s *Server) hold(text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, text)
	return len(s.messages)
}
