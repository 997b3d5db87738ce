// Package warehouse reads the inputs of a spec of affected people out of
// databases, and, where all of them are in one that speaks PostgreSQL's
// protocol, has that database do the matching.
//
// [Open] takes the databases of a spec. [Databases.Query] is what
// [affected.Options] asks for: rows stream from PostgreSQL and MySQL (and what
// speaks their protocols) to the matching on this machine. [Databases.Inside]
// writes the same matching as one SQL statement instead: the engine joins, and
// only the affected people, rows that name nobody, and numbers travel.
//
// Whatever is asked runs in one read-only transaction with one snapshot for
// the whole run, under a statement timeout, and creates nothing, except
// temporary tables where the spec allows them. A spec's query is the operator's own
// text; it is read as far as it takes to know that it is one statement that
// only reads (see checkStatement), and it is never mixed with values.
//
// It is not a query builder, and it decides nothing that package affected does
// not decide: its SQL follows affected's rules, and a test compares both on a
// real PostgreSQL. No error, plan or progress of it holds a row, a key or the
// address of a database, which is a secret.
package warehouse
