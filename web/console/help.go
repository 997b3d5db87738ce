package console

import "tocsin/web/view"

// Help explains the marks and the words of the console.
func (c *Console) Help(r *Request) error {
	type row struct {
		State   view.Badge
		Meaning string
	}
	return r.Show("help", view.Page{Title: "Help", Data: []row{
		{view.Badge{Text: "Overdue", Tone: view.Overdue}, "The instant has passed, or a hand-over failed."},
		{view.Badge{Text: "Due soon", Tone: view.Soon}, "Less than 24 hours are left, or a person has to decide."},
		{view.Badge{Text: "Running", Tone: view.Running}, "The clock is counting."},
		{view.Badge{Text: "Waiting", Tone: view.Waiting}, "The clock has not started: it waits for what is named beside it."},
		{view.Badge{Text: "Done", Tone: view.Done}, "Finished, delivered or verified."},
		{view.Badge{Text: "Not owed", Tone: view.NotOwed}, "Does not apply, or no longer; the reason is beside it."},
		{view.Badge{Text: "Unknown", Tone: view.Unknown}, "A fact is missing. The question that would decide it is beside it."},
	}})
}
