package vault

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"

	"filippo.io/age"
)

// verifyFile reads a file to its end, which gives the digest that its name and
// its binding must be of.
func (s sealer) verifyFile(ctx context.Context, f *os.File, name string) error {
	head := make([]byte, headerSize)
	if _, err := io.ReadFull(f, head); err != nil || string(head[:len(magic)]) != magic {
		return altered(err)
	}
	key := &fileKey{wrap: s.wrap}
	plain, err := age.Decrypt(f, key)
	if err != nil {
		return altered(err)
	}
	sum := sha256.New()
	in := &source{ctx: ctx, r: plain}
	size, err := io.Copy(sum, in)
	if err != nil {
		if ctx.Err() != nil {
			return in.err
		}
		return altered(err)
	}
	digest := [sha256.Size]byte(sum.Sum(nil))
	if s.fileName(digest) != name || string(s.binding(key.id, digest, size)) != string(head[len(magic):]) {
		return altered(errors.New("vault: the file is of another object"))
	}
	return nil
}
