package app

import (
	"bufio"
	"context"
	"io"
	"runtime/debug"

	"tocsin/incident"
	"tocsin/incident/bundle"
	"tocsin/incident/casework"
	"tocsin/notify/register"
)

// EvidenceArgs are those of evidence-export.
type EvidenceArgs struct {
	Incident string `json:"incident"` // number or id
}

// evidenceExport streams the bag of an incident as a tar archive.
func evidenceExport(o *Operator, ctx context.Context, raw []byte, out io.Writer) error {
	args, err := decode[EvidenceArgs](raw)
	if err != nil {
		return err
	}
	desk, err := o.desk()
	if err != nil {
		return err
	}
	names, err := o.Auth.Names(ctx)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(out, 256<<10)
	_, err = bundle.Write(ctx, bundle.Deps{DB: o.DB, Desk: desk, Vault: o.Vault, Software: software()},
		bundle.Request{By: incident.Operator(), Ref: args.Incident, Names: names}, w)
	if err != nil {
		return err
	}
	return w.Flush()
}

// desk hands out evidence and reads cases. It has no reactors, because neither
// is an act that anybody reacts to.
func (o *Operator) desk() (*casework.Desk, error) {
	return casework.New(casework.Deps{DB: o.DB, Vault: o.Vault}, casework.Config{})
}

// software is the name and version of the program, for what leaves it.
func software() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return "tocsin " + info.Main.Version
	}
	return "tocsin devel"
}

// RegisterArgs are those of register-export.
type RegisterArgs struct {
	Format string `json:"format"` // csv, json
}

func registerExport(o *Operator, ctx context.Context, raw []byte, out io.Writer) error {
	args, err := decode[RegisterArgs](raw)
	if err != nil {
		return err
	}
	write := register.CSV
	switch args.Format {
	case "csv":
	case "json":
		write = register.JSON
	default:
		return incident.Errorf(incident.Invalid, "The register is written as csv or json, not as %q.", args.Format)
	}
	desk, err := o.desk()
	if err != nil {
		return err
	}
	all, err := register.Read(ctx, desk, o.DB, incident.Operator())
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(out, 64<<10)
	if err := write(w, all); err != nil {
		return err
	}
	return w.Flush()
}
