package scan

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"tocsin/incident"
	"tocsin/incident/scan/detect"
)

// all reads files at once and writes what comes of them in their order. Workers
// take files in that order too, so the one whose turn it is is always under way.
func (r *run) all(ctx context.Context, files []*source, total int64, to Outputs, sum *Summary) error {
	group, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for range min(r.opt.Workers, len(files)) {
		group.Go(func() error {
			finder, hasher := r.set.Finder(), newHasher(r.opt.Key)
			for {
				i := int(next.Add(1)) - 1
				if i >= len(files) {
					return nil
				}
				if err := r.file(ctx, files[i], finder, hasher); err != nil {
					return err
				}
			}
		})
	}
	group.Go(func() error { return r.collect(ctx, files, total, to, sum) })
	return group.Wait()
}

// collect writes the files' tables one after the other.
func (r *run) collect(ctx context.Context, files []*source, total int64, to Outputs, sum *Summary) error {
	var out [tables]*bufio.Writer
	for t, w := range []io.Writer{to.Hits, to.Exposure, to.Problems} {
		if w != nil {
			out[t] = bufio.NewWriterSize(w, chunkSize)
		}
	}
	heads := [tables]string{exposureTable: "place,email,customer_id,phone,insurance_policy,elements,several\n", problemTable: "file,line,why\n"}
	for t, w := range out {
		if w != nil {
			if _, err := w.WriteString(heads[t]); err != nil {
				return outputError(err)
			}
		}
	}
	show := func(path string, i int) {
		if r.opt.Progress != nil {
			r.opt.Progress(Progress{File: path, Files: i, Of: len(files), Done: r.done.Load(), Total: total, Hits: sum.Hits})
		}
	}
	tick := time.NewTicker(200 * time.Millisecond) // files without hits go on too
	defer tick.Stop()
	for i, f := range files {
		for open := true; open; {
			var c chunk
			select {
			case <-tick.C:
				show(f.path, i)
				continue
			case <-ctx.Done():
				return ctx.Err()
			case c, open = <-f.chunks:
			}
			if open && out[c.table] != nil {
				if _, err := out[c.table].Write(c.text); err != nil {
					return outputError(err)
				}
			}
			show(f.path, i)
		}
		sum.add(&f.sum, &f.counts, f.unsure)
		show(f.path, i+1)
	}
	for _, w := range out {
		if w != nil {
			if err := w.Flush(); err != nil {
				return outputError(err)
			}
		}
	}
	return nil
}

// file reads one file and closes its chunks. An error ends the scan.
func (r *run) file(ctx context.Context, s *source, finder *detect.Finder, hasher *hasher) error {
	defer close(s.chunks)
	var held [tables][]byte
	send := func(t table) error {
		select {
		case s.chunks <- chunk{t, held[t]}:
			held[t] = nil
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	f := &file{ctx: ctx, path: s.path, opt: &r.opt, lim: r.lim, finder: finder, hasher: hasher, name: r.name, fields: r.fields, fieldOf: r.fieldOf, users: r.users}
	f.sum.Path = s.path
	f.out = func(t table, text []byte) error {
		if held[t] = append(held[t], text...); len(held[t]) < chunkSize {
			return nil
		}
		return send(t)
	}
	clear(finder.Unsure)
	if err := r.read(ctx, f); err != nil {
		return err
	}
	for t := range tables {
		if len(held[t]) > 0 {
			if err := send(t); err != nil {
				return err
			}
		}
	}
	s.sum, s.counts, s.unsure = f.sum, f.counts, make(map[string]int64, len(finder.Unsure))
	merge(s.unsure, finder.Unsure)
	return nil
}

func outputError(err error) error {
	return incident.Because(incident.Unavailable, err, "the result could not be written")
}

// read opens a file and has the reader of its kind read it. What is wrong with the
// file is a problem of it, not an error.
func (r *run) read(ctx context.Context, f *file) error {
	raw, _, err := r.from.Open(ctx, f.path)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return f.problem(0, "cannot be opened")
	}
	defer raw.Close()
	in := newInput(raw, &r.done, r.lim.unpacked)
	defer in.close()
	err = f.readSafely(in)
	if err == nil {
		err = f.finish(in)
	}
	f.sum.Bytes, f.sum.SHA256 = in.bytes, in.digest()
	var bad *unreadable
	if errors.As(err, &bad) {
		for len(f.units) > 0 { // what came before the damage still counts
			if err := f.end(); err != nil {
				return err
			}
		}
		if err := f.talks.close(f, len(f.talks.order)); err != nil {
			return err
		}
		f.sum.Complete = false
		return f.problem(bad.line, "%s", bad.why)
	}
	return err
}

// broken is what a file says that made a reader panic.
const broken = "breaks the reader of its kind; what came before was looked at"

// readSafely keeps a file that breaks a library from taking the other files with it.
func (f *file) readSafely(in *input) (err error) {
	defer func() {
		if recover() != nil {
			err = &unreadable{0, broken}
		}
	}()
	return f.readAs(in)
}

// finish closes the account of a file that was read to its end.
func (f *file) finish(in *input) error {
	if err := f.talks.close(f, len(f.talks.order)); err != nil {
		return err
	}
	if err := in.rest(); err != nil {
		return &unreadable{0, "cannot be read to its end"}
	}
	f.sum.Complete = true
	return nil
}

// unreadable says why the rest of a file cannot be read.
type unreadable struct {
	line int
	why  string
}

func (u *unreadable) Error() string { return fmt.Sprintf("line %d: %s", u.line, u.why) }
