package app

import (
	"net/http"
	"os"

	"tocsin/web/slash"
)

// slackCommand is the door of /breach; nil, which is answered 404, where no
// signing secret is configured.
func (a *App) slackCommand() (http.Handler, error) {
	if !a.cfg.Slack.Commands() {
		return nil, nil
	}
	secrets, err := a.cfg.Slack.SigningSecrets(os.Getenv)
	if err != nil {
		return nil, err
	}
	token, err := a.cfg.Slack.BotToken(os.Getenv)
	if err != nil {
		return nil, err
	}
	h, err := slash.New(slash.Deps{
		Accounts: a.Auth, Desk: a.Desk, Duties: a.Outbox, Playbooks: a.Runner, Logger: a.log, Clock: a.deps.Clock,
	}, slash.Config{Secrets: secrets, Workspace: a.cfg.Slack.Workspace, BaseURL: a.cfg.baseURL(""), ResponseURL: a.cfg.Slack.ResponseURL,
		BotToken: token, APIURL: a.cfg.Slack.APIURL})
	if err != nil {
		return nil, err
	}
	a.onStop("slack answers", h.Close)
	return h, nil
}
