package console

import (
	"testing"
	"time"

	"tocsin/web/view"
)

func TestThePictureKeepsTheOrderOfTime(t *testing.T) {
	origin := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) *time.Time { x := origin.Add(d); return &x }
	const day = 24 * time.Hour
	lines := []clockLine{
		{Group: "A", Label: "late", Start: origin, Due: at(4 * time.Hour), State: view.Badge{Text: "Overdue", Tone: view.Overdue}},
		{Group: "A", Label: "runs", Start: origin, Due: at(72 * time.Hour), Latest: at(73 * time.Hour), State: view.Badge{Text: "Running", Tone: view.Running}},
		{Group: "B", Label: "far", Start: origin.Add(-30 * day), Due: at(365 * day), State: view.Badge{Text: "Running", Tone: view.Running}},
		{Group: "B", Label: "waits", State: view.Badge{Text: "Waiting", Tone: view.Waiting}},
		{Group: "B", Label: "met", Start: origin, Due: at(day), Met: at(time.Hour), State: view.Badge{Text: "Done", Tone: view.Done}},
		{Group: "B", Label: "open", Start: origin, State: view.Badge{Text: "Without delay", Tone: view.Running}},
	}
	keys := []milestoneKey{{Label: "Occurred", At: origin.Add(-30 * day)}, {Label: "Aware", At: origin}, {Label: "Discovered", At: origin}}
	for _, size := range []pictureSize{wideSize(), narrowSize()} {
		p := draw(lines, keys, origin, view.Reader{Now: origin.Add(10 * time.Hour)}, size)
		if len(p.Groups) != 2 || len(p.Groups[0].Rows) != 2 || len(p.Groups[1].Rows) != 4 {
			t.Fatalf("%s: groups %+v", size.id, p.Groups)
		}
		late, runs, far := p.Groups[0].Rows[0], p.Groups[0].Rows[1], p.Groups[1].Rows[0]
		if late.EndX >= p.NowX || p.NowX >= runs.EndX || runs.EndX >= far.EndX || runs.Latest < runs.EndX || far.From >= late.From {
			t.Errorf("%s: late ends at %d, now %d, runs %d to %d, far %d from %d", size.id, late.EndX, p.NowX, runs.EndX, runs.Latest, far.EndX, far.From)
		}
		if late.Late == 0 || late.LateX()+late.Late != p.NowX || runs.Late != 0 {
			t.Errorf("%s: what is overdue goes on to %d, now is %d", size.id, late.LateX()+late.Late, p.NowX)
		}
		for n, shape := range []string{"due", "waits", "met", "open"} {
			if got := p.Groups[1].Rows[n].Shape; got != shape {
				t.Errorf("%s: row %d is %q, want %q", size.id, n, got, shape)
			}
		}
		for _, g := range p.Groups {
			for _, r := range g.Rows {
				if r.EndX < size.left || r.EndX > size.right || r.From < 0 || r.Y >= p.H {
					t.Errorf("%s: %s lies outside: %+v", size.id, r.Label, r)
				}
			}
		}
		if len(p.Marks) != 2 || p.Marks[1].Numbers != "2,3" {
			t.Errorf("%s: marks %+v", size.id, p.Marks)
		}
		for n, a := range p.Ticks {
			for _, b := range p.Ticks[:n] {
				if abs(a.X-b.X) < 52 {
					t.Errorf("%s: %s and %s collide", size.id, a.Off, b.Off)
				}
			}
		}
	}
}

func TestAPictureOfOneInstant(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	p := draw([]clockLine{{Group: "A", Label: "x", Start: now, Due: &now, State: view.Badge{Text: "Due soon", Tone: view.Soon}}}, nil, now, view.Reader{Now: now}, wideSize())
	if r := p.Groups[0].Rows[0]; r.EndX < p.Left || r.EndX > p.Right {
		t.Errorf("%+v", r)
	}
}

func TestLineDiff(t *testing.T) {
	got := lineDiff("a\nb\nc\nd\ne\nf\ng\n", "a\nb\nc\nx\ne\nf\ng\nh\n")
	want := " b| c|-d|+x| e| f| g|+h|"
	text := ""
	for _, l := range got {
		text += l.Mark + l.Text + "|"
	}
	if text != want {
		t.Errorf("%s, want %s", text, want)
	}
	if got := lineDiff("a\n", "a\n"); got != nil {
		t.Errorf("the same text differs: %v", got)
	}
}
