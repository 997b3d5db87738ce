// Package slack tells the people who work cases that an incident was opened or a
// deadline is near: in one Slack channel, or by a direct message to who answers
// for the deadline, with a button that says they see to it. It is a
// notify.StaffChannel over Slack's Web API. A direct message needs no more than
// the scope chat:write.
//
// It is not how affected people or authorities are told, and not the command:
// that is web/slash, which shares this package's Config. It decides nothing
// about when to try again; it only says, with every post, what is known of it,
// and holds back by itself while Slack has asked it to wait.
//
// No personal data goes to Slack: a line names an incident by number and links
// to the console. Every message carries the whole of what it says in its text,
// which is what screen readers and notifications read; the blocks repeat it.
//
// Promises to old data: it stores nothing.
package slack
