package app

import (
	"context"
	"os"
	"path/filepath"

	"tocsin/incident"
)

// ownPlaybooks publishes the operator's playbooks. A text that is published
// already changes nothing; one that is wrong ends the start, with its problems.
func (a *App) ownPlaybooks(ctx context.Context) error {
	for _, folder := range a.cfg.Playbooks.Folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.toml"))
		if err != nil {
			return err
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				return incident.Because(incident.Invalid, err, "The playbook %s cannot be read.", name)
			}
			if _, err := a.Runner.Publish(ctx, incident.Operator(), name, data); err != nil {
				return err
			}
		}
	}
	return nil
}
