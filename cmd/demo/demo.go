package demo

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"time"

	"tocsin/cmd/app"
)

// Options of a demo.
type Options struct {
	Listen string    // address of the console; 127.0.0.1:0 if empty
	Steps  io.Writer // where each step is printed
}

// Demo is a demo whose steps have been played and whose console still answers.
type Demo struct {
	Summary Summary
	URL     string // of the console
	Link    string // signs the visitor in, once

	app  *app.App
	mail *mailServer
	desk *slackDouble
	dir  string
}

func randomText() (string, error) {
	raw := make([]byte, 24)
	_, err := rand.Read(raw)
	return hex.EncodeToString(raw), err
}

// Play plays the whole job. The caller closes what it gives; on an error
// everything is closed already.
func Play(ctx context.Context, opt Options) (d *Demo, err error) {
	if opt.Listen == "" {
		opt.Listen = "127.0.0.1:0"
	}
	if opt.Steps == nil {
		opt.Steps = io.Discard
	}
	l := &log{w: opt.Steps, began: time.Now()}
	d = &Demo{}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close())
			d = nil
		}
	}()
	if d.dir, err = os.MkdirTemp("", "tocsin-demo-*"); err != nil {
		return d, err
	}
	s := &scene{log: l, dir: d.dir}
	if s.exports, err = writeExports(d.dir); err != nil {
		return d, err
	}
	l.step("files", "wrote the customer directory (%d people) and three exports of what was exposed", customers)
	if d.mail, err = startMailServer(); err != nil {
		return d, err
	}
	s.mail = d.mail
	if s.secrets, err = newSecrets(); err != nil {
		return d, err
	}
	if d.desk, err = startSlack(s.secrets.token); err != nil {
		return d, err
	}
	s.slack = d.desk
	cfg, err := configuration(d.dir, opt.Listen, d.mail, s.secrets)
	if err != nil {
		return d, err
	}
	slackConfiguration(&cfg, d.dir, d.desk)
	if d.app, err = app.New(cfg, app.Deps{Logger: cfg.Log.Logger(opt.Steps)}); err != nil {
		return d, err
	}
	if err = d.app.Start(ctx); err != nil {
		return d, err
	}
	d.URL, s.base, s.app = d.app.URL(), d.app.URL(), d.app
	l.step("serve", "the program answers at %s, on an empty data folder", d.URL)
	if err = s.play(ctx); err != nil {
		return d, err
	}
	s.summary.ElapsedMS = time.Since(l.began).Milliseconds()
	d.Summary = s.summary
	d.Link, err = s.signInLink(ctx)
	return d, err
}

// Close stops the program and the mail server, and removes the folder.
func (d *Demo) Close() error {
	var errs []error
	if d.app != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		errs = append(errs, d.app.Stop(ctx))
	}
	if d.mail != nil {
		d.mail.stop()
	}
	if d.desk != nil {
		d.desk.stop()
	}
	if d.dir != "" {
		errs = append(errs, os.RemoveAll(d.dir))
	}
	return errors.Join(errs...)
}
