// Package slash is the Slack door: the command /breach, the buttons of its
// answers, and Slack's events, at POST /slack/commands, /slack/interactions and
// /slack/events.
//
// Every request is checked over its raw bytes (signature v0, five minutes of
// age), and only what was signed is read: nothing from the query. A request
// that changes something is taken once; a replay of it changes nothing. Every
// request is acknowledged within Slack's three seconds; what takes longer is
// answered to its response_url.
//
// Acts are the desk's, done as the account that the Slack user is linked to.
// Who is not linked gets help and a link, nothing else. What is read is shown
// to the asker alone. A change is one line in the channel that says who did
// what, by numbers and without titles, and the detail to the asker alone; a
// restricted incident or a privileged task has no line. An incident that has
// Slack marked as compromised is not spoken of here at all.
//
// A letter is approved or sent back by the digest of its text, which its page
// shows: what was not opened cannot be approved. Files of evidence, and the text
// of letters, stay in the console.
//
// declare, fact, handoff and "milestone set" open a form where a bot token is
// configured; what is sent with it is checked anew and done as the verb is.
//
// It is not the channel that tells staff of new incidents: that is notify/slack.
// It stores nothing, and promises nothing to old data.
package slash
