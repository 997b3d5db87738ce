package console

import (
	"slices"
	"time"

	"tocsin/notify/outbox"
	"tocsin/web/view"
)

type mailingRow struct {
	outbox.Mailing
	URL      string
	State    view.Badge
	Bar      view.Progress
	Reasons  []view.Bar
	Released string
	Sum      string
	Pace     string // how fast, and what is left; "" once it is over
	Ends     *time.Time
	Holds    []holdRow
}

// holdRow is people who wait for a limit an hour.
type holdRow struct {
	outbox.Hold
	Whose string
}

func (o *openCase) mailingRow(m *outbox.Mailing) mailingRow {
	row := mailingRow{Mailing: *m, URL: o.URL("/mailings/" + m.ID), Released: o.who(m.ReleasedBy)}
	switch m.State {
	case outbox.MailingCanary:
		row.State = view.Badge{Text: "First few", Tone: view.Running}
	case outbox.MailingSending:
		row.State = view.Badge{Text: "Sending", Tone: view.Running}
	case outbox.MailingPaused:
		row.State = view.Badge{Text: "Paused", Tone: view.Waiting}
	case outbox.MailingStopped:
		row.State = view.Badge{Text: "Stopped", Tone: view.NotOwed}
	default:
		row.State = view.Badge{Text: "Done", Tone: view.Done}
	}
	k := m.Counts
	row.Bar = view.Progress{ID: "mailing-" + m.ID, Label: "Mailing " + itoa(m.Seq), Total: m.People, Parts: []view.Part{
		{Text: "accepted", Count: k.Accepted, Tone: view.Done}, {Text: "rejected", Count: k.Rejected, Tone: view.Overdue},
		{Text: "put off", Count: k.Deferred, Tone: view.Waiting}, {Text: "uncertain", Count: k.Uncertain, Tone: view.Soon},
		{Text: "left out", Count: m.Left(), Tone: view.NotOwed},
	}}
	if k.Bounced > 0 {
		row.Bar.Parts = append(row.Bar.Parts, view.Part{Text: "came back", Count: k.Bounced, Tone: view.Overdue})
	}
	if k.Withheld > 0 || m.Drill {
		row.Bar.Parts = append(row.Bar.Parts, view.Part{Text: "would have been sent", Count: k.Withheld, Tone: view.Unknown})
	}
	if k.Earlier > 0 {
		row.Bar.Parts = append(row.Bar.Parts, view.Part{Text: "told before", Count: k.Earlier, Tone: view.Done})
	}
	for reason, n := range m.Excluded {
		row.Reasons = append(row.Reasons, view.Bar{Label: sentenceCase(reason), Value: n})
	}
	row.pace()
	slices.SortFunc(row.Reasons, func(a, b view.Bar) int { return b.Value - a.Value })
	sent := k.Accepted + k.Rejected + k.Deferred + k.Uncertain + k.Attempting + k.Withheld + k.Earlier + k.Bounced
	row.Sum = view.Thousands(m.People) + " on the list = " + view.Thousands(sent) + " written to + " + view.Thousands(m.Left()) + " left out with a reason + " + view.Thousands(m.Pending()) + " still to do"
	return row
}

// pace puts into words how it is getting on.
func (row *mailingRow) pace() {
	for _, h := range row.Held {
		whose := h.Domain
		switch {
		case h.All:
			whose = "all letters"
		case whose == "":
			whose = "other domains"
		}
		row.Holds = append(row.Holds, holdRow{h, whose})
	}
	l := row.Outlook
	if l == nil || row.EndedAt != nil {
		return
	}
	row.Pace = view.Thousands(l.PerMinute) + " letters a minute; " + view.Thousands(l.Left) + " people still to be written to"
	if l.Held > 0 {
		row.Pace += ", " + view.Thousands(l.Held) + " of them held back for now"
	}
	row.Ends = l.Ends
}
