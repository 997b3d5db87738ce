package auth

import (
	"context"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// BySlack is the account that a Slack user is linked to. Error: NotFound, also
// for a disabled account.
func (s *Service) BySlack(ctx context.Context, team, user string) (Account, error) {
	var a Account
	err := s.db.View(ctx, func(tx *ledger.Tx) error {
		found, ok, err := find(tx, func(x Account) bool { return x.Slack == team+"/"+user && !x.Disabled })
		if err == nil && !ok {
			err = incident.Errorf(incident.NotFound, "This Slack user is not linked to an account.")
		}
		a = found
		return err
	})
	return a, err
}

// SlackLink gives the path of a link ("/account/slack/…") with which whoever
// asked in Slack, signed in here, takes that Slack identity as theirs. team and
// user must come from a request whose signature was checked, and the link must
// be shown to that user alone.
func (s *Service) SlackLink(ctx context.Context, team, user string) (string, error) {
	if !slackID(team) || !slackID(user) {
		return "", incident.Errorf(incident.Invalid, "This is not a Slack user.")
	}
	var secret string
	by := incident.Principal{ID: "slack:" + team + "/" + user, Source: incident.FromSlack}
	err := s.db.Update(ctx, by, func(tx *ledger.Tx) (err error) {
		secret, err = makeLink(tx, link{Purpose: ForSlack, Slack: team + "/" + user}, s.cfg.SignInTTL)
		tx.Record("link.make", "slack/"+team+"/"+user)
		return err
	})
	if err != nil {
		return "", err
	}
	return "/account/slack/" + secret, nil
}

// SlackIdentity tells which Slack user ("<team>/<user>") a link is about,
// without using it up. Error: Gone.
func (s *Service) SlackIdentity(ctx context.Context, secret string) (id string, err error) {
	err = s.db.View(ctx, func(tx *ledger.Tx) error {
		l, err := peekLink(tx, secret, ForSlack)
		id = l.Slack
		return err
	})
	return id, err
}

// LinkSlack burns the link and gives a the Slack identity; whoever had it
// before has it no more. Error: Gone.
func (s *Service) LinkSlack(ctx context.Context, a Account, secret string) error {
	return s.db.Update(ctx, person(a.ID), func(tx *ledger.Tx) error {
		l, err := burnLink(tx, secret, ForSlack)
		if err != nil {
			return err
		}
		before, held, err := find(tx, func(x Account) bool { return x.Slack == l.Slack && x.ID != a.ID })
		if err != nil {
			return err
		}
		if held {
			before.Slack = ""
			if err := accounts.Put(tx, ledger.K(before.ID), before); err != nil {
				return err
			}
			tx.Record("account.unslack", "account/"+before.ID)
		}
		return setSlack(tx, a.ID, l.Slack, "account.slack")
	})
}

// UnlinkSlack takes the Slack identity away again.
func (s *Service) UnlinkSlack(ctx context.Context, a Account) error {
	return s.db.Update(ctx, person(a.ID), func(tx *ledger.Tx) error {
		return setSlack(tx, a.ID, "", "account.unslack")
	})
}

func setSlack(tx *ledger.Tx, id, slack, act string) error {
	a, err := getAccount(tx, id)
	if err != nil {
		return err
	}
	a.Slack = slack
	tx.Record(act, "account/"+id)
	return accounts.Put(tx, ledger.K(id), a)
}

func slackID(s string) bool {
	for _, c := range s {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 32
}
