package keys

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"tocsin/incident"
)

// FileName is the master key's usual name inside a data folder.
const FileName = "master.key"

// Variable is the environment variable that may hold the master key instead of a file.
const Variable = "TOCSIN_MASTER_KEY"

// Config says where the master key comes from. It is never written in a
// configuration file itself.
type Config struct {
	File   string                      // path; made on first use with mode 0600
	Lookup func(string) (string, bool) // os.LookupEnv; Variable wins over File when it is set
}

// Open gives the ring that cfg names: the environment's if Variable is set,
// else the file's, which is made with a new key when it does not exist.
// Errors: Invalid for a key that cannot be read or a file others may read,
// Unavailable where the file cannot be read or made.
func Open(cfg Config) (*Ring, error) {
	if cfg.Lookup != nil {
		if text, ok := cfg.Lookup(Variable); ok && text != "" {
			r, err := Parse(text)
			if err != nil {
				return nil, incident.Because(incident.Invalid, err, "the environment variable %s does not hold a master key", Variable)
			}
			return r, nil
		}
	}
	return openFile(cfg.File)
}

func openFile(path string) (*Ring, error) {
	if path == "" {
		return nil, incident.Errorf(incident.Invalid, "no master key: name a key file or set %s", Variable)
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		r := Generate()
		r.file = path
		err := r.save(os.O_EXCL)
		if _, there := os.Stat(path); errors.Is(err, fs.ErrExist) && there == nil {
			return openFile(path) // another first start was quicker: its key is the key
		}
		if err != nil {
			return nil, err
		}
		return r, nil
	}
	if err != nil {
		return nil, incident.Because(incident.Unavailable, err, "the master key file %s cannot be read", path)
	}
	// Windows has no such bits; there the folder's access list is what protects it.
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return nil, incident.Errorf(incident.Invalid,
			"the master key file %s may be read by others (mode %04o): run chmod 600 on it", path, mode)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, incident.Because(incident.Unavailable, err, "the master key file %s cannot be read", path)
	}
	r, err := Parse(string(text))
	if err != nil {
		return nil, incident.Because(incident.Invalid, err, "the file %s does not hold a master key", path)
	}
	r.file = path
	return r, nil
}

// save writes the ring to its file: whole or not at all, and on the disk before
// it returns, because keys wrapped by a master that is lost are lost too.
// With os.O_EXCL an existing file is left alone: two first starts at once must
// not each make a key.
func (r *Ring) save(flag int) error {
	fail := func(err error) error {
		return incident.Because(incident.Unavailable, err, "the master key file %s cannot be written", r.file)
	}
	dir := filepath.Dir(r.file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fail(err)
	}
	tmp, err := os.CreateTemp(dir, ".master-*") // CreateTemp makes it 0600
	if err != nil {
		return fail(err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(r.format())
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err != nil {
		return fail(err)
	}
	if flag&os.O_EXCL != 0 {
		if err := os.Link(tmp.Name(), r.file); err == nil {
			return syncDir(dir)
		} else if errors.Is(err, fs.ErrExist) {
			return fail(err)
		}
		// No hard links on this file system: fall through to the rename.
	}
	if err := os.Rename(tmp.Name(), r.file); err != nil {
		return fail(err)
	}
	return syncDir(dir)
}

// syncDir makes a rename durable. Where folders cannot be synced (Windows) the
// file system does it by itself.
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
