package view

// ErrorPage is the data of the page "error".
type ErrorPage struct {
	Sentence  string
	Problems  []string
	Reference string // for the log; empty unless the fault is ours
	Back      string
}
