package affected

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tocsin/incident"
)

// Sources opens the inputs that a spec names. Each is opened up to three times
// in one run (checked, read, and the directory read again) and must be the same bytes each time.
type Sources interface {
	// Open gives the input at the spec's path and its size in bytes, -1 where
	// that is not known. An input that is not there is fs.ErrNotExist in the error's chain.
	Open(ctx context.Context, path string) (io.ReadCloser, int64, error)
}

// Folder opens paths relative to this folder; absolute paths as they are.
type Folder string

// Open opens the file at path.
func (f Folder) Open(_ context.Context, path string) (io.ReadCloser, int64, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(string(f), filepath.FromSlash(path))
	}
	file, err := os.Open(path) //nolint:gosec // the operator's own spec names the file
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("it is a folder, not a file")
	}
	if err != nil {
		file.Close()
		return nil, 0, err
	}
	size := info.Size()
	if !info.Mode().IsRegular() {
		size = -1
	}
	return file, size, nil
}

// Lister is what Sources may also be: able to say which files a pattern means.
type Lister interface {
	// List gives the files of a folder (the path ends with /) or a pattern with
	// * and ?, in the order of their names; none where there are none.
	List(ctx context.Context, path string) ([]string, error)
}

// Rows is the answer to a query.
type Rows interface {
	Columns() []string
	// Next gives the next row as text, "" for NULL; io.EOF at the end.
	Next(ctx context.Context) ([]string, error)
	Close() error
}

// List lists regular files that are not hidden.
func (f Folder) List(_ context.Context, path string) ([]string, error) {
	pattern := path
	if strings.HasSuffix(path, "/") {
		pattern += "*"
	}
	full := pattern
	if !filepath.IsAbs(full) {
		full = filepath.Join(string(f), filepath.FromSlash(pattern))
	}
	found, err := filepath.Glob(full)
	if err != nil {
		return nil, incident.Because(incident.Invalid, err, "%s: is not a pattern of file names", path)
	}
	var files []string
	for _, name := range found {
		info, err := os.Stat(name)
		if err != nil || !info.Mode().IsRegular() || strings.HasPrefix(filepath.Base(name), ".") {
			continue
		}
		if rel, err := filepath.Rel(string(f), name); err == nil && !filepath.IsAbs(path) {
			name = filepath.ToSlash(rel)
		}
		files = append(files, name)
	}
	slices.Sort(files)
	return files, nil
}

// isSet reports whether a path means several files.
func isSet(path string) bool { return strings.HasSuffix(path, "/") || strings.ContainsAny(path, "*?[") }
