package vault

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tocsin/incident"
)

// File is one object as it lies on the disk: sealed, under its keyed name. It is
// what a backup copies and a restore puts back.
type File struct {
	Scope string
	Name  string // 64 hex digits; not the digest of the content
	Size  int64  // of the sealed file
}

// Path is the file's path inside the vault, with forward slashes.
func (f File) Path() string { return f.Scope + "/" + f.Name }

// ParsePath reads what Path wrote. Invalid for anything else.
func ParsePath(path string) (File, error) {
	scope, name, ok := strings.Cut(path, "/")
	if !ok || !validScope(scope) || !isObject(name) {
		return File{}, incident.Errorf(incident.Invalid, "%.80q is no object of a vault", path)
	}
	return File{Scope: scope, Name: name}, nil
}

// Walk visits every object in the vault, scope by scope, in the order of names.
func (v *Vault) Walk(ctx context.Context, fn func(File) error) error {
	scopes, err := os.ReadDir(v.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return diskError(err)
	}
	for _, s := range scopes {
		if !s.IsDir() || !validScope(s.Name()) {
			continue
		}
		objects, err := os.ReadDir(filepath.Join(v.dir, s.Name()))
		if err != nil {
			return diskError(err)
		}
		for _, o := range objects {
			info, err := o.Info()
			if errors.Is(err, fs.ErrNotExist) || !isObject(o.Name()) {
				continue // deleted meanwhile, or not ours
			}
			if err != nil {
				return diskError(err)
			}
			if ctx.Err() != nil {
				return incident.Because(incident.Unavailable, context.Cause(ctx), "the request ended before the vault was read")
			}
			if err := fn(File{Scope: s.Name(), Name: o.Name(), Size: info.Size()}); err != nil {
				return err
			}
		}
	}
	return nil
}

// OpenFile gives the sealed bytes of one file. NotFound if it was deleted meanwhile.
func (v *Vault) OpenFile(f File) (*os.File, error) {
	file, err := os.Open(filepath.Join(v.dir, f.Scope, f.Name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing()
	}
	return file, diskError(err)
}

// VerifyFile checks a sealed file without knowing the object's digest: that it
// opens to its end and is bound to its name. Errors as for Verify.
func (v *Vault) VerifyFile(ctx context.Context, f File) error {
	s, err := v.sealer(ctx, f.Scope)
	if err != nil {
		return err
	}
	file, err := v.OpenFile(f)
	if err != nil {
		return err
	}
	defer file.Close()
	return s.verifyFile(ctx, file, f.Name)
}

// Adopt takes over a sealed file that lies on the same disk, in place of the one there.
func (v *Vault) Adopt(f File, path string) error {
	return v.place(path, f.Scope, f.Name)
}
