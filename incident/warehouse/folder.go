package warehouse

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
	"tocsin/incident/affected"
)

// partialPrefix begins the name of a folder in which a result is made.
const partialPrefix = ".tocsin-partial-"

// ResolveToFolder is Resolve with its result in the folder dir, with the
// promises of affected.ResolveToFolder: complete or not at all, the summary last.
func (in *Inside) ResolveToFolder(ctx context.Context, dir string, opt affected.Options) (affected.Summary, error) {
	if err := takeable(dir); err != nil {
		return affected.Summary{}, err
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return affected.Summary{}, unwritten(err)
	}
	stage, err := os.MkdirTemp(parent, partialPrefix)
	if err != nil {
		return affected.Summary{}, unwritten(err)
	}
	defer os.RemoveAll(stage) // only what went wrong is left to remove
	sum, err := in.resolveInto(ctx, stage, opt)
	if err != nil {
		return affected.Summary{}, err
	}
	if err := putInPlace(stage, dir); err != nil {
		return affected.Summary{}, unwritten(err)
	}
	return sum, nil
}

func unwritten(err error) error {
	return incident.Because(incident.Unavailable, err, "the result could not be written")
}

// resultFiles are in the order in which they are put in place.
func resultFiles() []string {
	return []string{affected.PeopleFile, affected.UnmatchedFile, affected.RejectedFile, affected.ConflictsFile, affected.SummaryFile}
}

// takeable refuses a folder that holds anything but a result.
func takeable(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return incident.Because(incident.Invalid, err, "%s cannot be used for the result", dir)
	}
	for _, e := range entries {
		if !slices.Contains(resultFiles(), e.Name()) && !strings.HasPrefix(e.Name(), partialPrefix) {
			return incident.Errorf(incident.Conflict, "%s holds other files (%s); the result needs a folder of its own, new or empty", dir, e.Name())
		}
	}
	return nil
}

func (in *Inside) resolveInto(ctx context.Context, dir string, opt affected.Options) (affected.Summary, error) {
	files := make([]*os.File, 0, 4)
	defer func() {
		for _, f := range files {
			f.Close() // again where all went well, which does nothing
		}
	}()
	for _, name := range resultFiles()[:4] {
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
		if err != nil {
			return affected.Summary{}, unwritten(err)
		}
		files = append(files, f)
	}
	sum, err := in.Resolve(ctx, affected.Outputs{People: files[0], Unmatched: files[1], Rejected: files[2], Conflicts: files[3]}, opt)
	if err != nil {
		return sum, err
	}
	for _, f := range files {
		if err := f.Close(); err != nil {
			return sum, unwritten(err)
		}
	}
	if sum.Conflicts == 0 {
		if err := os.Remove(filepath.Join(dir, affected.ConflictsFile)); err != nil {
			return sum, unwritten(err)
		}
	}
	text, err := json.MarshalIndent(sum, "", "  ")
	if err != nil {
		return sum, err
	}
	if err := os.WriteFile(filepath.Join(dir, affected.SummaryFile), append(text, '\n'), 0o600); err != nil {
		return sum, unwritten(err)
	}
	return sum, nil
}

// putInPlace moves a result into dir. An old summary goes first and the new
// one comes last, so that a mix of two is never taken for a result.
func putInPlace(stage, dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	for _, name := range slices.Backward(resultFiles()) {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, name := range resultFiles() {
		err := os.Rename(filepath.Join(stage, name), filepath.Join(dir, name))
		if err != nil && !(name == affected.ConflictsFile && errors.Is(err, fs.ErrNotExist)) {
			return err
		}
	}
	return nil
}
