package app

import (
	"fmt"
	"os"
	"time"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
	"tocsin/incident/warehouse"
)

// MatchingConfig bounds the work on exports of what was exposed.
type MatchingConfig struct {
	Memory  string `toml:"memory"`  // what matching may take, such as 512MB; "": as much as it needs
	Scratch string `toml:"scratch"` // folder of the sealed temporary file of a run with such a limit; "": the system's
	Upload  string `toml:"upload"`  // how large one uploaded file may be

	Databases []DatabaseConfig `toml:"database"` // that may be asked for exports in the console
}

// DatabaseConfig is a database that people who settle the list of affected people may ask.
type DatabaseConfig struct {
	Name    string   `toml:"name"`     // by which they choose it
	Driver  string   `toml:"driver"`   // postgres (and what speaks its protocol) or mysql
	DSNFile string   `toml:"dsn_file"` // holds its address
	Timeout Duration `toml:"timeout"`  // of one statement; 0: ten minutes
}

// sources are the databases that may be asked. Errors are Invalid, with every problem.
func (m *MatchingConfig) sources() (*warehouse.Sources, error) {
	all := make([]warehouse.Source, 0, len(m.Databases))
	for _, d := range m.Databases {
		all = append(all, warehouse.Source{Name: d.Name, Driver: d.Driver, DSNFile: d.DSNFile, Timeout: time.Duration(d.Timeout)})
	}
	return warehouse.NewSources(all)
}

// casework is the desk's part. Errors are Invalid, with every problem.
func (m *MatchingConfig) casework() (casework.Config, error) {
	out := casework.Config{Scratch: m.Scratch}
	var problems []incident.Problem
	size := func(where, text string, into *int64) {
		n, err := affected.ParseSize(text)
		if err != nil {
			problems = append(problems, incident.Problem{Where: where, What: err.Error()})
		}
		*into = n
	}
	if m.Memory != "" {
		size("matching.memory", m.Memory, &out.Memory)
	}
	size("matching.upload", m.Upload, &out.UploadLimit)
	if info, err := os.Stat(m.Scratch); m.Scratch != "" && (err != nil || !info.IsDir()) {
		problems = append(problems, incident.Problem{Where: "matching.scratch", What: "there is no such folder"})
	}
	if len(problems) > 0 {
		return out, &incident.Error{Kind: incident.Invalid, Message: "The limits of matching cannot be used.", Problems: problems}
	}
	return out, nil
}

// checkDatabases lists what is wrong with the databases that may be asked.
func (m *MatchingConfig) checkDatabases() []incident.Problem {
	_, err := m.sources()
	problems := incident.ProblemsOf(err)
	for n, d := range m.Databases {
		if what := checkFile(d.DSNFile); what != "" {
			problems = append(problems, incident.Problem{Where: fmt.Sprintf("matching.database[%d].dsn_file", n), What: what})
		}
	}
	return problems
}

// paths are those of the files with the addresses.
func (m *MatchingConfig) paths() (all []*string) {
	for n := range m.Databases {
		all = append(all, &m.Databases[n].DSNFile)
	}
	return all
}
