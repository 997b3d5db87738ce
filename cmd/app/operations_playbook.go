package app

import (
	"context"
	"fmt"
	"io"

	"tocsin/incident"
	"tocsin/playbooks/runner"
)

// PlaybookArgs are those of the playbook operations.
type PlaybookArgs struct {
	Name string `json:"name,omitempty"` // of the file, for problems
	Text string `json:"text,omitempty"`
	ID   string `json:"id,omitempty"` // slug or digest
}

// library is the store's playbooks. It follows no run, so it needs to know
// nothing of the organisation.
func (o *Operator) library() (*runner.Runner, error) { return runner.New(o.DB, runner.Config{}) }

func playbookImport(o *Operator, ctx context.Context, raw []byte, out io.Writer) error {
	args, err := decode[PlaybookArgs](raw)
	if err != nil {
		return err
	}
	library, err := o.library()
	if err != nil {
		return err
	}
	rev, err := library.Publish(ctx, incident.Operator(), args.Name, []byte(args.Text))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Published: %s %s, %d steps, sha256 %s\n", rev.Slug, rev.Version, rev.Steps, rev.Digest)
	return nil
}

func playbookExport(o *Operator, ctx context.Context, raw []byte, out io.Writer) error {
	args, err := decode[PlaybookArgs](raw)
	if err != nil {
		return err
	}
	library, err := o.library()
	if err != nil {
		return err
	}
	rev, err := library.Revision(ctx, incident.Operator(), args.ID)
	if err != nil {
		return err
	}
	p, err := rev.Playbook()
	if err != nil {
		return err
	}
	_, err = out.Write(p.TOML())
	return err
}
