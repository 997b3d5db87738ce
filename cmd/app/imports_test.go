package app

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// owners says which folders alone may import a library; tests are held to it too.
var owners = map[string][]string{
	"go.etcd.io/bbolt":             {"incident/ledger"},
	"github.com/gin-gonic/gin":     {"web"},
	"github.com/wneessen/go-mail":  {"notify/smtp"},
	"github.com/slack-go/slack":    {"notify/slack", "web/slash"},
	"github.com/alecthomas/kong":   {"cmd/tocsin"},
	"filippo.io/age":               {"incident/vault", "incident/keys", "incident/casework", "notify/post", "web"},
	"codeberg.org/go-pdf/fpdf":     {"notify/post"},
	"golang.org/x/mod":             {"incident/ledger", "incident/keys"},
	"github.com/jackc/pgx/v5":      {"incident/warehouse"},
	"github.com/go-sql-driver":     {"incident/warehouse"},
	"github.com/chromedp/chromedp": {"cmd/e2e", "web"},
}

// mayImport is the direction of imports: a package may use those named and
// what is inside them, its own children, and nothing else of the module.
var mayImport = map[string][]string{
	"incident":             {},
	"incident/condition":   {"incident"},
	"incident/keys":        {"incident"},
	"incident/ledger":      {"incident", "incident/keys", "incident/ledger"},
	"incident/vault":       {"incident", "incident/keys", "incident/ledger"},
	"incident/affected":    {"incident"},
	"incident/warehouse":   {"incident", "incident/affected"},
	"incident/scan":        {"incident", "incident/affected"},
	"incident/scan/detect": {"incident"},
	"incident/bundle":      {"incident", "incident/ledger", "incident/casework"},
	"incident/casework":    {"incident", "incident/affected", "incident/ledger", "incident/vault", "incident/keys"},
	"playbooks":            {"incident", "incident/condition"},
	"playbooks/builtin":    {"playbooks", "incident", "incident/condition"},
	"notify":               {"incident", "incident/condition"},
	"notify/statute":       {"incident", "incident/condition", "notify", "incident/affected"},
	"notify/letter":        {"incident", "incident/condition", "notify"},
	"notify/filing":        {"incident", "incident/condition", "notify", "notify/letter"},
	"notify/post":          {"incident", "incident/vault"},
	"notify/bounce":        {"incident"},
	"notify/smtp":          {"incident", "notify", "notify/notifytest"},
	"notify/slack":         {"incident", "notify", "notify/notifytest", "notify/outbox"},
}

// barred may not be imported from below the doors, whatever the table above says.
var doors = []string{"web", "cmd"}

func TestImportTable(t *testing.T) {
	root := filepath.Join("..", "..")
	checked := 0
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (strings.HasPrefix(e.Name(), ".") && e.Name() != ".." || e.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		folder = filepath.ToSlash(folder)
		test := strings.HasSuffix(path, "_test.go")
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			checked++
			for lib, homes := range owners {
				if within(name, lib) && !slices.ContainsFunc(homes, func(h string) bool { return within(folder, h) }) {
					t.Errorf("%s imports %s, which belongs to %s", path, name, strings.Join(homes, " and "))
				}
			}
			own, ok := strings.CutPrefix(name, "tocsin/")
			if !ok {
				if folder == "incident" && strings.Contains(name, ".") && !test {
					t.Errorf("%s imports %s; incident uses the standard library alone", path, name)
				}
				continue
			}
			if test {
				continue // a test may stand on what is above it: the real store, a real desk
			}
			if !slices.ContainsFunc(doors, func(d string) bool { return within(folder, d) }) &&
				slices.ContainsFunc(doors, func(d string) bool { return within(own, d) }) {
				t.Errorf("%s imports %s: nothing below the doors knows them", path, name)
			}
			if allowed, ok := mayImport[folder]; ok && !slices.Contains(allowed, own) && !strings.HasPrefix(own, folder+"/") {
				t.Errorf("%s imports %s; %s may import %v", path, name, folder, allowed)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if checked < 100 {
		t.Errorf("only %d imports were looked at: is this the root of the module?", checked)
	}
}

// within reports whether path is root or lies under it.
func within(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }
