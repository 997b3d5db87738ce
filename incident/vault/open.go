package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"

	"filippo.io/age"

	"tocsin/incident"
)

// Open gives an object's plaintext for reading at any place: chunks of 64 KiB are
// opened as they are read, and each is authentic before a byte of it is given
// out. Its size, its end and its name are checked before Open returns. Errors:
// NotFound, Gone after the incident's key was destroyed, Internal if the file
// was altered or cut. A Read may also fail with Internal.
func (v *Vault) Open(ctx context.Context, scope, digest string) (io.ReadSeekCloser, error) {
	path, s, sum, err := v.find(ctx, scope, digest)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing()
	}
	if err != nil {
		return nil, diskError(err)
	}
	plain, size, err := s.open(f, sum)
	if err != nil {
		f.Close()
		return nil, err
	}
	return &object{SectionReader: io.NewSectionReader(plain, 0, size), f: f}, nil
}

func (s sealer) open(f *os.File, sum [sha256.Size]byte) (io.ReaderAt, int64, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, 0, diskError(err)
	}
	head := make([]byte, headerSize)
	if _, err := f.ReadAt(head, 0); err != nil || string(head[:len(magic)]) != magic {
		return nil, 0, altered(err)
	}
	length := info.Size() - int64(headerSize)
	key := &fileKey{wrap: s.wrap}
	plain, size, err := age.DecryptReaderAt(io.NewSectionReader(f, int64(headerSize), length), length, key)
	if err != nil {
		return nil, 0, altered(err)
	}
	if !hmac.Equal(head[len(magic):], s.binding(key.id, sum, size)) {
		return nil, 0, altered(errors.New("vault: the file is of another object"))
	}
	return plain, size, nil
}

func altered(cause error) error {
	return incident.Because(incident.Internal, cause, "the stored evidence was altered or cut: restore it from a backup")
}

type object struct {
	*io.SectionReader
	f *os.File
}

func (o *object) Read(p []byte) (int, error) {
	n, err := o.SectionReader.Read(p)
	return n, sealedError(err)
}

func (o *object) ReadAt(p []byte, off int64) (int, error) {
	n, err := o.SectionReader.ReadAt(p, off)
	return n, sealedError(err)
}

func (o *object) Close() error { return o.f.Close() }

func sealedError(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return altered(err)
}

// Has reports whether an object's file is there, without reading it.
func (v *Vault) Has(ctx context.Context, scope, digest string) (bool, error) {
	path, _, _, err := v.find(ctx, scope, digest)
	if err != nil {
		return false, err
	}
	_, err = os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, diskError(err)
}

// Verify reads an object to its end and compares its digest. Errors as for Open.
func (v *Vault) Verify(ctx context.Context, scope, digest string) (Object, error) {
	r, err := v.Open(ctx, scope, digest)
	if err != nil {
		return Object{}, err
	}
	defer r.Close()
	sum := sha256.New()
	in := &source{ctx: ctx, r: r}
	size, err := io.Copy(sum, in)
	if err != nil {
		return Object{}, err
	}
	_, _, want, err := v.find(ctx, scope, digest)
	if err != nil {
		return Object{}, err
	}
	if [sha256.Size]byte(sum.Sum(nil)) != want {
		return Object{}, altered(errors.New("vault: the digest is another"))
	}
	return Object{SHA256: digest, Size: size}, nil
}

// syncDir makes a new name durable; Windows does it by itself.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
