package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// Flags that make no sense are a matter of usage, whatever the files hold.
func TestResolveUsage(t *testing.T) {
	dir := t.TempDir()
	for _, tc := range []struct {
		flag, want string
		code       int
	}{
		{"--memory=lots", "is not an amount of memory", exitUsage},
		{"--workers=-1", "-1 workers make no sense", exitUsage},
		{"--plan", "it needs --inside", exitUsage},
		{"--out=", "--out needs a folder", exitUsage},
		{"--json", "the spec cannot be opened", exitFailed},
	} {
		g, out, errs := globals("")
		code := run([]string{"affected", "resolve", filepath.Join(dir, "spec.toml"), "--out=" + filepath.Join(dir, "out"), tc.flag}, g)
		if code != tc.code || !strings.Contains(errs.String(), tc.want) || out.Len() > 0 {
			t.Errorf("%s: exit code %d, standard output %q, and %s", tc.flag, code, out, errs)
		}
	}
}
