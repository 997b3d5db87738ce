package affected

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Input says where a table is and how it is to be read. What is left out is
// told by the file's name and its first bytes.
type Input struct {
	// Path is a file, or several that count as one: a folder, a pattern with * and ?, or an archive (.zip, .tar). They are taken in the order of their names.
	Path      string   `json:"path,omitempty"`
	Format    string   `json:"format,omitempty"`    // csv, jsonl, parquet, xlsx or fixed
	Delimiter string   `json:"delimiter,omitempty"` // csv: one character, or "tab"
	Encoding  string   `json:"encoding,omitempty"`  // utf-8, utf-16le, utf-16be or windows-1252 (latin-1 is read as that)
	Header    []string `json:"header,omitempty"`    // csv: the columns of a file whose first line does not name them
	Sheet     string   `json:"sheet,omitempty"`     // xlsx: the sheet; the first one where left out
	Fields    []Field  `json:"fields,omitempty"`    // fixed: the columns

	// PhoneCountry is where telephone numbers without an international prefix
	// belong, as ISO 3166 (DE). In a directory the person's own country comes first.
	PhoneCountry string `json:"phone_country,omitempty"`

	Database string `json:"database,omitempty"` // instead of Path: one of Spec.Databases
	Query    string `json:"query,omitempty"`    // and what to ask it
}

// Field is one column of a file of fixed width, in characters from 1, both ends included.
type Field struct {
	Name string `json:"name"`
	From int    `json:"from"`
	To   int    `json:"to"`
}

// Database is where a query goes. The secret in its address comes from a file
// or the environment, never from the spec.
type Database struct {
	Driver          string        `json:"driver"` // postgres (and what speaks its protocol) or mysql
	DSNFile         string        `json:"dsn_file,omitempty"`
	DSNEnv          string        `json:"dsn_env,omitempty"`
	Timeout         time.Duration `json:"timeout,omitempty"` // of one statement; 0: the driver's default
	TemporaryTables bool          `json:"temporary_tables,omitempty"`
}

// called is how an input is called in reports: its path, or the database and
// what is asked of it.
func (in *Input) called(what string) string {
	if in.Path != "" || in.Database == "" {
		return in.Path
	}
	return "database " + in.Database + ": " + what
}

// Called is how the directory is called in reports.
func (d *Directory) Called() string { return d.called("directory") }

// Called is how the exposure is called in reports, where it is one file or a query.
func (e *Exposure) Called() string { return e.called(e.Name) }

var (
	formats   = []string{"csv", "jsonl", "parquet", "xlsx", "fixed"}
	encodings = []string{"utf-8", "utf-16le", "utf-16be", "windows-1252", "latin-1"}
	drivers   = []string{"postgres", "mysql"}
)

func (c *checker) input(path string, in *Input, databases map[string]Database, lacking string) {
	fromFile, fromDatabase := strings.TrimSpace(in.Path) != "", in.Database != "" || in.Query != ""
	switch {
	case fromFile && fromDatabase:
		c.add(path+".query", "a path and a query cannot both be the input: leave one of them out")
	case fromDatabase:
		if _, ok := databases[in.Database]; !ok {
			c.add(path+".database", "there is no [database.%s]", in.Database)
		}
		if strings.TrimSpace(in.Query) == "" {
			c.add(path+".query", "a query is missing: what to ask the database")
		}
	case !fromFile:
		c.add(path+".path", "%s", lacking)
	}
	if in.Format != "" && !slices.Contains(formats, in.Format) {
		c.add(path+".format", "%q is not a format; known are %s", in.Format, strings.Join(formats, ", "))
	}
	if in.Encoding != "" && !slices.Contains(encodings, in.Encoding) {
		c.add(path+".encoding", "%q is not an encoding; known are %s", in.Encoding, strings.Join(encodings, ", "))
	}
	if _, ok := in.delimiter(); !ok {
		c.add(path+".delimiter", "%q cannot separate columns: give one ASCII character that is no quote and no line end, or \"tab\"", in.Delimiter)
	}
	if in.PhoneCountry != "" && countryCode(in.PhoneCountry) != in.PhoneCountry {
		c.add(path+".phone_country", "%q is not an ISO 3166 code of a country, such as DE", in.PhoneCountry)
	}
	c.fields(path, in)
}

func (c *checker) fields(path string, in *Input) {
	if (in.Format == "fixed") != (len(in.Fields) > 0) {
		c.add(path+".fields", "format = \"fixed\" and fields, which say where its columns are, go together")
	}
	names := map[string]bool{}
	for i, f := range in.Fields {
		where := fmt.Sprintf("%s.fields[%d]", path, i)
		switch {
		case strings.TrimSpace(f.Name) == "":
			c.add(where, "a field needs a name")
		case names[f.Name]:
			c.add(where, "there is another field named %q", f.Name)
		case f.From < 1 || f.To < f.From:
			c.add(where, "%s: from and to are places of characters, counted from 1, with to not before from", f.Name)
		}
		names[f.Name] = true
	}
}

func (c *checker) databases(all map[string]Database) {
	for _, name := range sortedKeys(all) {
		d, path := all[name], "database."+name
		if !slices.Contains(drivers, d.Driver) {
			c.add(path+".driver", "%q is not a driver; known are %s", d.Driver, strings.Join(drivers, ", "))
		}
		if (d.DSNFile == "") == (d.DSNEnv == "") {
			c.add(path, "say where the address of the database is: dsn_file (a file) or dsn_env (a variable of the environment)")
		}
		if d.Timeout < 0 {
			c.add(path+".timeout", "a timeout cannot be negative")
		}
	}
}

// delimiter is the separator of columns; 0 where it is to be told by the file.
func (in *Input) delimiter() (byte, bool) {
	switch {
	case in.Delimiter == "":
		return 0, true
	case in.Delimiter == "tab":
		return '\t', true
	case len(in.Delimiter) != 1 || in.Delimiter[0] >= utf8.RuneSelf || strings.ContainsAny(in.Delimiter, "\"\r\n\x00"):
		return 0, false
	}
	return in.Delimiter[0], true
}
