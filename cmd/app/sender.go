package app

import (
	"context"
	"io/fs"
	"sync"

	"tocsin/incident"
	"tocsin/incident/condition"
	"tocsin/incident/ledger"
	"tocsin/notify"
	"tocsin/notify/filing"
	"tocsin/notify/letter"
	"tocsin/notify/outbox"
	"tocsin/notify/post"
	"tocsin/notify/slack"
	"tocsin/notify/smtp"
	"tocsin/notify/statute"
	"tocsin/playbooks/runner"
)

// sender builds the way from a duty to a delivery. Rules, letters and forms are
// read at first use: the program answers before they are.
func (a *App) sender() error {
	folders := []fs.FS{statute.Builtin()}
	for _, dir := range a.cfg.Rules.Folders {
		folders = append(folders, statute.Dir(dir))
	}
	a.rules = sync.OnceValues(func() (*statute.Library, error) {
		library, err := statute.Load(folders...)
		if err == nil {
			for _, p := range library.Problems() {
				a.log.Error("a rule of the operator's is not used", "where", p.Where, "problem", p.What)
			}
		}
		return library, err
	})
	a.letters = sync.OnceValues(letter.Builtin)
	forms := sync.OnceValues(func() (*filing.Library, error) {
		letters, err := a.letters()
		if err != nil {
			return nil, err
		}
		return filing.Builtin(letters)
	})
	organisation, err := a.cfg.Organisation.facts()
	if err != nil {
		return err
	}
	var channel notify.Channel
	if a.cfg.Mail.On() {
		mail, err := smtp.New(a.cfg.Mail, smtp.Deps{Clock: a.deps.Clock})
		if err != nil {
			return err
		}
		channel = mail
		for _, w := range a.cfg.Mail.Warnings(a.deps.Clock()) {
			a.log.Warn("mail will need attention", "where", w.Where, "warning", w.What)
		}
	}
	tell, err := a.staffChannel()
	if err != nil {
		return err
	}
	house, err := post.NewHouse(a.cfg.Post)
	if err != nil {
		return err
	}
	a.Outbox, err = outbox.New(outbox.Deps{
		DB: a.store.DB, Vault: a.store.Vault, Rules: a.rules, Letters: a.letters, Forms: forms,
		Mail: channel, Staff: tell, Colleagues: a.colleagues, Logger: a.log,
		House: house, Prints: func(incident string) post.Store { return post.VaultStore{Vault: a.store.Vault, Scope: incident} },
	}, outbox.Config{
		Organisation: organisation, Letterhead: a.cfg.letterhead(), BaseURL: a.cfg.baseURL(""),
		Canary: a.cfg.Sending.Canary, Batch: a.cfg.Sending.Batch, Retry: a.cfg.Sending.retry(),
		Throttle: a.cfg.Sending.throttle(), FilingsByTwo: a.cfg.Filings.TwoPeople, NoPublicPages: !a.cfg.Public.On,
	})
	return err
}

// readRules reads the operator's rules at the start, beside everything else, so
// that a file which is broken is in the log before a breach needs it.
func (a *App) readRules() {
	if len(a.cfg.Rules.Folders) == 0 {
		return
	}
	a.work.Add(1)
	go func() {
		defer a.work.Done()
		if _, err := a.rules(); err != nil {
			a.log.Error("the statutory library cannot be read", "error", err)
		}
	}()
}

// staffChannel is where staff are told of new incidents and deadlines; nil
// where none is configured.
func (a *App) staffChannel() (notify.StaffChannel, error) {
	if !a.cfg.Slack.Posts() {
		return nil, nil
	}
	return slack.New(a.cfg.Slack, slack.Deps{Logger: a.log, Clock: a.deps.Clock})
}

// colleagues gives the accounts that are reminded of deadlines, and where each
// is reached: an account's login is its address.
func (a *App) colleagues(ctx context.Context) ([]outbox.Colleague, error) {
	all, err := a.Auth.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]outbox.Colleague, 0, len(all))
	for _, one := range all {
		if !one.Disabled {
			out = append(out, outbox.Colleague{ID: one.ID, Grants: one.Grants, Mail: one.Login, Slack: one.Slack, Zone: one.Zone})
		}
	}
	return out, nil
}

// organisationFacts answers the playbooks' questions about the organisation.
func organisationFacts(cfg Config) (condition.Facts, error) {
	return organisationMap(cfg.Organisation), nil
}

// deadlines gives the runner what the outbox worked out, in the same transaction.
func deadlines(tx *ledger.Tx, i *incident.Incident) ([]runner.Deadline, error) {
	all, err := outbox.ObligationsOf(tx, i.ID)
	if err != nil {
		return nil, err
	}
	var out []runner.Deadline
	for n := range all {
		o := &all[n]
		for _, st := range o.Stages {
			if st.Due != nil {
				out = append(out, runner.Deadline{Rule: o.Rule, Stage: st.Stage, Due: *st.Due, Met: st.Met != nil || !o.Owed()})
			}
		}
	}
	return out, nil
}
