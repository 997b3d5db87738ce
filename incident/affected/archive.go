package affected

import (
	"archive/tar"
	"archive/zip"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"

	"tocsin/incident"
)

// A ZIP or tar file is a set of files, as a folder is: each becomes a piece of its own, called by
// the archive and its name within. Nothing is unpacked to disk, and an archive within an archive is no file.
const maxMembers = 2_000

// isArchive reports whether a path is that of an archive, by its name.
func isArchive(path string) bool {
	path = strings.ToLower(path)
	return strings.HasSuffix(path, ".zip") || strings.HasSuffix(path, ".tar")
}

// cutMember splits the path of a file within an archive.
func cutMember(path string) (archive, member string, ok bool) {
	lower := strings.ToLower(path)
	for _, end := range []string{".zip/", ".tar/"} {
		if at := strings.Index(lower, end); at >= 0 && len(lower) == len(path) && path[at+len(end):] != "" {
			return path[:at+len(end)-1], path[at+len(end):], true
		}
	}
	return "", "", false
}

// openPath opens a file, or one within an archive. A folder may be called like an archive.
func openPath(ctx context.Context, from Sources, path string) (io.ReadCloser, int64, error) {
	archive, member, ok := cutMember(path)
	if !ok {
		return from.Open(ctx, path)
	}
	raw, size, err := from.Open(ctx, archive)
	if err != nil {
		return from.Open(ctx, path)
	}
	a, err := openArchive(archive, raw, size)
	if err == nil {
		var r io.Reader
		if r, size, err = a.member(member); err == nil {
			return &memberFile{r, raw}, size, nil
		}
	}
	raw.Close()
	return nil, 0, err
}

// memberFile is a file within an archive that is closed with it.
type memberFile struct {
	io.Reader
	archive io.Closer
}

func (m *memberFile) Close() error { return m.archive.Close() }

// archive is an opened archive: a ZIP, or a tar.
type archive struct {
	path string
	zip  *zip.Reader
	tar  io.ReadSeeker
	size int64 // of the archive
}

func openArchive(path string, raw io.ReadCloser, size int64) (*archive, error) {
	in := &input{path: path, size: size}
	at, err := in.randomAccess(raw)
	if err != nil {
		return nil, err
	}
	a := &archive{path: path, tar: io.NewSectionReader(at, 0, in.size), size: in.size}
	if strings.HasSuffix(strings.ToLower(path), ".tar") {
		return a, nil
	}
	a.tar = nil
	if a.zip, err = zip.NewReader(at, in.size); err != nil {
		return nil, incident.Because(incident.Invalid, err, "%s: is not a sound ZIP file", path)
	}
	return a, a.harmless(in.size)
}

// harmless refuses what was made to do harm before any of it is unpacked. The
// sizes that the files claim are held to while they are read, by archive/zip.
func (a *archive) harmless(size int64) error {
	total := uint64(0)
	for _, f := range a.zip.File {
		if f.Flags&1 != 0 {
			return incident.Errorf(incident.Invalid, "%s: is encrypted; give it unpacked", a.path)
		}
		if f.UncompressedSize64 > 1<<62 || total > 1<<62 {
			return incident.Errorf(incident.Invalid, "%s: is damaged: the sizes of its files cannot be", a.path)
		}
		total += f.UncompressedSize64
	}
	if total > harmless && total/maxRatio > uint64(max(1, size)) {
		return incident.Errorf(incident.Invalid, "%s: unpacks to more than %d times its size, which no table does; it was not unpacked", a.path, maxRatio)
	}
	return nil
}

// members are the names of the files, in order. Hidden files and those that
// macOS puts beside others are none.
func (a *archive) members() ([]string, error) {
	var names []string
	add := func(name string) error {
		base := name[strings.LastIndexByte(name, '/')+1:]
		switch {
		case base == "" || strings.HasPrefix(base, ".") || strings.HasPrefix(name, "__MACOSX/"):
			return nil
		case strings.IndexFunc(name, unicode.IsControl) >= 0 || strings.HasPrefix(name, "/") || slices.Contains(strings.Split(name, "/"), ".."):
			return incident.Errorf(incident.Invalid, "%s: a file in it has a name that cannot be", a.path)
		case len(names) == maxMembers:
			return incident.Errorf(incident.TooLarge, "%s: holds more than %d files", a.path, maxMembers)
		}
		names = append(names, name)
		return nil
	}
	if a.zip != nil {
		for _, f := range a.zip.File {
			if !f.Mode().IsRegular() {
				continue
			}
			if err := add(f.Name); err != nil {
				return nil, err
			}
		}
	} else if err := a.eachTar(func(h *tar.Header, _ io.Reader) (bool, error) { return false, add(h.Name) }); err != nil {
		return nil, err
	}
	slices.Sort(names)
	for i := range names[min(1, len(names)):] {
		if names[i] == names[i+1] {
			return nil, incident.Errorf(incident.Invalid, "%s: holds two files of one name", a.path)
		}
	}
	if len(names) == 0 {
		return nil, incident.Errorf(incident.Invalid, "%s: holds no files", a.path)
	}
	return names, nil
}

// eachTar calls fn for every regular file until it has what it wants.
func (a *archive) eachTar(fn func(h *tar.Header, r io.Reader) (enough bool, err error)) error {
	if _, err := a.tar.Seek(0, io.SeekStart); err != nil {
		return err
	}
	for t := tar.NewReader(a.tar); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return incident.Because(incident.Invalid, err, "%s: is not a sound tar file", a.path)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if h.Size > a.size { // a sparse file, whose holes are read as zeros
			return incident.Errorf(incident.Invalid, "%s: a file in it is larger than the archive: that is cut short, or unpacks to what no table is", a.path)
		}
		if enough, err := fn(h, t); enough || err != nil {
			return err
		}
	}
}

// member opens a file by its name.
func (a *archive) member(name string) (r io.Reader, size int64, err error) {
	missing := incident.Errorf(incident.Invalid, "%s/%s: there is no such file", a.path, name)
	if a.zip == nil {
		err = a.eachTar(func(h *tar.Header, t io.Reader) (bool, error) {
			if h.Name != name {
				return false, nil
			}
			r, size = t, h.Size
			return true, nil
		})
		if err == nil && r == nil {
			err = missing
		}
		return r, size, err
	}
	for _, f := range a.zip.File {
		if f.Name != name || !f.Mode().IsRegular() {
			continue
		}
		file, err := f.Open()
		if err != nil {
			return nil, 0, incident.Because(incident.Invalid, err, "%s/%s: cannot be unpacked", a.path, name)
		}
		return file, int64(f.UncompressedSize64), nil
	}
	return nil, 0, missing
}

// archiveMembers are the paths of the files of an archive.
func archiveMembers(ctx context.Context, from Sources, path string) ([]string, error) {
	raw, size, err := from.Open(ctx, path)
	if err != nil {
		return nil, (&input{path: path}).openError(err)
	}
	defer raw.Close()
	a, err := openArchive(path, raw, size)
	if err != nil {
		return nil, err
	}
	names, err := a.members()
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		names[i] = path + "/" + name
	}
	return names, nil
}
