package demo

import (
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// mailServer is a real SMTP server on loopback that counts what arrives. A
// mailbox that starts with "gone." does not exist; one that starts with "busy."
// is put off the first time.
type mailServer struct {
	server   *smtp.Server
	listener net.Listener

	mu       sync.Mutex
	arrived  map[string]int // customer → messages accepted after the final dot
	staff    int            // messages to the insurer's own people: reminders of deadlines
	bytes    int64
	refused  int
	putOff   map[string]bool
	sample   []byte // the first message, for a look
	sessions int
}

func startMailServer() (*mailServer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	m := &mailServer{listener: l, arrived: map[string]int{}, putOff: map[string]bool{}}
	m.server = smtp.NewServer(m)
	m.server.Domain = "mail.example"
	m.server.ReadTimeout, m.server.WriteTimeout = time.Minute, time.Minute
	m.server.MaxMessageBytes = 1 << 20
	go func() { _ = m.server.Serve(l) }()
	return m, nil
}

func (m *mailServer) addr() (host string, port int) {
	a := m.listener.Addr().(*net.TCPAddr)
	return a.IP.String(), a.Port
}

func (m *mailServer) stop() { _ = m.server.Close() }

// ownDomain is where the insurer's people read their mail.
const ownDomain = "halden.example"

// counts gives what arrived for customers: messages, distinct recipients, and the most one recipient got.
func (m *mailServer) counts() (messages, recipients, most int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, n := range m.arrived {
		messages += n
		most = max(most, n)
	}
	return messages, len(m.arrived), most
}

// reminders is how many messages came for the insurer's own people.
func (m *mailServer) reminders() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.staff
}

// NewSession is smtp.Backend.
func (m *mailServer) NewSession(*smtp.Conn) (smtp.Session, error) {
	m.mu.Lock()
	m.sessions++
	m.mu.Unlock()
	return &mailSession{m: m}, nil
}

type mailSession struct {
	m  *mailServer
	to []string
}

func (s *mailSession) Reset()                               { s.to = nil }
func (s *mailSession) Logout() error                        { return nil }
func (s *mailSession) Mail(string, *smtp.MailOptions) error { s.to = nil; return nil }

func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	switch {
	case strings.HasPrefix(to, "gone."):
		s.m.refused++
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	case strings.HasPrefix(to, "busy.") && !s.m.putOff[to]:
		s.m.putOff[to] = true
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "mailbox busy, try again"}
	}
	s.to = append(s.to, to)
	return nil
}

func (s *mailSession) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	for _, to := range s.to {
		if strings.HasSuffix(to, "@"+ownDomain) {
			s.m.staff++
			continue
		}
		s.m.arrived[to]++
	}
	s.m.bytes += int64(len(body))
	if s.m.sample == nil {
		s.m.sample = body
	}
	return nil
}
