package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"sort"
	"strings"

	"tocsin/incident"
	"tocsin/web/auth"
)

// ErrWanting says that a check ran, printed what it found, and found something wrong.
var ErrWanting = errors.New("found wanting")

// Operator does what is done at the machine: backups, checks, accounts.
type Operator struct {
	*Store
	Auth *auth.Service
	URL  string // where people reach the console, for links; may be empty
}

// An operation writes its result to out; a check that finds something wrong
// prints it and ends in ErrWanting.
type operation struct {
	run func(o *Operator, ctx context.Context, args []byte, out io.Writer) error
	// inspects: looks at a damaged or foreign folder without changing it.
	inspects bool
	// existing: is about data that is there, so an empty folder is not made into a store.
	existing bool
}

func operations() map[string]operation {
	return map[string]operation{
		"audit-verify": {run: auditVerify, inspects: true},
		"audit-export": {run: auditExport, inspects: true},
		"fsck":         {run: fsck, inspects: true},
		"backup":       {run: backupTo},
		"key-rotate":   {run: keyRotate},
		"user-add":     {run: userAdd},
		"user-list":    {run: userList},
		"user-disable": {run: userDisable},
		"user-reset":   {run: userReset},
		"token-add":    {run: tokenAdd},
		"token-list":   {run: tokenList},
		"token-revoke": {run: tokenRevoke},

		"evidence-export": {run: evidenceExport, existing: true},
		"register-export": {run: registerExport, existing: true},
		"erasure-list":    {run: erasureList, existing: true},
		"playbook-import": {run: playbookImport},
		"playbook-export": {run: playbookExport, existing: true},
	}
}

// Run does one operation by name.
func (o *Operator) Run(ctx context.Context, name string, args []byte, out io.Writer) error {
	op, ok := operations()[name]
	if !ok {
		names := make([]string, 0, len(operations()))
		for n := range operations() {
			names = append(names, n)
		}
		sort.Strings(names)
		return incident.Errorf(incident.NotFound, "There is no operation %q; there are %s.", name, strings.Join(names, ", "))
	}
	return op.run(o, ctx, args, out)
}

// Operate does an operation on the data folder of cfg: in the program that is
// running on it, or directly where none is.
func Operate(ctx context.Context, cfg Config, deps Deps, name string, args any, out io.Writer) error {
	raw, err := json.Marshal(args)
	if err != nil {
		return err
	}
	op, ok := operations()[name]
	if !ok {
		return incident.Errorf(incident.NotFound, "There is no operation %q.", name)
	}
	if err := callControl(ctx, cfg.DataDir, name, raw, out); !errors.Is(err, errNotRunning) {
		return err
	}
	if deps.Logger == nil {
		deps.Logger = slog.New(slog.DiscardHandler)
	}
	if op.inspects || op.existing {
		if err := exists(cfg.DataDir); err != nil {
			return err
		}
	}
	store, err := OpenStore(cfg, deps.clock(), deps.Logger, op.inspects)
	if err != nil {
		return err
	}
	defer store.Close()
	o := &Operator{Store: store, URL: cfg.baseURL("")}
	if !op.inspects {
		if o.Auth, err = auth.New(store.DB, cfg.Auth.service(cfg, deps)); err != nil {
			return err
		}
	}
	return op.run(o, ctx, raw, out)
}

// decode reads an operation's arguments.
func decode[T any](args []byte) (T, error) {
	var v T
	if err := json.Unmarshal(args, &v); err != nil {
		return v, incident.Because(incident.Invalid, err, "The operation's arguments cannot be read.")
	}
	return v, nil
}
