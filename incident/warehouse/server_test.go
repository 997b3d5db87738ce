//go:build unix

package warehouse

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// server is a database server of the tests' own, on a socket in its own folder.
type server struct {
	dir  string
	run  *exec.Cmd
	done chan error
}

var (
	servers        []*server // to be ended
	postgresServer = sync.OnceValues(startPostgres)
	mariaServer    = sync.OnceValues(startMaria)
	errMissing     = errors.New("not installed")
)

func TestMain(m *testing.M) {
	code := m.Run()
	for _, s := range servers {
		s.stop()
	}
	os.Exit(code)
}

// need gives a running server. Where it is not installed the test is skipped, unless the tests must be whole.
func need(t testing.TB, start func() (*server, error)) *server {
	t.Helper()
	s, err := start()
	if errors.Is(err, errMissing) && os.Getenv("TOCSIN_TEST_REQUIRE") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// find looks for a program where servers are put.
func find(name string, folders ...string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, pattern := range folders {
		found, _ := filepath.Glob(filepath.Join(pattern, name))
		if len(found) > 0 {
			return slices.Max(found), nil
		}
	}
	return "", fmt.Errorf("%s is %w", name, errMissing)
}

// newServer makes its folder. Servers refuse to run as root: as root, nobody's own user is taken.
func newServer(users ...string) (*server, *syscall.SysProcAttr, error) {
	dir, err := os.MkdirTemp("", "tocsin-db-")
	if err != nil {
		return nil, nil, err
	}
	s, as := &server{dir: dir, done: make(chan error, 1)}, &syscall.SysProcAttr{}
	servers = append(servers, s)
	if os.Getuid() != 0 {
		return s, as, nil
	}
	for _, name := range append(users, "nobody") {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return s, as, os.Chown(dir, uid, gid)
	}
	return nil, nil, errors.New("there is no user to run a database server as")
}

func (s *server) start(as *syscall.SysProcAttr, program string, args ...string) error {
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	s.run = exec.Command(program, args...)
	s.run.SysProcAttr, s.run.Dir, s.run.Stdout, s.run.Stderr = as, s.dir, log, log
	if err := s.run.Start(); err != nil {
		return err
	}
	go func() { s.done <- s.run.Wait() }()
	return nil
}

// await waits until the server takes connections.
func (s *server) await(try func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	for {
		err := try(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-s.done:
			s.done <- nil
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("the server ended: %s", log)
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (s *server) stop() {
	if s.run != nil && s.run.Process != nil {
		_ = s.run.Process.Signal(syscall.SIGINT) // PostgreSQL: end now, MariaDB ignores it
		_ = s.run.Process.Signal(syscall.SIGTERM)
		select {
		case <-s.done:
		case <-time.After(20 * time.Second):
			_ = s.run.Process.Kill()
			<-s.done
		}
	}
	_ = os.RemoveAll(s.dir)
}

func command(as *syscall.SysProcAttr, dir, program string, args ...string) error {
	run := exec.Command(program, args...)
	run.SysProcAttr, run.Dir = as, dir
	if out, err := run.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(program), err, out)
	}
	return nil
}

func startPostgres() (*server, error) {
	places := []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin"}
	initdb, err := find("initdb", places...)
	if err != nil {
		return nil, err
	}
	postgres, err := find("postgres", places...)
	if err != nil {
		return nil, err
	}
	s, as, err := newServer("postgres")
	if err != nil {
		return nil, err
	}
	data := filepath.Join(s.dir, "data")
	if err := command(as, s.dir, initdb, "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"); err != nil {
		return nil, err
	}
	err = s.start(as, postgres, "-D", data, "-F", "-k", s.dir, "-c", "listen_addresses=", "-c", "shared_buffers=64MB",
		"-c", "max_connections=20", "-c", "autovacuum=off", "-c", "max_wal_size=2GB", "-c", "log_min_messages=fatal")
	if err != nil {
		return nil, err
	}
	return s, s.await(func(ctx context.Context) error {
		conn, err := pgconn.Connect(ctx, s.postgresDSN("postgres"))
		if err != nil {
			return err
		}
		return conn.Close(ctx)
	})
}

func (s *server) postgresDSN(database string) string {
	return "host=" + s.dir + " user=tester dbname=" + database + " sslmode=disable"
}

// database makes a database, runs statements in it and gives its address.
func (s *server) database(t testing.TB, name string, statements ...string) string {
	t.Helper()
	s.postgresExec(t, "postgres", `CREATE DATABASE "`+name+`"`)
	s.postgresExec(t, name, statements...)
	return s.postgresDSN(name)
}

func (s *server) postgresExec(t testing.TB, database string, statements ...string) {
	t.Helper()
	conn, err := pgconn.Connect(t.Context(), s.postgresDSN(database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, statement := range statements {
		if _, err := conn.Exec(t.Context(), statement).ReadAll(); err != nil {
			t.Fatalf("%v in %.200s", err, statement)
		}
	}
}

func startMaria() (*server, error) {
	places := []string{"/usr/sbin", "/usr/bin", "/opt/homebrew/opt/mariadb/bin"}
	install, err := find("mariadb-install-db", places...)
	if err != nil {
		return nil, err
	}
	mariadbd, err := find("mariadbd", places...)
	if err != nil {
		return nil, err
	}
	s, as, err := newServer("mysql")
	if err != nil {
		return nil, err
	}
	data := "--datadir=" + filepath.Join(s.dir, "data")
	if err := command(as, s.dir, install, "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"); err != nil {
		return nil, err
	}
	socket := filepath.Join(s.dir, "sock")
	err = s.start(as, mariadbd, "--no-defaults", data, "--socket="+socket, "--skip-networking", "--innodb-buffer-pool-size=16M",
		"--innodb-flush-log-at-trx-commit=0", "--pid-file="+filepath.Join(s.dir, "pid"), "--performance-schema=off")
	if err != nil {
		return nil, err
	}
	return s, s.await(func(context.Context) error {
		conn, err := net.Dial("unix", socket)
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

func (s *server) mariaDSN(database string) string {
	return "root@unix(" + filepath.Join(s.dir, "sock") + ")/" + database
}

// csvRows makes rows for COPY … WITH (FORMAT csv).
func (s *server) copyIn(t testing.TB, database, statement, rows string) {
	t.Helper()
	conn, err := pgconn.Connect(t.Context(), s.postgresDSN(database))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.CopyFrom(t.Context(), strings.NewReader(rows), statement); err != nil {
		t.Fatal(err)
	}
}
