package casework

// IndexTable is the table of indexes, for tests that damage it.
var IndexTable = indexes
