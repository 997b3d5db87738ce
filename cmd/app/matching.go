package app

import (
	"os"

	"tocsin/incident"
	"tocsin/incident/affected"
	"tocsin/incident/casework"
)

// MatchingConfig bounds the work on exports of what was exposed.
type MatchingConfig struct {
	Memory  string `toml:"memory"`  // what matching may take, such as 512MB; "": as much as it needs
	Scratch string `toml:"scratch"` // folder of the sealed temporary file of a run with such a limit; "": the system's
	Upload  string `toml:"upload"`  // how large one uploaded file may be
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
