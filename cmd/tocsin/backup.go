package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tocsin/cmd/app"
	"tocsin/incident"
)

// BackupCmd writes a backup while work goes on.
type BackupCmd struct {
	ConfigFlag
	File string `arg:"" help:"Archive to write; it must not exist yet." type:"path"`
}

func (c *BackupCmd) Run(g *Globals) (err error) {
	if _, err := os.Lstat(c.File); err == nil {
		return incident.Errorf(incident.Conflict, "%s exists already; a backup replaces nothing.", c.File)
	}
	// Written beside its place and renamed, so that half a backup never has the name of one.
	f, err := os.CreateTemp(filepath.Dir(c.File), ".backup-*")
	if err != nil {
		return incident.Because(incident.Unavailable, err, "No file can be made in %s.", filepath.Dir(c.File))
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriterSize(&counting{w: f, g: g}, 1<<20)
	if err := c.operate(g, "backup", struct{}{}, w); err != nil {
		return err
	}
	if err := errors.Join(w.Flush(), f.Sync(), f.Close()); err != nil {
		return incident.Because(incident.Unavailable, err, "The backup cannot be written.")
	}
	if err := os.Rename(f.Name(), c.File); err != nil {
		return incident.Because(incident.Unavailable, err, "The backup cannot be put in place.")
	}
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(g.Stdout, "Backup written: %s, %d bytes. The master key is not in it; keep that elsewhere.\n", c.File, info.Size())
	return nil
}

// counting says how far a backup is, every 64 MiB.
type counting struct {
	w    io.Writer
	g    *Globals
	done int64
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	before := c.done >> 26
	c.done += int64(n)
	if c.done>>26 != before {
		fmt.Fprintf(c.g.Stderr, "%d MiB written\n", c.done>>20)
	}
	return n, err
}

// RestoreCmd puts a backup back.
type RestoreCmd struct {
	ConfigFlag
	File string `arg:"" help:"Archive to restore." type:"path"`
}

func (c *RestoreCmd) Run(g *Globals) error {
	cfg, err := app.LoadConfig(c.Config)
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if errors.Is(err, fs.ErrNotExist) {
		return incident.Errorf(incident.NotFound, "There is no file %s.", c.File)
	}
	if err != nil {
		return incident.Because(incident.Unavailable, err, "%s cannot be read.", c.File)
	}
	defer f.Close()
	return app.Restore(g.Context, cfg, app.Deps{Clock: g.Now, Logger: cfg.Log.Logger(g.Stderr)}, bufio.NewReaderSize(f, 1<<20), g.Stdout)
}

// FsckCmd checks the store.
type FsckCmd struct {
	ConfigFlag
	JSON bool `help:"Print the report as JSON."`
}

func (c *FsckCmd) Run(g *Globals) error {
	return c.operate(g, "fsck", app.VerifyArgs{JSON: c.JSON}, g.Stdout)
}
