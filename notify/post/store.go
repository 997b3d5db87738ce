package post

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"

	"tocsin/incident"
	"tocsin/incident/vault"
)

// Store keeps the files of a run. Put stores all of r or nothing, and gives a
// name of its own by which Open finds the bytes again.
type Store interface {
	Put(ctx context.Context, name string, r io.Reader) (ref string, err error)
	Open(ctx context.Context, ref string) (io.ReadCloser, error)
}

// VaultStore keeps them in an incident's vault: sealed, and gone with its key. A
// reference is the SHA-256 of the file.
type VaultStore struct {
	Vault *vault.Vault
	Scope string // the incident's id
}

func (s VaultStore) Put(ctx context.Context, _ string, r io.Reader) (string, error) {
	o, err := s.Vault.Put(ctx, s.Scope, r)
	return o.SHA256, err
}

func (s VaultStore) Open(ctx context.Context, ref string) (io.ReadCloser, error) {
	return s.Vault.Open(ctx, s.Scope, ref)
}

// File is one stored file of a run.
type File struct {
	Name    string `json:"name"`
	Size    int64  `json:"size"`   // bytes
	SHA256  string `json:"sha256"` // hex
	Letters int    `json:"letters,omitempty"`
	Pages   int    `json:"pages,omitempty"` // of the file, empty backs included
	Ref     string `json:"ref,omitempty"`   // the store's name for it
	// Private is true of what the mail house is not given: ids of the roster.
	Private bool `json:"private,omitempty"`
}

// put runs write into the store and takes the sum of what went through.
func put(ctx context.Context, into Store, name string, write func(io.Writer) error) (File, error) {
	r, w := io.Pipe()
	sum := sha256.New()
	count := &counter{}
	done := make(chan error, 1)
	go func() {
		err := write(io.MultiWriter(w, sum, count))
		w.CloseWithError(err)
		done <- err
	}()
	ref, err := into.Put(ctx, name, r)
	r.CloseWithError(io.ErrClosedPipe) // a store that stopped reading lets the writer end
	wrote := <-done
	if err == nil && wrote != nil {
		// The store took the bytes of a writer that failed: they are not the file.
		err = incident.Because(incident.Internal, wrote, "%s was not stored whole", name)
	}
	if err != nil {
		return File{}, err
	}
	return File{Name: name, Size: count.n, SHA256: hex.EncodeToString(sum.Sum(nil)), Ref: ref}, nil
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}
