package casework

// IndexTable is the table of indexes, for tests that damage it.
var IndexTable = indexes

// ForgetDeadlines makes the store one from before there was an index of deadlines.
var ForgetDeadlines = forgetDeadlines
