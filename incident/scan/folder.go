package scan

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/incident/affected"
)

// The files of a result. summary.json is put in place last: a folder without it
// holds no result.
const (
	HitsFile     = "hits.jsonl"
	ExposureFile = "exposure.csv"
	ProblemsFile = "problems.csv"
	SummaryFile  = "summary.json"
)

var resultFiles = []string{HitsFile, ExposureFile, ProblemsFile, SummaryFile}

// Folder opens paths relative to this folder, absolute ones as they are. Unlike
// [affected.Folder] it lists the folders within a folder too, because exports
// of mail and chat have one for each mailbox or channel.
type Folder string

// Open opens the file at path.
func (d Folder) Open(ctx context.Context, path string) (io.ReadCloser, int64, error) {
	return affected.Folder(d).Open(ctx, path)
}

// List lists regular files that are not hidden, in the order of their names;
// links are not followed.
func (d Folder) List(ctx context.Context, path string) ([]string, error) {
	if !strings.HasSuffix(path, "/") {
		return affected.Folder(d).List(ctx, path)
	}
	root := filepath.FromSlash(path)
	if !filepath.IsAbs(root) {
		root = filepath.Join(string(d), root)
	}
	if info, err := os.Stat(filepath.Clean(root)); err == nil && !info.IsDir() {
		return nil, nil // a file has nothing in it
	}
	var files []string
	err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case name != root && strings.HasPrefix(e.Name(), "."):
			if e.IsDir() {
				return filepath.SkipDir
			}
		case e.Type().IsRegular():
			if rel, err := filepath.Rel(string(d), name); err == nil && !filepath.IsAbs(path) {
				name = filepath.ToSlash(rel)
			}
			files = append(files, name)
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		return nil, incident.Because(incident.Invalid, err, "%s: cannot be listed", path)
	}
	slices.Sort(files)
	return files, err
}

// ToFolder is Scan with its result in the folder dir; see [affected.Staged].
func ToFolder(ctx context.Context, from affected.Sources, paths []string, dir string, opt Options) (Summary, error) {
	var sum Summary
	err := affected.Staged(dir, resultFiles, func(stage string) (err error) {
		sum, err = into(ctx, from, paths, stage, opt)
		return err
	})
	if err != nil {
		return Summary{}, err
	}
	return sum, nil
}

func into(ctx context.Context, from affected.Sources, paths []string, dir string, opt Options) (sum Summary, err error) {
	var files [tables]*os.File
	for t, name := range resultFiles[:tables] {
		f, e := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
		if e != nil {
			return sum, outputError(e)
		}
		defer func() {
			if e := f.Close(); e != nil && err == nil {
				err = outputError(e)
			}
		}()
		files[t] = f
	}
	if sum, err = Scan(ctx, from, paths, Outputs{files[hitTable], files[exposureTable], files[problemTable]}, opt); err != nil {
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
