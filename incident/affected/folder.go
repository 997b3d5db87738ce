package affected

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tocsin/incident"
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

const partialPrefix = ".tocsin-partial-"

// ResolveToFolder is Resolve with its result in the folder dir; see [WriteToFolder].
func ResolveToFolder(ctx context.Context, spec Spec, from Sources, dir string, opt Options) (Summary, error) {
	return WriteToFolder(dir, func(to Outputs) (Summary, error) { return Resolve(ctx, spec, from, to, opt) })
}

// WriteToFolder puts what resolve writes into the folder dir, readable by its
// owner alone. A result that is there already is replaced, but only once the new one is
// complete; where resolve fails, dir stays as it was. A dir that holds anything else is
// refused as Conflict.
func WriteToFolder(dir string, resolve func(Outputs) (Summary, error)) (Summary, error) {
	exists, err := takeable(dir)
	if err != nil {
		return Summary{}, err
	}
	parent := dir
	if !exists {
		parent = filepath.Dir(filepath.Clean(dir))
		made := missingFolders(parent)
		if err := os.MkdirAll(parent, 0o700); err != nil {
			return Summary{}, outputError(err)
		}
		defer func() { // those that hold nothing now
			for _, folder := range made {
				_ = os.Remove(folder)
			}
		}()
	}
	stage, err := os.MkdirTemp(parent, partialPrefix)
	if err != nil {
		return Summary{}, outputError(err)
	}
	defer os.RemoveAll(stage) // nothing is left to remove where all went well
	sum, err := resolveInto(stage, resolve)
	if err != nil {
		return Summary{}, err
	}
	if !exists {
		err = os.Rename(stage, dir)
	} else {
		err = replace(stage, dir)
	}
	if err != nil {
		return Summary{}, outputError(err)
	}
	return sum, nil
}

// missingFolders are the folders on the way to dir, itself included, that are
// not there yet, the innermost first.
func missingFolders(dir string) (missing []string) {
	for {
		if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
			return missing
		}
		missing = append(missing, dir)
		dir = filepath.Dir(dir)
	}
}

// takeable reports whether dir exists, and refuses it where it holds anything but a result.
func takeable(dir string) (exists bool, err error) {
	if dir == "" {
		return false, incident.Errorf(incident.Invalid, "a folder for the result is needed")
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, incident.Because(incident.Invalid, err, "%s cannot be used for the result", dir)
	}
	for _, e := range entries {
		if !slices.Contains(resultFiles, e.Name()) && !strings.HasPrefix(e.Name(), partialPrefix) {
			return true, incident.Errorf(incident.Conflict,
				"%s holds other files (%s); the result needs a folder of its own, new or empty", dir, e.Name())
		}
	}
	return true, nil
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

// replace moves the files of stage into dir. The old summary goes first and
// the new one comes last, so that whatever happens between, a mix is not taken for a result.
func replace(stage, dir string) error {
	for _, name := range slices.Backward(resultFiles) {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, name := range resultFiles {
		err := os.Rename(filepath.Join(stage, name), filepath.Join(dir, name))
		if err != nil && !(name == ConflictsFile && errors.Is(err, fs.ErrNotExist)) {
			return err
		}
	}
	return nil
}
