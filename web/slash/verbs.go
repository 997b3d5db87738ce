package slash

import (
	"context"
	"strings"
)

// verb is one thing the command can do.
type verb struct {
	name    string
	usage   string
	what    string
	example string // of what is typed after /breach
	open    bool   // also for who is not linked
	changes bool   // taken once for each signed request
	reads   string // what, in place of the first word after it, only reads: "list"; "-" is nothing at all
	do      func(h *Handler, ctx context.Context, a *asked) (reply, error)
}

// changing reports whether the verb, with these args, changes something.
func (v *verb) changing(args string) bool {
	first, _ := word(args)
	return v.changes && !(v.reads == "-" && first == "" || v.reads != "" && strings.EqualFold(first, v.reads))
}

// full is a verb's whole help.
func (v *verb) full() string {
	return "`/breach " + esc(v.usage) + "`\n" + esc(v.what) + "\nSuch as `/breach " + esc(v.example) + "`"
}

// verbs is the list of all there are, in the order help shows them.
func verbs() []verb {
	return []verb{
		{name: "help", usage: "help [verb]", what: "This list, or one verb in full.", example: "help done", open: true, do: (*Handler).help},
		{name: "link", usage: "link", what: "Link your Slack user to your Tocsin account.", example: "link", open: true, do: (*Handler).link},
		{name: "whoami", usage: "whoami", what: "What Tocsin knows you as.", example: "whoami", open: true, do: (*Handler).whoami},
		{name: "list", usage: "list [open|mine|due|all]", what: "Incidents you may see, with the nearest deadline of each.", example: "list due", do: (*Handler).list},
		{name: "status", usage: "[ref] status", what: "How an incident stands.", example: "14 status", do: (*Handler).status},
		{name: "clock", usage: "[ref] clock", what: "Running deadlines, soonest first; of all incidents where none is named.", example: "clock", do: (*Handler).clock},
		{name: "obligations", usage: "[ref] obligations [owed|open|all]", what: "Who must be told, by when, and what is met.", example: "14 obligations", do: (*Handler).obligations},
		{name: "declare", usage: "declare <title> [sev:critical|high|medium|low] [type:<kind>] [playbook:<slug>] [--restricted] [--drill]",
			what: "Open an incident. You become its commander. Alone it opens a form.", example: "declare Mailbox of support read by a stranger sev:high type:mailbox_takeover", changes: true, do: (*Handler).declare},
		{name: "sev", usage: "[ref] sev <critical|high|medium|low> <reason>", what: "Change the severity.", example: "14 sev critical data was offered for sale", changes: true, do: (*Handler).sev},
		{name: "role", usage: "[ref] role [<@user|me> <role> [--deputy] [--remove]]", what: "Who has which role, or give one or take it back. Roles: " + roleWords() + ".",
			example: "14 role @cora counsel --deputy", changes: true, reads: "-", do: (*Handler).role},
		{name: "note", usage: "[ref] note <text>", what: "Add a line to the timeline. Name no affected person.", example: "14 note the provider confirmed the logs are complete", changes: true, do: (*Handler).note},
		{name: "fact", usage: "[ref] fact <name> <value[,value…]> <how we know> [--suspected]", what: "Record a fact. Its value may be unknown, for what was looked into in vain. Alone it opens a form.",
			example: "14 fact encryption none the export lay on an open share", changes: true, do: (*Handler).fact},
		{name: "milestone", usage: "[ref] milestone [<name> <now|2026-03-02|2026-03-02T14:05|RFC 3339> <reason> [--candidate]]", what: "Which milestones are set, or set one; milestone set opens a form. Without an offset the time is in your zone.",
			example: "14 milestone aware now the log shows the export", changes: true, reads: "-", do: (*Handler).milestone},
		{name: "tasks", usage: "[ref] tasks [open|mine|due|all]", what: "Tasks with their numbers.", example: "14 tasks mine", do: (*Handler).tasks},
		{name: "task", usage: "[ref] task add <title> [role:<role>] [phase:<phase>] [due:<4h|2026-03-02T14:05>] [--mandatory] [--privileged]",
			what: "Add a task.", example: "14 task add Ask the provider for its logs role:forensics due:4h", changes: true, do: (*Handler).taskAdd},
		{name: "done", usage: "[ref] done <n> [note]", what: "Task n was done. For a decision the note begins with the option chosen.", example: "14 done 3 locked at the provider", changes: true, do: (*Handler).done},
		{name: "skip", usage: "[ref] skip <n> <reason>", what: "Task n will not be done, and why.", example: "14 skip 3 the host was rebuilt already", changes: true, do: (*Handler).skip},
		{name: "assign", usage: "[ref] assign <n> <@user|me|nobody>", what: "Give task n to somebody.", example: "14 assign 3 me", changes: true, do: (*Handler).assign},
		{name: "playbook", usage: "[ref] playbook list | start <slug> | upgrade <slug> [to:<digest>]", what: "The playbooks and what runs, start one, or take a run to the newest text: first what that would do, then with the digest it shows.",
			example: "14 playbook start ransomware", changes: true, reads: "list", do: (*Handler).playbook},
		{name: "evidence", usage: "[ref] evidence list | add <https://…> <title> [task:<n>]", what: "The exhibits, or take a link into evidence. Files are taken in by the console.",
			example: "14 evidence add https://siem.example/search/81 Query of the export task:3", changes: true, reads: "list", do: (*Handler).evidence},
		{name: "approve", usage: "[ref] approve [<digest>]", what: "Letters that wait for approval; or approve the one whose text has this digest, which its page shows. Who wrote it cannot.",
			example: "14 approve 3fa94c01", changes: true, reads: "-", do: (*Handler).approve},
		{name: "reject", usage: "[ref] reject <digest> <reason>", what: "Send a letter back to who writes it.", example: "14 reject 3fa94c01 the phone number is the old one", changes: true, do: (*Handler).reject},
		{name: "handoff", usage: "[ref] handoff <@user> <note> [role:<role>] [--stay] --checked", what: "Hand your role over (commander, if none is named), with what stands and what comes next. --checked says that you went through the checklist together; --stay keeps you as deputy. Alone it opens a form.",
			example: "14 handoff @ben Containment is done, the letters wait for counsel --checked", changes: true, do: (*Handler).handoff},
		{name: "close", usage: "[ref] close <outcome> [--dismissed]", what: "End the incident with its outcome; --dismissed says that it was no breach.", example: "14 close Letters sent, no further misuse seen", changes: true, do: (*Handler).close},
	}
}
