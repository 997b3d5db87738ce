package bounce

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tocsin/incident"
)

// perRound bounds how many messages one Empty takes, so that a flood in the
// folder does not hold up who waits for it.
const perRound = 500

// Maildir is a folder into which a mail server puts messages: new, cur and tmp.
type Maildir string

// Check says what is wrong with the folder; empty if nothing is.
func (m Maildir) Check() string {
	for _, sub := range []string{"new", "cur"} {
		if info, err := os.Stat(filepath.Join(string(m), sub)); err != nil || !info.IsDir() {
			return "not a Maildir, it has no folder " + sub
		}
	}
	return ""
}

// Empty gives each new message to take, in no order, and moves it to cur: as
// seen where it was taken, and flagged for a person where take answers Invalid.
// On any other error of take the message stays and is given again next time;
// Empty goes on with the others and returns the first such error. It gives how many were moved.
func (m Maildir) Empty(ctx context.Context, take func(io.Reader) error) (int, error) {
	folder, err := os.Open(filepath.Join(string(m), "new"))
	if err != nil {
		return 0, incident.Because(incident.Unavailable, err, "The folder of returned mail cannot be read.")
	}
	defer folder.Close()
	names, err := folder.ReadDir(perRound)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, incident.Because(incident.Unavailable, err, "The folder of returned mail cannot be read.")
	}
	moved := 0
	var first error
	for _, e := range names {
		if ctx.Err() != nil {
			return moved, ctx.Err()
		}
		if !e.Type().IsRegular() {
			continue // a link could lead anywhere
		}
		flags, err := m.one(e.Name(), take)
		if err == nil {
			err = m.move(e.Name(), flags)
		}
		switch {
		case err == nil:
			moved++
		case errors.Is(err, fs.ErrNotExist):
			// another program took it meanwhile
		case first == nil:
			first = err
		}
	}
	return moved, first
}

func (m Maildir) one(name string, take func(io.Reader) error) (flags string, err error) {
	f, err := os.Open(filepath.Join(string(m), "new", name))
	if err != nil {
		return "", err
	}
	defer f.Close()
	switch err := take(f); {
	case err == nil:
		return "S", nil
	case incident.KindOf(err) == incident.Invalid:
		return "F", nil
	default:
		return "", err
	}
}

// move ends in a name with flags, as readers of a Maildir expect it in cur.
func (m Maildir) move(name, flags string) error {
	from, to := filepath.Join(string(m), "new", name), filepath.Join(string(m), "cur", name+":2,"+flags)
	if err := os.Rename(from, to); err != nil {
		return incident.Because(incident.Unavailable, err, "A returned message cannot be moved to cur.")
	}
	return nil
}
