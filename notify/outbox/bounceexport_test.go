package outbox

// Counted is counted, for the test that holds it to the rules.
func Counted(rule string) (int, string) { return counted(rule) }
