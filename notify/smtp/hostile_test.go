package smtp_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/notify"
	"tocsin/notify/notifytest"
	"tocsin/notify/smtp"
)

// What a server can do to a message is in notifytest.Conform; here is what it can do
// before there is one, and to a line that is full.

// script is a server that says what it is given after each line it reads, and keeps
// what it read.
type script struct {
	port int
	mu   sync.Mutex
	got  []string
}

// play starts one; answer gives what it says to a line ("" is nothing), and ends the line
// where more is false. greeting comes first, byte by byte where drip is not 0.
func play(t *testing.T, greeting string, drip time.Duration, answer func(line string) (said string, more bool)) *script {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	fatal(t, err)
	t.Cleanup(func() { _ = l.Close() })
	s := &script{port: l.Addr().(*net.TCPAddr).Port}
	say := func(c net.Conn, text string) {
		if drip == 0 {
			_, _ = io.WriteString(c, text)
			return
		}
		for n := range len(text) {
			if _, err := io.WriteString(c, text[n:n+1]); err != nil {
				return
			}
			time.Sleep(drip)
		}
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				say(c, greeting)
				in := bufio.NewReader(c)
				for {
					line, err := in.ReadString('\n')
					if err != nil {
						return
					}
					line = strings.TrimSpace(line)
					s.mu.Lock()
					s.got = append(s.got, line)
					s.mu.Unlock()
					said, more := answer(line)
					say(c, said)
					if !more {
						return
					}
				}
			}()
		}
	}()
	return s
}

// heard reports whether it read a command that begins so.
func (s *script) heard(verb string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, line := range s.got {
		if strings.HasPrefix(strings.ToUpper(line), verb) {
			return true
		}
	}
	return false
}

// TestStrippedEncryption: somebody on the way takes STARTTLS out of what the server
// offers, or answers it himself. He gets neither the letter nor the password.
func TestStrippedEncryption(t *testing.T) {
	for name, starttls := range map[string]string{
		"not offered":           "",
		"refused":               "454 4.7.0 TLS not available\r\n",
		"answered in the clear": "220 go ahead\r\n250 in the clear\r\n250 AUTH PLAIN\r\n",
		"not understood":        "502 5.5.1 no\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := play(t, "220 mail.example\r\n", 0, func(line string) (string, bool) {
				switch {
				case strings.HasPrefix(line, "EHLO") && starttls == "":
					return "250-mail.example\r\n250 AUTH PLAIN LOGIN\r\n", true
				case strings.HasPrefix(line, "EHLO"):
					return "250-mail.example\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n", true
				case line == "STARTTLS":
					return starttls, true
				}
				return "250 OK\r\n", true
			})
			cfg := config(s.port)
			cfg.TLS, cfg.User, cfg.SecretEnv = "starttls", "tocsin", "MAIL_PASSWORD"
			c, err := smtp.New(cfg, smtp.Deps{Env: func(string) string { return password }, Patience: time.Second})
			fatal(t, err)
			defer c.Close()
			if r := c.Send(t.Context(), notifytest.Letter(1)); r.Outcome != notify.Deferred {
				t.Errorf("%+v", r)
			}
			if s.heard("MAIL") || s.heard("AUTH") {
				t.Errorf("it heard %q", s.got)
			}
		})
	}
}

// TestSignInRefused: with PIPELINING, too, nothing is sent before the server let us in.
func TestSignInRefused(t *testing.T) {
	cert, roots := certificate(t)
	s := notifytest.StartSafe(t, notifytest.Safety{Config: &tls.Config{Certificates: []tls.Certificate{cert}}, Password: password, Pipelining: true})
	cfg := config(s.Port)
	cfg.TLS, cfg.User, cfg.SecretEnv = "starttls", "tocsin", "MAIL_PASSWORD"
	secret := "wrong"
	open := func() *smtp.Channel {
		c, err := smtp.New(cfg, smtp.Deps{Roots: roots, Env: func(string) string { return secret }})
		fatal(t, err)
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	if r := open().Send(t.Context(), notifytest.Letter(1)); r.Outcome != notify.Deferred || r.Code != 535 || len(s.Froms()) != 0 {
		t.Errorf("%+v, and %v", r, s.Froms())
	}
	secret = password
	c := open()
	for n := range 50 {
		if r := c.Send(t.Context(), notifytest.Letter(n)); r.Outcome != notify.Accepted {
			t.Fatalf("%+v", r)
		}
	}
}

// TestSlowLoris: a server that says everything byte by byte holds a letter up no longer
// than an answer may take, wherever it begins with that.
func TestSlowLoris(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 3900) + "\r\n"
	for name, s := range map[string]*script{
		"greeting": play(t, "220 "+long, 2*time.Millisecond, func(string) (string, bool) { return "250 OK\r\n", true }),
		"MAIL": play(t, "220 x\r\n", 2*time.Millisecond, func(line string) (string, bool) {
			if strings.HasPrefix(line, "MAIL") {
				return "250 " + long, true
			}
			return "250 OK\r\n", true
		}),
	} {
		c := open(t, s.port, time.Second)
		begin := time.Now()
		if r := c.Send(t.Context(), notifytest.Letter(1)); r.Outcome != notify.Deferred {
			t.Errorf("%s: %+v", name, r)
		}
		if took := time.Since(begin); took > 8*time.Second {
			t.Errorf("%s: it took %s", name, took)
		}
		_ = c.Close()
	}
}

// TestLateAnswers: answers that come late and one at a time, but in time, are all waited
// for; those to a group are not taken for another's.
func TestLateAnswers(t *testing.T) {
	t.Parallel()
	for _, pipelining := range []bool{false, true} {
		s := notifytest.StartSafe(t, notifytest.Safety{Pipelining: pipelining}, notifytest.Slow, notifytest.Slow, notifytest.PutOff, notifytest.Slow, notifytest.RefuseMailbox)
		cfg := config(s.Port)
		cfg.Connections = 1
		c, err := smtp.New(cfg, smtp.Deps{Patience: 10 * time.Second})
		fatal(t, err)
		var wg sync.WaitGroup
		var seen [3]atomic.Int32
		for n := range 5 {
			wg.Go(func() {
				switch c.Send(t.Context(), notifytest.Letter(n)).Outcome {
				case notify.Accepted:
					seen[0].Add(1)
				case notify.Deferred:
					seen[1].Add(1)
				case notify.Rejected:
					seen[2].Add(1)
				}
			})
		}
		wg.Wait()
		if seen[0].Load() != 3 || seen[1].Load() != 1 || seen[2].Load() != 1 || len(s.Messages()) != 3 || s.Sessions() != 1 {
			t.Errorf("accepted, deferred, rejected: %d, %d, %d; %d messages over %d connections", seen[0].Load(), seen[1].Load(), seen[2].Load(), len(s.Messages()), s.Sessions())
		}
		_ = c.Close()
	}
}

// TestNobodysLetter: a server that refuses the recipient and still waits for a letter
// gets an empty one, to nobody (RFC 2920, 3.1), and the line is of use after that.
func TestNobodysLetter(t *testing.T) {
	s := notifytest.StartSafe(t, notifytest.Safety{Pipelining: true}, notifytest.TakeAnyway, notifytest.RefuseData, notifytest.RefuseMailbox, notifytest.RefuseContent)
	cfg := config(s.Port)
	cfg.Connections = 1
	c, err := smtp.New(cfg, smtp.Deps{Patience: 10 * time.Second})
	fatal(t, err)
	defer c.Close()
	for n := range 6 {
		want := notify.Rejected
		if n > 3 {
			want = notify.Accepted
		}
		if r := c.Send(t.Context(), notifytest.Letter(n)); r.Outcome != want {
			t.Errorf("message %d: %+v", n+1, r)
		}
	}
	if held := s.Held(); len(held) != 2 || s.Sessions() != 1 {
		t.Errorf("the server holds %v, over %d connections", held, s.Sessions())
	}
}

// TestOneRoundTripALetter: with PIPELINING the text of a letter and the commands of the
// next arrive together, so that a server can answer all of them at once.
func TestOneRoundTripALetter(t *testing.T) {
	var together, letters atomic.Int32
	l, err := net.Listen("tcp", "127.0.0.1:0")
	fatal(t, err)
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		in := bufio.NewReader(c)
		fmt.Fprint(c, "220 x\r\n")
		text := false
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			switch verb, _, _ := strings.Cut(strings.TrimSpace(line), " "); {
			case text && line == ".\r\n":
				text = false
				letters.Add(1)
				// What travelled with it is here already, or comes in a moment.
				time.Sleep(20 * time.Millisecond)
				if in.Buffered() > 0 || ready(c, in) {
					together.Add(1)
				}
				fmt.Fprint(c, "250 OK\r\n")
			case text:
			case verb == "EHLO":
				fmt.Fprint(c, "250-x\r\n250 PIPELINING\r\n")
			case verb == "DATA":
				text = true
				fmt.Fprint(c, "354 go\r\n")
			default:
				fmt.Fprint(c, "250 OK\r\n")
			}
		}
	}()
	cfg := config(l.Addr().(*net.TCPAddr).Port)
	cfg.Connections = 1
	c, err := smtp.New(cfg, smtp.Deps{Patience: 10 * time.Second})
	fatal(t, err)
	defer c.Close()
	var wg sync.WaitGroup
	for n := range 20 {
		wg.Go(func() {
			if r := c.Send(t.Context(), notifytest.Letter(n)); r.Outcome != notify.Accepted {
				t.Errorf("%+v", r)
			}
		})
	}
	wg.Wait()
	if letters.Load() != 20 || together.Load() < 17 { // the first may be alone, and the last is
		t.Errorf("of %d letters %d had the next one's commands with them", letters.Load(), together.Load())
	}
}

// ready reports whether more is on the line.
func ready(c net.Conn, in *bufio.Reader) bool {
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
	defer func() { _ = c.SetReadDeadline(time.Time{}) }()
	_, err := in.Peek(1)
	return err == nil
}
