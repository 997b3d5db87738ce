package smtptest

import (
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// Require is the environment variable under which a test that finds no real
// mail server fails instead of being skipped.
const Require = "TOCSIN_TEST_REQUIRE"

// Tool finds one of Postfix's programs, or skips the test where it is not installed.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/" + name) // not in everybody's PATH
	}
	if err != nil {
		if os.Getenv(Require) != "" {
			t.Fatalf("%s, of the Debian package postfix, is required here and was not found", name)
		}
		t.Skipf("%s, of the Debian package postfix, was not found", name)
	}
	return path
}

// Sink starts Postfix's smtp-sink, which takes all mail and keeps none, and
// gives its port. It skips the test where it is not installed.
func Sink(t testing.TB) int {
	t.Helper()
	path := Tool(t, "smtp-sink")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	at := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	args := []string{"-m", "2000", at, "1000"} // sessions at once, and those that wait
	if os.Getuid() == 0 {
		args = append([]string{"-u", "nobody"}, args...)
	}
	run := exec.Command(path, args...)
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = run.Process.Kill()
		_ = run.Wait()
	})
	for range 300 {
		if c, err := net.Dial("tcp", at); err == nil {
			_ = c.Close()
			return port
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("smtp-sink does not answer")
	return 0
}
