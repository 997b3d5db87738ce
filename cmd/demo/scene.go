package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tocsin/cmd/app"
	"tocsin/incident"
)

// scene is the case as it is played.
type scene struct {
	log     *log
	dir     string
	base    string
	app     *app.App
	mail    *mailServer
	slack   *slackDouble
	secrets secrets
	exports exports
	staff   staff
	ref     string // INC-…
	summary Summary
}

func (s *scene) play(ctx context.Context) error {
	for _, act := range []func(context.Context) error{
		s.peopleComeIn, s.alertComes, s.rolesAreGiven, s.slackIsUsed, s.factsAreRecorded, s.evidenceIsCollected,
		s.tasksAreWorked, s.peopleAreResolved, s.lettersAreWritten, s.lettersAreApproved, s.lettersAreSent,
		s.filingsAreRecorded, s.staffWereTold, s.logIsProved,
	} {
		if err := act(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *scene) path(rest string) string { return "/incidents/" + s.ref + rest }

func (s *scene) peopleComeIn(ctx context.Context) error {
	setup, err := s.app.Auth.SetupLink(ctx)
	if err != nil {
		return err
	}
	if s.staff, err = gather(ctx, s.base, setup); err != nil {
		return err
	}
	s.log.step("console", "first administrator enrolled by the set-up link; five colleagues by invitation, each with a second factor")
	return nil
}

func (s *scene) rolesAreGiven(ctx context.Context) error {
	for _, r := range []struct {
		role string
		who  *visitor
	}{{"commander", s.staff.commander}, {"counsel", s.staff.counsel}, {"forensics", s.staff.forensics}, {"support_lead", s.staff.support}, {"communications", s.staff.support}} {
		p, err := s.staff.commander.open(ctx, s.path(""))
		if err != nil {
			return err
		}
		if _, err := s.staff.commander.sendFrom(ctx, p, "/people", map[string]string{"role": r.role, "account": p.account(r.who.name)}); err != nil {
			return err
		}
	}
	s.log.step("console", "commander, counsel, forensics, support lead and communications took their roles")
	return nil
}

// until opens a page again and again, as a browser that keeps it fresh.
func (s *scene) until(ctx context.Context, v *visitor, path string, done func(*page) bool) (*page, error) {
	for range 1200 {
		p, err := v.open(ctx, path)
		if err != nil {
			return nil, err
		}
		if done(p) {
			return p, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	p, err := v.open(ctx, path)
	if err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("%s did not get there: %s", path, said(p.text))
}

func (s *scene) logIsProved(ctx context.Context) error {
	f, err := s.app.Desk.File(ctx, incident.Operator(), s.ref)
	if err != nil {
		return err
	}
	for _, t := range f.Tasks {
		s.summary.Tasks.Total++
		if t.State == incident.TaskDone {
			s.summary.Tasks.Done++
		}
	}
	var out bytes.Buffer
	err = app.Operate(ctx, s.app.Config(), app.Deps{}, "audit-verify", app.VerifyArgs{JSON: true}, &out)
	if err != nil && !errors.Is(err, app.ErrWanting) {
		return err
	}
	var report struct {
		Entries int `json:"entries"`
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		return err
	}
	s.summary.Audit.Entries, s.summary.Audit.Verified = report.Entries, err == nil
	if !s.summary.Audit.Verified {
		return fmt.Errorf("the audit log does not hold: %s", out.String())
	}
	s.log.step("audit", "all %d entries of the audit log verified, with every value they recorded", report.Entries)
	return nil
}

// signInLink is a link for the person who watches the demo: the commander's console.
func (s *scene) signInLink(ctx context.Context) (string, error) {
	accounts, err := s.app.Auth.Accounts(ctx)
	if err != nil {
		return "", err
	}
	for _, a := range accounts {
		if a.Name == s.staff.commander.name {
			link, err := s.app.Auth.OneTimeLink(ctx, a.ID)
			return s.base + link, err
		}
	}
	return "", errors.New("the commander has no account")
}
