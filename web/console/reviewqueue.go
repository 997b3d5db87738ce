package console

import (
	"slices"
	"strings"
	"time"

	"tocsin/notify/outbox"
	"tocsin/web/view"
)

type queuePage struct {
	Rows  []queueRow
	Empty view.Empty
}

type queueRow struct {
	outbox.QueueLine
	URL, Who string
	Badge    view.Badge
	Clock    view.Badge
	Due      *time.Time
}

// ReviewQueue is every incident that waits for counsel, the nearest deadline first.
func (c *Console) ReviewQueue(r *Request) error {
	lines, err := c.Outbox.ReviewQueue(r.Ctx(), r.By)
	if err != nil {
		return err
	}
	names, err := c.Auth.Names(r.Ctx())
	if err != nil {
		return err
	}
	d := queuePage{Empty: view.Empty{Title: "Nothing waits for counsel", Text: "Assessments that somebody asked counsel to review, and those that changed since they were signed off, are listed here with the nearest deadline first."}}
	for _, l := range lines {
		row := queueRow{QueueLine: l, URL: "/incidents/" + l.Number + "/review", Who: who(names, l.AskedBy), Badge: reviewBadge(l.State), Due: l.Due}
		if l.Due != nil {
			row.Clock = dueBadge(*l.Due, r.Reader().Now)
		}
		d.Rows = append(d.Rows, row)
	}
	return r.Show("review-queue", view.Page{Title: "Legal review", Lead: "What waits for counsel, the nearest deadline first.", Data: d})
}

func sortFacts(list []view.Fact) {
	slices.SortFunc(list, func(a, b view.Fact) int { return strings.Compare(a.Name, b.Name) })
}
