package scan

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/scan/detect"
)

// table is one of the outputs.
type table int

const (
	hitTable table = iota
	exposureTable
	problemTable
	tables
)

// chunk is a piece of a table on its way from a worker to the outputs.
type chunk struct {
	table table
	text  []byte
}

const (
	chunkSize   = 64 << 10
	chunksAhead = 16 // of one file whose turn has not come
)

// source is one file to be read, and what comes of it.
type source struct {
	path   string
	chunks chan chunk
	sum    FileSummary
	counts counts
	unsure map[string]int64
}

// run is a scan under way.
type run struct {
	from affected.Sources
	opt  Options
	lim  limits
	set  *detect.Set

	name    *detect.Detector
	fields  map[string]string
	fieldOf map[string]*detect.Detector

	done atomic.Int64 // bytes read
}

// Scan looks through the files that paths name; a path that ends with / or is a
// pattern with * and ? means what from, which must be an [affected.Lister] then, lists.
// The same files, options and key give the same bytes, whatever the number of workers.
//
// A file that cannot be read, or not to its end, is a row of problems and
// Incomplete in the summary; the others are not harmed. Errors are Invalid (the options, or
// a path that names nothing), Unavailable (an output cannot be written), or ctx's.
func Scan(ctx context.Context, from affected.Sources, paths []string, to Outputs, opt Options) (Summary, error) {
	return scan(ctx, from, paths, to, opt, standardLimits())
}

func scan(ctx context.Context, from affected.Sources, paths []string, to Outputs, opt Options, lim limits) (Summary, error) {
	set, err := detect.New(opt.Detect)
	if err != nil {
		return Summary{}, err
	}
	if opt.Workers < 0 || opt.Workers > 1024 {
		return Summary{}, incident.Errorf(incident.Invalid, "%d workers make no sense: give 1 to 1024, or 0 for one for each processor", opt.Workers)
	}
	if opt.Workers == 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	if opt.Least == detect.None {
		opt.Least = detect.Shape
	}
	opt.OwnDomains = slices.Clone(opt.OwnDomains)
	for i, d := range opt.OwnDomains {
		opt.OwnDomains[i] = strings.ToLower(strings.TrimPrefix(d, "@"))
	}
	if len(opt.Key) == 0 {
		opt.Key = make([]byte, 32)
		rand.Read(opt.Key) // never fails (crypto/rand)
	}
	r := &run{from: from, opt: opt, lim: lim, set: set, name: nameDetector(), fields: fieldNames(), fieldOf: fieldDetectors()}
	sum := Summary{ByElement: map[string]int64{}, ByDetector: map[string]int64{}, ByStrength: map[string]int64{}, Unsure: map[string]int64{},
		Files: []FileSummary{}, Detectors: append(set.Detectors(), *r.name)}
	for _, element := range slices.Sorted(maps.Keys(r.fieldOf)) {
		sum.Detectors = append(sum.Detectors, *r.fieldOf[element])
	}
	began := now(opt)
	files, total, err := r.list(ctx, paths)
	if err != nil {
		return Summary{}, err
	}
	if err := r.all(ctx, files, total, to, &sum); err != nil {
		return Summary{}, err
	}
	sum.ElapsedMS = now(opt) - began
	return sum, nil
}

// now is the clock in milliseconds; it stands still where there is none.
func now(opt Options) int64 {
	if opt.Now == nil {
		return 0
	}
	return opt.Now().UnixMilli()
}

// list finds the files and opens each once, so that all that are not there come up first.
func (r *run) list(ctx context.Context, paths []string) ([]*source, int64, error) {
	var files []*source
	var problems []incident.Problem
	total := int64(0)
	for _, path := range paths {
		found := []string{path}
		if strings.HasSuffix(path, "/") || strings.ContainsAny(path, "*?[") {
			lister, ok := r.from.(affected.Lister)
			if !ok {
				return nil, 0, incident.Errorf(incident.Invalid, "%s: several files at once cannot be read from here; name each by itself", path)
			}
			var err error
			if found, err = lister.List(ctx, path); err != nil {
				return nil, 0, err
			}
			if len(found) == 0 {
				problems = append(problems, incident.Problem{Where: path, What: "there is no file"})
			}
		}
		for _, name := range found {
			raw, size, err := r.from.Open(ctx, name)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				problems = append(problems, incident.Problem{Where: name, What: "there is no such file"})
				continue
			case err == nil:
				raw.Close()
			case ctx.Err() != nil:
				return nil, 0, ctx.Err()
			}
			if size < 0 || total < 0 {
				total = -1
			} else {
				total += size
			}
			files = append(files, &source{path: name, chunks: make(chan chunk, chunksAhead)})
		}
	}
	if len(problems) > 0 {
		return nil, 0, &incident.Error{Kind: incident.Invalid, Message: "not everything that was named is there", Problems: problems}
	}
	if len(files) == 0 {
		return nil, 0, incident.Errorf(incident.Invalid, "there is nothing to scan: name files or folders")
	}
	return files, total, nil
}

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
	f := &file{ctx: ctx, path: s.path, opt: &r.opt, lim: r.lim, finder: finder, hasher: hasher, name: r.name, fields: r.fields, fieldOf: r.fieldOf}
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
	err = f.readAs(in)
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
