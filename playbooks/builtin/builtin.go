// Package builtin is the library of playbooks that comes with the program.
//
// They are a start: an organisation reads them, changes them and publishes its
// own. A changed file here becomes a new revision where the program runs; a
// run that is under way keeps the text it was started with.
package builtin

import (
	"embed"
	"fmt"

	"tocsin/playbooks"
)

//go:embed *.toml
var files embed.FS

// All gives every playbook of the library, by slug. An error means that the
// binary was built from a broken file.
func All() ([]*playbooks.Playbook, error) {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("read the built-in playbooks: %w", err)
	}
	var all []*playbooks.Playbook
	for _, e := range entries {
		data, err := files.ReadFile(e.Name())
		if err != nil {
			return nil, fmt.Errorf("read the built-in playbooks: %w", err)
		}
		p, err := playbooks.Parse(e.Name(), data)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// Source gives the file of the playbook with this slug as it was written,
// comments included; false where there is none.
func Source(slug string) ([]byte, bool) {
	data, err := files.ReadFile(slug + ".toml")
	return data, err == nil
}
