// Package affected works out whose data leaked: it matches exports of what was
// exposed with the customer directory and writes the roster of affected people.
//
// [ParseSpec] reads the file that says which file is the directory, which are
// the exposures, and how a row names a person. [Resolve] does the work,
// [ReadRoster] reads the roster back, one person at a time.
//
// It is built for millions of people. Inputs are streams: the directory is
// read twice (once to index its keys, once to write people.csv in its order),
// each exposure once. What stays in memory is 16 bytes for each key of the
// directory that an exposure matches by (at most 75 % full), 8 bytes and one
// bit for each exposure for every person, and a few blocks of input for each
// worker. Where a memory limit leaves no room for that, keys are dealt into
// parts that fit, in a sealed temporary file (see narrow). Names and addresses never stay. Files are cut into blocks that
// workers split and match in parallel; whatever their number, the outputs are
// the same bytes.
//
// It is not a merger of people: every row of the directory is a person, and
// nothing is merged on a guess. A row that could mean several people is
// counted and listed as a conflict (see [Summary]). A name is a key only
// together with a birth date or an address (see [Exposure.Keys]). It infers
// nothing from names, and it does no I/O of its own beyond the [Sources] and
// [Outputs] it is given.
//
// Promise to old data: the columns of people.csv keep their order and meaning;
// new ones are only added at the end, and ReadRoster reads older files.
package affected
