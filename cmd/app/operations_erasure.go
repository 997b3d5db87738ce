package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"tocsin/incident"
)

// ErasureArgs are those of erasure-list.
type ErasureArgs struct {
	JSON bool `json:"json"`
}

// erasureList prints until when ended incidents are kept, and what was erased.
func erasureList(o *Operator, ctx context.Context, raw []byte, out io.Writer) error {
	args, err := decode[ErasureArgs](raw)
	if err != nil {
		return err
	}
	desk, err := o.desk()
	if err != nil {
		return err
	}
	k, err := desk.Erasures(ctx, incident.Operator())
	if err != nil {
		return err
	}
	if args.JSON {
		return json.NewEncoder(out).Encode(k)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, e := range k.Ended {
		state := "kept"
		switch {
		case e.Hold:
			state = "legal hold"
		case e.Proposed != nil:
			state = "erasure proposed"
		case e.Due:
			state = "due for erasure"
		}
		fmt.Fprintf(w, "%s\tuntil %s\t%s\n", e.Number, e.Until.Format(time.DateOnly), state)
	}
	for _, e := range k.Erased {
		state := "erased"
		if !k.BackupsClosed(&e) {
			state = "erased; backups from before open until the master key is rotated"
		}
		if e.FinishedAt == nil {
			state = "erased, its files are being deleted"
		}
		fmt.Fprintf(w, "%s\ton %s\t%s\n", e.Number, e.ErasedAt.Format(time.DateOnly), state)
	}
	if len(k.Ended)+len(k.Erased) == 0 {
		fmt.Fprintln(w, "No incident has ended yet.")
	}
	return w.Flush()
}
