package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"filippo.io/age"

	"tocsin/incident"
	"tocsin/incident/keys"
)

// DirName is the vault's usual name inside a data folder.
const DirName = "vault"

// tempDir holds what is being written. A file in it is nobody's once the
// process that wrote it has gone.
const tempDir = "tmp"

// Keys gives the data key of a scope; *ledger.DB does. The vault asks for each
// use, so a key that was destroyed is not used a moment longer.
type Keys interface {
	DataKey(ctx context.Context, scope string) (*keys.Key, error)
}

// Config of a vault.
type Config struct {
	Dir      string // made if absent; one process at a time
	ReadOnly bool   // make and clean nothing: for checks
}

// Vault is safe for concurrent use.
type Vault struct {
	dir  string
	keys Keys
}

// Object is what Put stored.
type Object struct {
	SHA256 string `json:"sha256"` // of the plaintext, in hex
	Size   int64  `json:"size"`   // of the plaintext, in bytes
}

// New opens the vault in cfg.Dir and removes what an interrupted Put left.
// Unavailable if the folder cannot be made.
func New(k Keys, cfg Config) (*Vault, error) {
	v := &Vault{dir: cfg.Dir, keys: k}
	if cfg.ReadOnly {
		return v, nil
	}
	if err := os.RemoveAll(filepath.Join(cfg.Dir, tempDir)); err != nil {
		return nil, diskError(err)
	}
	if err := os.MkdirAll(filepath.Join(cfg.Dir, tempDir), 0o700); err != nil {
		return nil, diskError(err)
	}
	return v, nil
}

// Put stores all of r in a scope and gives its digest. On return the bytes are
// on the disk; after an error nothing is. Storing the same bytes twice keeps one
// file. Errors: those of the scope's key (NotFound, Gone), Unavailable if the
// disk is full or ctx ends, and r's own.
func (v *Vault) Put(ctx context.Context, scope string, r io.Reader) (Object, error) {
	s, err := v.sealer(ctx, scope)
	if err != nil {
		return Object{}, err
	}
	tmp, err := os.CreateTemp(filepath.Join(v.dir, tempDir), "put-*")
	if err != nil {
		return Object{}, diskError(err)
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	digest, size, err := s.write(ctx, tmp, r)
	if err != nil {
		return Object{}, err
	}
	if err := errors.Join(tmp.Sync(), tmp.Close()); err != nil {
		return Object{}, diskError(err)
	}
	// Renamed over an object that is there already: it has the same content, and
	// if it has gone bad on the disk this heals it.
	if err := v.place(tmp.Name(), scope, s.fileName(digest)); err != nil {
		return Object{}, err
	}
	return Object{SHA256: hex.EncodeToString(digest[:]), Size: size}, nil
}

// write seals r into an empty file, and the binding in front when the digest is known.
func (s sealer) write(ctx context.Context, f *os.File, r io.Reader) (digest [sha256.Size]byte, size int64, err error) {
	if _, err := f.Write(make([]byte, headerSize)); err != nil {
		return digest, 0, diskError(err)
	}
	key := &fileKey{wrap: s.wrap}
	w, err := age.Encrypt(f, key)
	if err != nil {
		return digest, 0, diskError(err)
	}
	sum := sha256.New()
	in := &source{ctx: ctx, r: io.TeeReader(r, sum)}
	size, err = io.Copy(w, in)
	if in.err != nil {
		return digest, 0, in.err
	}
	if err := errors.Join(err, w.Close()); err != nil {
		return digest, 0, diskError(err)
	}
	digest = [sha256.Size]byte(sum.Sum(nil))
	if _, err := f.WriteAt(append([]byte(magic), s.binding(key.id, digest, size)...), 0); err != nil {
		return digest, 0, diskError(err)
	}
	return digest, size, nil
}

// source tells apart a reader that failed from a disk that failed, and ends with its context.
type source struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		s.err = incident.Because(incident.Unavailable, context.Cause(s.ctx), "the upload ended before it was complete; nothing was kept")
		return 0, s.err
	}
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// place moves a finished file to its name, durably.
func (v *Vault) place(from, scope, name string) error {
	dir := filepath.Join(v.dir, scope)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return diskError(err)
	}
	if err := os.Rename(from, filepath.Join(dir, name)); err != nil {
		return diskError(err)
	}
	return diskError(errors.Join(syncDir(dir), syncDir(v.dir)))
}

// Delete removes an object. NotFound if it is not there.
func (v *Vault) Delete(ctx context.Context, scope, digest string) error {
	path, _, _, err := v.find(ctx, scope, digest)
	if err != nil {
		return err
	}
	return v.remove(os.Remove(path), filepath.Dir(path))
}

// DeleteScope removes all objects of a scope. It needs no key, so it also clears
// away what a destroyed key has left unreadable.
func (v *Vault) DeleteScope(scope string) error {
	if !validScope(scope) {
		return badScope()
	}
	return v.remove(os.RemoveAll(filepath.Join(v.dir, scope)), v.dir)
}

func (v *Vault) remove(err error, dir string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return missing()
	}
	if err != nil {
		return diskError(err)
	}
	return diskError(syncDir(dir))
}

func (v *Vault) sealer(ctx context.Context, scope string) (sealer, error) {
	if !validScope(scope) {
		return sealer{}, badScope()
	}
	k, err := v.keys.DataKey(ctx, scope)
	if err != nil {
		return sealer{}, err
	}
	return newSealer(k), nil
}

// find gives the file of an object and what opens it.
func (v *Vault) find(ctx context.Context, scope, digest string) (path string, s sealer, sum [sha256.Size]byte, err error) {
	raw, err := hex.DecodeString(digest)
	if err != nil || len(raw) != sha256.Size {
		return "", s, sum, incident.Errorf(incident.Invalid, "an object is named by the 64 hex digits of its SHA-256")
	}
	copy(sum[:], raw)
	if s, err = v.sealer(ctx, scope); err != nil {
		return "", s, sum, err
	}
	return filepath.Join(v.dir, scope, s.fileName(sum)), s, sum, nil
}

// validScope accepts what incident ids are made of, and nothing that could be a path.
func validScope(scope string) bool {
	for _, c := range scope {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return scope != "" && scope != tempDir && len(scope) <= 100
}

func badScope() error {
	return incident.Errorf(incident.Invalid, "a vault's scope is an incident's id")
}

func missing() error {
	return incident.Errorf(incident.NotFound, "the evidence's bytes are not in the vault")
}

func diskError(err error) error {
	var have *incident.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &have):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return incident.Because(incident.Unavailable, err, "the disk is full: the evidence was not stored; free some space and try again")
	}
	return incident.Because(incident.Unavailable, err, "the evidence vault could not be written or read")
}

// isObject tells an object's file from anything else in the folder.
func isObject(name string) bool {
	return len(name) == 2*sha256.Size && strings.Trim(name, "0123456789abcdef") == ""
}
