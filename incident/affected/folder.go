package affected

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
)

// The files of a result. summary.json is put in place last: a folder without
// it holds no result. conflicts.csv is there only where there are conflicts.
const (
	SummaryFile   = "summary.json"
	PeopleFile    = "people.csv"
	UnmatchedFile = "unmatched.csv"
	RejectedFile  = "rejected.csv"
	ConflictsFile = "conflicts.csv"
)

var resultFiles = []string{PeopleFile, UnmatchedFile, RejectedFile, ConflictsFile, SummaryFile}

// ResolveToFolder is Resolve with its result in the folder dir; see [WriteToFolder].
func ResolveToFolder(ctx context.Context, spec Spec, from Sources, dir string, opt Options) (Summary, error) {
	return WriteToFolder(dir, func(to Outputs) (Summary, error) { return Resolve(ctx, spec, from, to, opt) })
}

// WriteToFolder puts what resolve writes into the folder dir; see [Staged].
func WriteToFolder(dir string, resolve func(Outputs) (Summary, error)) (Summary, error) {
	var sum Summary
	err := Staged(dir, resultFiles, func(stage string) (err error) {
		sum, err = resolveInto(stage, resolve)
		return err
	})
	if err != nil {
		return Summary{}, err
	}
	return sum, nil
}

func resolveInto(dir string, resolve func(Outputs) (Summary, error)) (sum Summary, err error) {
	var to Outputs
	var files []*os.File
	defer func() {
		for _, f := range files {
			if e := f.Close(); e != nil && err == nil {
				err = outputError(e)
			}
		}
		if err == nil && sum.Conflicts == 0 {
			err = os.Remove(filepath.Join(dir, ConflictsFile))
		}
	}()
	create := func(name string) *os.File {
		f, e := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
		if e != nil {
			err = errors.Join(err, e)
			return nil
		}
		files = append(files, f)
		return f
	}
	people, unmatched, rejected, conflicts := create(PeopleFile), create(UnmatchedFile), create(RejectedFile), create(ConflictsFile)
	if err != nil {
		return sum, outputError(err)
	}
	to = Outputs{People: people, Unmatched: unmatched, Rejected: rejected, Conflicts: conflicts}
	if sum, err = resolve(to); err != nil {
		return sum, err
	}
	text, err := json.MarshalIndent(sum, "", "  ")
	if err != nil {
		return sum, err
	}
	if err := os.WriteFile(filepath.Join(dir, SummaryFile), append(text, '\n'), 0o600); err != nil {
		return sum, outputError(err)
	}
	return sum, nil
}
