package slack

import (
	"errors"
	"net/http"
	"time"

	api "github.com/slack-go/slack"

	"tocsin/notify"
)

// outcome says what is known after err, and how long Slack asks to wait.
// written is whether the whole request had left when the error came: before
// that nothing can have been posted, after that nobody knows.
func outcome(err error, written bool) (notify.Receipt, time.Duration) {
	var limited *api.RateLimitedError
	var said api.SlackErrorResponse
	var status api.StatusCodeError
	switch {
	case err == nil:
		return notify.Receipt{Outcome: notify.Accepted, Code: http.StatusOK}, 0
	case errors.As(err, &limited):
		return notify.Receipt{Outcome: notify.Deferred, Code: http.StatusTooManyRequests,
			Detail: "Slack asks to wait " + limited.RetryAfter.String()}, limited.RetryAfter
	case errors.As(err, &said):
		return notify.Receipt{Outcome: spoken(said.Err), Code: http.StatusOK, Enhanced: word(said.Err), Detail: advice(said.Err)}, 0
	case errors.As(err, &status):
		return notify.Receipt{Outcome: answered(status.Code), Code: status.Code, Detail: "Slack answered with an HTTP error"}, 0
	case !written:
		return notify.Receipt{Outcome: notify.Deferred, Detail: "Slack could not be reached"}, 0
	}
	return notify.Receipt{Outcome: notify.Uncertain, Detail: "the line dropped before Slack answered"}, 0
}

// spoken maps the error words of chat.postMessage. Of fatal_error and
// internal_error Slack says that some of it may have succeeded.
func spoken(word string) notify.Outcome {
	switch word {
	case "ratelimited", "rate_limited", "message_limit_exceeded", "service_unavailable", "request_timeout", "team_added_to_org":
		return notify.Deferred
	case "fatal_error", "internal_error":
		return notify.Uncertain
	}
	return notify.Rejected
}

func answered(code int) notify.Outcome {
	switch {
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable, code == http.StatusRequestTimeout:
		return notify.Deferred
	case code >= 500:
		return notify.Uncertain // a gateway gave up; what is behind it may not have
	}
	return notify.Rejected
}

// word lets only what looks like one of Slack's error words through.
func word(s string) string {
	for _, c := range s {
		if (c < 'a' || c > 'z') && c != '_' {
			return "other"
		}
	}
	return clip(s, 60)
}

// advice says what an operator can do about the usual mistakes.
func advice(said string) string {
	switch said {
	case "not_in_channel", "channel_not_found":
		return "invite the app to the channel, and check slack.channel"
	case "user_not_found", "user_disabled", "cannot_dm_bot", "messages_tab_disabled":
		return "the app cannot write to this person; its messages tab must be on"
	case "is_archived":
		return "the channel is archived"
	case "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive":
		return "the bot token is not valid any more"
	case "missing_scope":
		return "the app needs the scope chat:write"
	}
	return "Slack refused"
}
