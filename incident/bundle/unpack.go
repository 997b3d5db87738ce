package bundle

import (
	"archive/tar"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tocsin/incident"
)

// Unpack writes the archive that Write made into dir, which must not be there or
// be empty. Nothing is written outside dir, nothing replaced and nothing but
// regular files made. progress, which may be nil, is told of each file as it
// begins. On an error what was written is left for the caller to remove.
func Unpack(r io.Reader, dir string, progress func(name string, size int64)) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return incident.Because(incident.Unavailable, err, "The folder %s cannot be made.", dir)
	}
	if there, err := os.ReadDir(dir); err != nil || len(there) > 0 {
		return incident.Because(incident.Conflict, err, "%s is not an empty folder; a bundle replaces nothing.", dir)
	}
	root, err := os.OpenRoot(dir) // links cannot lead out of it
	if err != nil {
		return incident.Because(incident.Unavailable, err, "The folder %s cannot be opened.", dir)
	}
	defer root.Close()
	archive := tar.NewReader(r)
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return incident.Because(incident.Unavailable, err, "The bundle ended before its end.")
		}
		if h.Typeflag != tar.TypeReg || !fs.ValidPath(h.Name) || !filepath.IsLocal(filepath.FromSlash(h.Name)) {
			return incident.Errorf(incident.Invalid, "The bundle has an entry that is no plain file below its folder.")
		}
		if progress != nil {
			progress(h.Name, h.Size)
		}
		if err := place(root, filepath.FromSlash(h.Name), archive); err != nil {
			return err
		}
	}
}

func place(root *os.Root, name string, r io.Reader) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return incident.Because(incident.Unavailable, err, "A folder of the bundle cannot be made.")
	}
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return incident.Because(incident.Unavailable, err, "A file of the bundle cannot be made.")
	}
	_, err = io.Copy(f, r)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return incident.Because(incident.Unavailable, err, "A file of the bundle cannot be written whole.")
	}
	return nil
}
