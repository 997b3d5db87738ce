package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxManifest bounds what is read into memory: a line of about 200 bytes for each object.
const maxManifest = 256 << 20

// unpacked is an archive in a folder of its own.
type unpacked struct {
	Manifest
	signed []byte // the manifest as it was in the archive
}

// unpack writes an archive's files into dir and checks their sizes and digests
// against the manifest. Errors: Invalid for anything that Write does not make.
func unpack(ctx context.Context, r io.Reader, dir string) (unpacked, error) {
	t := tar.NewReader(reader{ctx, r})
	text, err := small(t, formatName, int64(len(formatText)))
	if err != nil {
		return unpacked{}, err
	}
	if string(text) != formatText {
		return unpacked{}, damaged("this program does not know its format")
	}
	var found []File
	for {
		h, err := next(t)
		if err != nil {
			return unpacked{}, err
		}
		if h.Name == manifestName {
			break
		}
		if !validPath(h.Name) || (h.Name == ledgerName) != (len(found) == 0) {
			return unpacked{}, damaged("there is no place for a file called %.80q", h.Name)
		}
		f, err := extract(t, h, filepath.Join(dir, filepath.FromSlash(h.Name)))
		if err != nil {
			return unpacked{}, err
		}
		found = append(found, f)
	}
	msg, err := io.ReadAll(io.LimitReader(t, maxManifest))
	if err != nil {
		return unpacked{}, readError(err)
	}
	if err := end(t, r); err != nil {
		return unpacked{}, err
	}
	m, err := parseManifest(msg)
	if err != nil {
		return unpacked{}, err
	}
	return unpacked{m, msg}, match(m.Files, found)
}

func match(want, found []File) error {
	if len(want) != len(found) {
		return damaged("it holds %d files, its manifest lists %d", len(found), len(want))
	}
	for i, w := range want {
		if w != found[i] {
			return damaged("the file %s is not the one that its manifest lists", found[i].Path)
		}
	}
	return nil
}

func small(t *tar.Reader, name string, limit int64) ([]byte, error) {
	h, err := next(t)
	if err != nil {
		return nil, err
	}
	if h.Name != name || h.Size != limit {
		return nil, damaged("it does not begin as a backup of Tocsin does")
	}
	b, err := io.ReadAll(t)
	return b, readError(err)
}

func next(t *tar.Reader) (*tar.Header, error) {
	h, err := t.Next()
	if err != nil {
		return nil, readError(err)
	}
	if h.Typeflag != tar.TypeReg {
		return nil, damaged("%.80q is not a plain file", h.Name)
	}
	return h, nil
}

// end reads what is behind the manifest: the end of the tar file and nothing else.
func end(t *tar.Reader, r io.Reader) error {
	if _, err := t.Next(); err != io.EOF {
		if err == nil {
			return damaged("there is more behind its manifest")
		}
		return readError(err)
	}
	n, err := io.Copy(io.Discard, r)
	if err != nil {
		return diskError(err)
	}
	if n != 0 {
		return damaged("there is more behind its end")
	}
	return nil
}

func readError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return damaged("it is cut short")
	case errors.Is(err, tar.ErrHeader), errors.Is(err, tar.ErrFieldTooLong):
		return damaged("it is no archive, or its structure is broken")
	}
	return diskError(err)
}

func extract(t *tar.Reader, h *tar.Header, path string) (File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return File{}, diskError(err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return File{}, damaged("%s is in it twice", h.Name)
	}
	if err != nil {
		return File{}, diskError(err)
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, sum), t)
	if err != nil {
		return File{}, readError(err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return File{}, diskError(err)
	}
	return File{Path: h.Name, Size: n, SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}
