package main

import (
	"io"
	"os"

	"tocsin/cmd/app"
	"tocsin/incident"
)

// operate does an operation on the data folder, through the program that is
// running on it if there is one.
func (c ConfigFlag) operate(g *Globals, name string, args any, out io.Writer) error {
	cfg, err := app.LoadConfig(c.Config)
	if err != nil {
		return err
	}
	return app.Operate(g.Context, cfg, app.Deps{Clock: g.Now}, name, args, out)
}

// AuditCmd proves and exports the audit log.
type AuditCmd struct {
	Verify AuditVerifyCmd `cmd:"" help:"Prove the log; with a kept head, that no past entry was rewritten."`
	Export AuditExportCmd `cmd:"" help:"Write every entry, one JSON object a line."`
}

// AuditVerifyCmd proves the audit log.
type AuditVerifyCmd struct {
	ConfigFlag
	Head string `help:"File with a head kept elsewhere." placeholder:"FILE" type:"path"`
	JSON bool   `help:"Print the report as JSON."`
}

func (c *AuditVerifyCmd) Run(g *Globals) error {
	args := app.VerifyArgs{JSON: c.JSON}
	if c.Head != "" {
		head, err := os.ReadFile(c.Head)
		if err != nil {
			return incident.Because(incident.Invalid, err, "The head %s cannot be read.", c.Head)
		}
		args.Head = string(head)
	}
	return c.operate(g, "audit-verify", args, g.Stdout)
}

// AuditExportCmd writes the audit log.
type AuditExportCmd struct{ ConfigFlag }

func (c *AuditExportCmd) Run(g *Globals) error {
	return c.operate(g, "audit-export", struct{}{}, g.Stdout)
}

// KeyCmd works with the master key.
type KeyCmd struct {
	Rotate KeyRotateCmd `cmd:"" help:"Put a new master key in place of the old one."`
}

// KeyRotateCmd rotates the master key.
type KeyRotateCmd struct{ ConfigFlag }

func (c *KeyRotateCmd) Run(g *Globals) error {
	return c.operate(g, "key-rotate", struct{}{}, g.Stdout)
}

// UserCmd works with accounts without the console.
type UserCmd struct {
	Add     UserAddCmd     `cmd:"" help:"Add an account and print its enrolment link."`
	List    UserListCmd    `cmd:"" help:"List the accounts."`
	Disable UserDisableCmd `cmd:"" help:"Close an account and end its sessions."`
	Reset   UserResetCmd   `cmd:"" help:"Take away password and second factor; print a new enrolment link."`
}

// UserAddCmd adds an account.
type UserAddCmd struct {
	ConfigFlag
	Login string   `arg:"" help:"E-mail address to sign in with."`
	Name  string   `help:"Name as colleagues see it."`
	Grant []string `help:"admin, responder, counsel, approver, auditor or rights; may be given several times."`
	Zone  string   `help:"Time zone, such as Europe/Berlin."`
}

func (c *UserAddCmd) Run(g *Globals) error {
	name := c.Name
	if name == "" {
		name = c.Login
	}
	return c.operate(g, "user-add", app.UserArgs{Login: c.Login, Name: name, Grants: c.Grant, Zone: c.Zone}, g.Stdout)
}

// UserListCmd lists the accounts.
type UserListCmd struct {
	ConfigFlag
	JSON bool `help:"Print JSON."`
}

func (c *UserListCmd) Run(g *Globals) error {
	return c.operate(g, "user-list", app.UserArgs{JSON: c.JSON}, g.Stdout)
}

// UserDisableCmd closes an account.
type UserDisableCmd struct {
	ConfigFlag
	Login string `arg:"" help:"Login name."`
}

func (c *UserDisableCmd) Run(g *Globals) error {
	return c.operate(g, "user-disable", app.UserArgs{Login: c.Login}, g.Stdout)
}

// UserResetCmd takes an account's factors away.
type UserResetCmd struct {
	ConfigFlag
	Login string `arg:"" help:"Login name."`
}

func (c *UserResetCmd) Run(g *Globals) error {
	return c.operate(g, "user-reset", app.UserArgs{Login: c.Login}, g.Stdout)
}

// TokenCmd works with API tokens.
type TokenCmd struct {
	Add    TokenAddCmd    `cmd:"" help:"Make a token; it is shown once."`
	List   TokenListCmd   `cmd:"" help:"List the tokens."`
	Revoke TokenRevokeCmd `cmd:"" help:"End a token."`
}

// TokenAddCmd makes a token.
type TokenAddCmd struct {
	ConfigFlag
	Name    string       `arg:"" help:"What it is for."`
	Grant   []string     `help:"admin, responder, counsel, approver, auditor or rights; may be given several times." required:""`
	Expires app.Duration `help:"How long it works, such as 720h; for ever if not given."`
	JSON    bool         `help:"Print JSON."`
}

func (c *TokenAddCmd) Run(g *Globals) error {
	return c.operate(g, "token-add", app.TokenArgs{Name: c.Name, Grants: c.Grant, Expires: c.Expires, JSON: c.JSON}, g.Stdout)
}

// TokenListCmd lists the tokens.
type TokenListCmd struct {
	ConfigFlag
	JSON bool `help:"Print JSON."`
}

func (c *TokenListCmd) Run(g *Globals) error {
	return c.operate(g, "token-list", app.TokenArgs{JSON: c.JSON}, g.Stdout)
}

// TokenRevokeCmd ends a token.
type TokenRevokeCmd struct {
	ConfigFlag
	ID string `arg:"" help:"The token's id, as listed."`
}

func (c *TokenRevokeCmd) Run(g *Globals) error {
	return c.operate(g, "token-revoke", app.TokenArgs{ID: c.ID}, g.Stdout)
}
