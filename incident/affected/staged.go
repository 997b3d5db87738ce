package affected

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tocsin/incident"
)

const partialPrefix = ".tocsin-partial-"

// Staged has a result written to a folder of its own, readable by its owner alone,
// and puts it in the place of dir once it is complete. A result that is there already is
// replaced; where write fails, dir stays as it was. files are all that a result may have, the one
// without which it is none last: it goes first and comes last, so that a mix is never taken
// for a result. A dir that holds anything else is refused as Conflict.
func Staged(dir string, files []string, write func(folder string) error) error {
	exists, err := takeable(dir, files)
	if err != nil {
		return err
	}
	parent := dir
	if !exists {
		parent = filepath.Dir(filepath.Clean(dir))
		made := missingFolders(parent)
		if err := os.MkdirAll(parent, 0o700); err != nil {
			return outputError(err)
		}
		defer func() { // those that hold nothing now
			for _, folder := range made {
				_ = os.Remove(folder)
			}
		}()
	}
	stage, err := os.MkdirTemp(parent, partialPrefix)
	if err != nil {
		return outputError(err)
	}
	defer os.RemoveAll(stage) // nothing is left to remove where all went well
	if err := write(stage); err != nil {
		return err
	}
	if !exists {
		err = os.Rename(stage, dir)
	} else {
		err = replace(stage, dir, files)
	}
	if err != nil {
		return outputError(err)
	}
	return nil
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
func takeable(dir string, files []string) (exists bool, err error) {
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
		if !slices.Contains(files, e.Name()) && !strings.HasPrefix(e.Name(), partialPrefix) {
			return true, incident.Errorf(incident.Conflict,
				"%s holds other files (%s); the result needs a folder of its own, new or empty", dir, e.Name())
		}
	}
	return true, nil
}

// replace moves the files of stage into dir, those that are there.
func replace(stage, dir string, files []string) error {
	for _, name := range slices.Backward(files) {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, name := range files {
		err := os.Rename(filepath.Join(stage, name), filepath.Join(dir, name))
		if err != nil && !(name != files[len(files)-1] && errors.Is(err, fs.ErrNotExist)) {
			return err
		}
	}
	return nil
}
