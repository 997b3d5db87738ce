package outbox_test

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/notify/smtp/smtptest"
)

// postfix is a Postfix of its own: its queue, its configuration and its port are
// this test's alone. What it takes it hands on to box, which counts.
type postfix struct {
	port  int
	queue string
}

const postfixMain = `compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.example
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
relayhost = [127.0.0.1]:%[2]d
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtp_dns_support_level = disabled
smtp_tls_security_level = none
smtpd_tls_security_level = none
default_destination_concurrency_limit = 20
initial_destination_concurrency = 20
maillog_file = %[1]s/mail.log
maillog_file_prefixes = %[1]s
`

const postfixMaster = `127.0.0.1:%[1]d inet n - n - 60 smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - 20 smtp
relay unix - - n - 20 smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`

// startPostfix starts one that hands on to the server on port next. It needs the
// package, and root: Postfix takes other rights from itself.
func startPostfix(t *testing.T, next int) *postfix {
	t.Helper()
	program, err := exec.LookPath("postfix")
	if err != nil {
		program = "/usr/sbin/postfix"
	}
	if _, err := os.Stat(program); err != nil || os.Getuid() != 0 {
		if os.Getenv(smtptest.Require) != "" && os.Getuid() == 0 {
			t.Fatal("there is no Postfix: install the package postfix")
		}
		t.Skip("it needs root and the package postfix")
	}
	dir, err := os.MkdirTemp("", "tocsin-postfix-")
	must(t, err)
	must(t, os.Chmod(dir, 0o755)) // its processes are another user's
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	p := &postfix{port: l.Addr().(*net.TCPAddr).Port, queue: filepath.Join(dir, "queue")}
	must(t, l.Close())
	for _, sub := range []string{"etc", "queue", "data"} {
		must(t, os.Mkdir(filepath.Join(dir, sub), 0o755))
	}
	etc := filepath.Join(dir, "etc")
	must(t, os.WriteFile(filepath.Join(etc, "main.cf"), fmt.Appendf(nil, postfixMain, dir, next), 0o644))
	must(t, os.WriteFile(filepath.Join(etc, "master.cf"), fmt.Appendf(nil, postfixMaster, p.port), 0o644))
	run := func(args ...string) ([]byte, error) {
		return exec.Command(program, append([]string{"-c", etc}, args...)...).CombinedOutput()
	}
	if out, err := exec.Command("chown", "postfix", filepath.Join(dir, "data")).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	if out, err := run("start"); err != nil {
		t.Fatalf("postfix does not start: %v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := run("stop"); err != nil {
			t.Logf("postfix stop: %v %s", err, out)
		}
		if t.Failed() {
			raw, _ := os.ReadFile(filepath.Join(dir, "mail.log"))
			lines := strings.Split(string(raw), "\n")
			t.Logf("the end of its log:\n%s", strings.Join(lines[max(0, len(lines)-20):], "\n"))
		}
	})
	for range 200 {
		if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", p.port)); err == nil {
			_ = c.Close()
			return p
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatal("postfix does not answer")
	return nil
}

// waiting is how many letters it has not handed on.
func (p *postfix) waiting(t *testing.T) int {
	t.Helper()
	n := 0
	for _, sub := range []string{"incoming", "active", "deferred", "maildrop"} {
		err := filepath.WalkDir(filepath.Join(p.queue, sub), func(_ string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				n++
			}
			return nil // files move while they are looked at
		})
		must(t, err)
	}
	return n
}

// drain waits until everything was handed on.
func (p *postfix) drain(t *testing.T) {
	t.Helper()
	for range 2400 {
		if p.waiting(t) == 0 {
			time.Sleep(100 * time.Millisecond)
			if p.waiting(t) == 0 {
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("postfix still holds %d letters", p.waiting(t))
}
