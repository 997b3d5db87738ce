// Command tocsin coordinates the response to a personal-data breach: one
// binary, one data folder. Each subcommand has a file of its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // deadlines are counted in the recipient's zone, on machines without a zone database too

	"github.com/alecthomas/kong"

	"tocsin/cmd/app"
)

// Exit codes, as scripts rely on them.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2
	exitWanting = 3 // checked and found wanting: lint, verify, assess --strict
)

// errWanting is returned by a command that did its check, has printed what it
// found, and found something wrong.
var errWanting = app.ErrWanting

// Globals is what every command gets: the world it may touch.
type Globals struct {
	Context context.Context
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Now     func() time.Time
	Getenv  func(string) string
}

type commands struct {
	Demo     DemoCmd     `cmd:"" help:"Watch a whole breach handled, on a made-up insurer."`
	Serve    ServeCmd    `cmd:"" help:"Run the server."`
	Config   ConfigCmd   `cmd:"" help:"Check the configuration."`
	Assess   AssessCmd   `cmd:"" help:"Facts in, obligations out: who must be told, by when, and why."`
	Rules    RulesCmd    `cmd:"" help:"The statutory library: what is covered, from which source, reviewed when."`
	Affected AffectedCmd `cmd:"" help:"Who is affected by exposed data."`
	Playbook PlaybookCmd `cmd:"" help:"The library of playbooks."`
	Evidence EvidenceCmd `cmd:"" help:"Evidence as a bag that anybody can check."`
	Register RegisterCmd `cmd:"" help:"The breach register."`
	Erasure  ErasureCmd  `cmd:"" help:"What is kept until when, and what was erased."`
	Audit    AuditCmd    `cmd:"" help:"Prove and export the audit log."`
	Backup   BackupCmd   `cmd:"" help:"Write a hot, consistent, sealed backup."`
	Restore  RestoreCmd  `cmd:"" help:"Put a backup back, after every byte of it was verified."`
	Fsck     FsckCmd     `cmd:"" help:"Check pages, values, keys, evidence and the audit log."`
	User     UserCmd     `cmd:"" help:"Accounts, without the console."`
	Token    TokenCmd    `cmd:"" help:"API tokens, without the console."`
	Key      KeyCmd      `cmd:"" help:"The master key."`
	Version  VersionCmd  `cmd:"" help:"Print version, schema and rules edition."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(os.Args[1:], &Globals{
		Context: ctx, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Now: time.Now, Getenv: os.Getenv,
	}))
}

// exited carries kong's wish to end (after --help) up to run, so that tests can call run in-process.
type exited int

// run parses args, runs the command and gives the exit code.
func run(args []string, g *Globals) (code int) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(exited)
			if !ok {
				panic(r)
			}
			code = int(e)
		}
	}()
	var c commands
	parser, err := kong.New(&c,
		kong.Name("tocsin"),
		kong.Description("Coordinates the response to a personal-data breach: who is affected, who must be told, by when, and proof of what was done."),
		kong.Writers(g.Stdout, g.Stderr),
		kong.Exit(func(code int) { panic(exited(code)) }),
		kong.UsageOnError(),
	)
	if err != nil {
		fmt.Fprintln(g.Stderr, "tocsin:", err)
		return exitFailed
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(g.Stderr, "tocsin: %v\nRun `tocsin --help` for the commands.\n", err)
		return exitUsage
	}
	if err := command.Run(g); err != nil {
		return report(g.Stderr, err)
	}
	return exitDone
}

// report prints err for the person at the terminal and gives the exit code of its kind.
func report(w io.Writer, err error) int {
	if errors.Is(err, errWanting) {
		return exitWanting
	}
	// At the machine itself the operator sees the whole error, cause included.
	fmt.Fprintln(w, "tocsin:", err)
	return exitFailed
}
