package scan

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

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

	users []users // of the exports among the files
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
	if err := r.people(ctx, files); err != nil {
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
