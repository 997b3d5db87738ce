package bundle_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/incident/bundle"
	"tocsin/incident/casework"
	"tocsin/incident/ledger/ledgertest"
	"tocsin/incident/vault"
)

var (
	ana  = incident.Principal{ID: "ana", Source: incident.FromConsole, Grants: []incident.Grant{incident.GrantResponder}}
	cora = incident.Principal{ID: "cora", Source: incident.FromConsole, Grants: []incident.Grant{incident.GrantCounsel}}
)

type house struct {
	*ledgertest.Store
	desk *casework.Desk
	deps bundle.Deps
	ref  string
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// build gives a case with three exhibits, the second of them privileged.
func build(t testing.TB) *house {
	t.Helper()
	h := &house{Store: ledgertest.New(t)}
	v, err := vault.New(h.DB, vault.Config{Dir: filepath.Join(h.Dir, vault.DirName)})
	must(t, err)
	h.desk, err = casework.New(casework.Deps{DB: h.DB, Vault: v}, casework.Config{})
	must(t, err)
	h.deps = bundle.Deps{DB: h.DB, Desk: h.desk, Vault: v, Software: "tocsin test"}
	ctx := context.Background()
	i, err := h.desk.OpenIncident(ctx, ana, casework.NewIncident{Title: "Leak <script>alert(1)</script>", Kind: "support_channel"})
	must(t, err)
	h.ref = i.Number
	collect := func(n casework.NewEvidence, body string) {
		h.Clock.Advance(time.Minute)
		_, err := h.desk.CollectEvidence(ctx, ana, h.ref, n, strings.NewReader(body))
		must(t, err)
	}
	collect(casework.NewEvidence{Title: "Gateway log", Kind: "log_extract", Source: "gate", FileName: "../../etc/gate.log"}, "line 1\nline 2\n")
	collect(casework.NewEvidence{Title: "Mail to outside counsel", Kind: "message", FileName: "advice.eml"}, "between us")
	collect(casework.NewEvidence{Title: "Screenshot", Kind: "screenshot", FileName: "Bild – früh.png"}, strings.Repeat("x", 100_000))
	_, err = h.desk.CollectEvidence(ctx, ana, h.ref, casework.NewEvidence{Title: "Post", Kind: "link", Link: "https://leak.example/x"}, nil)
	must(t, err)
	must(t, h.desk.MarkPrivileged(ctx, cora, h.ref, "evidence", "2", nil, false))
	must(t, h.desk.Note(ctx, cora, h.ref, "A privileged thought", time.Time{}, &incident.Privilege{}))
	_, err = h.desk.AddTask(ctx, cora, h.ref, casework.NewTask{Title: "Ask outside counsel", Privileged: true})
	must(t, err)
	must(t, h.desk.SetFacts(ctx, ana, h.ref, []casework.NewFact{{Name: "incident.encryption", Values: []string{"none"}, Source: "config read"}}))
	return h
}

// export writes the bag of the case into a new folder.
func (h *house) export(t testing.TB, rq bundle.Request) (string, bundle.Summary) {
	t.Helper()
	rq.Ref = h.ref
	var b bytes.Buffer
	s, err := bundle.Write(context.Background(), h.deps, rq, &b)
	must(t, err)
	dir := filepath.Join(t.TempDir(), "bag")
	must(t, bundle.Unpack(&b, dir, nil))
	return dir, s
}

func verify(t testing.TB, dir string) bundle.Report {
	t.Helper()
	r, err := bundle.Verify(dir, "", nil)
	must(t, err)
	return r
}

func files(t testing.TB, dir string) []string {
	t.Helper()
	var out []string
	must(t, filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, p)
			out = append(out, filepath.ToSlash(rel))
		}
		return err
	}))
	return out
}

func read(t testing.TB, dir, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	must(t, err)
	return string(raw)
}

func TestExportAndVerify(t *testing.T) {
	h := build(t)
	dir, s := h.export(t, bundle.Request{By: incident.Operator(), Names: map[string]string{"ana": "Ana A.", "nobody": "Nobody N."}})
	if s.Files != 2 || s.Incident != h.ref {
		t.Errorf("%+v", s)
	}
	r := verify(t, dir)
	if !r.OK() || r.Incident != h.ref || r.Exhibits != 3 || r.Signed != h.VerifierKey() {
		t.Fatalf("%+v", r)
	}
	if got := read(t, dir, "data/evidence/E001/_.._etc_gate.log"); got != "line 1\nline 2\n" {
		t.Errorf("%q", got)
	}
	if got := read(t, dir, "data/evidence/E003/Bild___fr_h.png"); len(got) != 100_000 {
		t.Errorf("%d bytes", len(got))
	}
	info := read(t, dir, "bag-info.txt")
	for _, want := range []string{"External-Identifier: " + h.ref + "\n", "Tocsin-Withheld: evidence 2: legally privileged\n", "Tocsin-Withheld: task 1: legally privileged\n", "Bag-Software-Agent: tocsin test\n", "Payload-Oxum: "} {
		if !strings.Contains(info, want) {
			t.Errorf("bag-info.txt lacks %q:\n%s", want, info)
		}
	}
	// What is privileged is nowhere in it, and neither are names that do not occur.
	for _, name := range files(t, dir) {
		for _, secret := range []string{"between us", "outside counsel", "privileged thought", "advice.eml", "Nobody N."} {
			if strings.Contains(read(t, dir, name), secret) {
				t.Errorf("%s holds %q", name, secret)
			}
		}
	}
	page := read(t, dir, "data/index.html")
	if strings.Contains(page, "<script") || !strings.Contains(page, "Ana A.") || !strings.Contains(page, `href="evidence/E001/_.._etc_gate.log"`) || !strings.Contains(page, "evidence 2: legally privileged") {
		t.Error(page)
	}
	if strings.Contains(page, "http://") || strings.Contains(page, `src=`) {
		t.Error("the page reaches outside")
	}
	// The copy is on record: custody before the bytes left, and the bag's own head covers it.
	if c := read(t, dir, "data/custody.jsonl"); strings.Count(c, "copied into an evidence bundle") != 2 {
		t.Error(c)
	}
	must(t, h.VerifyHead(t.Context(), r.Head))
	lines, err := h.desk.Timeline(t.Context(), ana, h.ref, 1)
	must(t, err)
	if lines[0].Act != "evidence.export" || lines[0].Source != incident.FromCLI {
		t.Errorf("%+v", lines[0])
	}
}

func TestCounselIncludesByName(t *testing.T) {
	h := build(t)
	dir, _ := h.export(t, bundle.Request{By: cora, Include: []string{"evidence/2"}})
	if got := read(t, dir, "data/evidence/E002/advice.eml"); got != "between us" {
		t.Errorf("%q", got)
	}
	if strings.Contains(read(t, dir, "data/incident.json"), "Ask outside counsel") {
		t.Error("a task that was not named is in it")
	}
	if r := verify(t, dir); !r.OK() {
		t.Error(r.Problems)
	}
	// Nobody else can, the operator at the machine included.
	for _, by := range []incident.Principal{ana, incident.Operator()} {
		dir, _ := h.export(t, bundle.Request{By: by, Include: []string{"evidence/2", "task/1"}})
		if strings.Contains(read(t, dir, "data/incident.json"), "outside counsel") {
			t.Errorf("%s included a privileged item", by.ID)
		}
	}
}

func TestTamperedBags(t *testing.T) {
	h := build(t)
	whole, _ := h.export(t, bundle.Request{By: incident.Operator()})
	const log = "data/evidence/E001/_.._etc_gate.log"
	for _, tt := range []struct {
		name string
		do   func(t *testing.T, dir string)
		want []string // where
	}{
		{"exhibit changed", edit(log, "line 2", "line 3"), []string{log}},
		{"exhibit gone", remove(log), []string{log, "bag-info.txt"}},
		{"exhibit renamed", func(t *testing.T, dir string) {
			must(t, os.Rename(filepath.Join(dir, log), filepath.Join(dir, "data/evidence/E001/other")))
		}, []string{"data/evidence/E001/other", log}},
		{"exhibit added", write("data/evidence/E009/planted", "x"), []string{"bag-info.txt", "data/evidence/E009/planted"}},
		{"tag file added", write("note.txt", "x"), []string{"note.txt"}},
		{"custody changed", edit("data/custody.jsonl", `"ana"`, `"eve"`), []string{"data/custody.jsonl"}},
		{"timeline gone", remove("data/timeline.jsonl"), []string{"bag-info.txt", "data/timeline.jsonl"}},
		{"bag-info changed", edit("bag-info.txt", "Tocsin-Withheld: evidence 2", "Tocsin-Withheld: evidence 9"), []string{"bag-info.txt"}},
		{"declaration gone", remove("bagit.txt"), []string{"bagit.txt"}},
		{"declaration changed", edit("bagit.txt", "1.0", "2.0"), []string{"bagit.txt"}},
		{"manifest gone", remove("manifest-sha256.txt"), []string{"manifest-sha256.txt"}},
		{"tag manifest gone", remove("tagmanifest-sha256.txt"), []string{"tagmanifest-sha256.txt"}},
		{"signature gone", remove("signature.txt"), []string{"signature.txt"}},
		{"signature changed", edit("signature.txt", h.ref, "INC-2026-0009"), []string{"signature.txt"}},
		{"head changed", edit("ledger-head.txt", "\n", "\n1"), []string{"ledger-head.txt"}},
		{"manifest out of the bag", func(t *testing.T, dir string) {
			add(t, dir, "manifest-sha256.txt", strings.Repeat("0", 64)+"  data/../../etc/passwd\n")
		}, []string{"manifest-sha256.txt"}},
		{"exhibit and manifests changed", func(t *testing.T, dir string) {
			edit(log, "line 2", "line 3")(t, dir)
			reseal(t, dir)
		}, []string{log, "tagmanifest-sha256.txt"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := copyOf(t, whole)
			tt.do(t, dir)
			r := verify(t, dir)
			where := map[string]bool{}
			for _, p := range r.Problems {
				where[p.Where] = true
			}
			for _, w := range tt.want {
				if !where[w] {
					t.Errorf("nothing said of %s: %v", w, r.Problems)
				}
			}
			if r.OK() {
				t.Error("found nothing wrong")
			}
		})
	}
	if runtime.GOOS != "windows" {
		dir := copyOf(t, whole)
		must(t, os.Rename(filepath.Join(dir, log), filepath.Join(dir, "..", "aside")))
		must(t, os.Symlink(filepath.Join(dir, "..", "aside"), filepath.Join(dir, log)))
		if r := verify(t, dir); r.OK() || r.Problems[len(r.Problems)-1].Where != log {
			t.Errorf("a link: %v", r.Problems)
		}
	}
}

// Any single byte changed anywhere in a bag is found, with its file.
func TestEveryByteCounts(t *testing.T) {
	h := build(t)
	whole, _ := h.export(t, bundle.Request{By: incident.Operator()})
	for _, name := range files(t, whole) {
		content := read(t, whole, name)
		for _, at := range []int{0, len(content) / 2, len(content) - 1} {
			raw := []byte(content)
			raw[at] ^= 1
			must(t, os.WriteFile(filepath.Join(whole, name), raw, 0o600))
			r := verify(t, whole)
			found := false
			for _, p := range r.Problems {
				found = found || p.Where == name
			}
			if !found {
				t.Errorf("%s, byte %d: %v", name, at, r.Problems)
			}
		}
		must(t, os.WriteFile(filepath.Join(whole, name), []byte(content), 0o600))
	}
	if r := verify(t, whole); !r.OK() {
		t.Error(r.Problems)
	}
}

func TestKeyKeptElsewhere(t *testing.T) {
	h, other := build(t), build(t)
	dir, _ := h.export(t, bundle.Request{By: incident.Operator()})
	for key, want := range map[string]bool{h.VerifierKey(): true, other.VerifierKey(): false} {
		r, err := bundle.Verify(dir, key+"\n", nil)
		must(t, err)
		if r.OK() != want {
			t.Errorf("%v", r.Problems)
		}
	}
	if _, err := bundle.Verify(filepath.Join(dir, "nothing"), "", nil); incident.KindOf(err) != incident.NotFound {
		t.Errorf("error %v", err)
	}
	if r := verify(t, t.TempDir()); r.OK() {
		t.Error("an empty folder is a bag")
	}
}

func TestAlteredEvidenceIsNotExported(t *testing.T) {
	h := build(t)
	damaged := 0
	must(t, filepath.WalkDir(filepath.Join(h.Dir, vault.DirName), func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(p)
		if err != nil || len(raw) < 50_000 {
			return err
		}
		raw[len(raw)/2] ^= 1
		damaged++
		must(t, os.Chmod(p, 0o600))
		return os.WriteFile(p, raw, 0o600)
	}))
	if damaged != 1 {
		t.Fatalf("%d files damaged", damaged)
	}
	var b bytes.Buffer
	_, err := bundle.Write(t.Context(), h.deps, bundle.Request{By: incident.Operator(), Ref: h.ref}, &b)
	if err == nil || !strings.Contains(incident.Sentence(err), "Evidence 3 ") {
		t.Errorf("error %v", err)
	}
	dir := filepath.Join(t.TempDir(), "bag")
	if err := bundle.Unpack(&b, dir, nil); err == nil {
		if r := verify(t, dir); r.OK() {
			t.Error("half a bag is whole")
		}
	}
}

func TestWhoMayNotSeeGetsNothing(t *testing.T) {
	h := build(t)
	must(t, h.desk.Restrict(t.Context(), ana, h.ref, true))
	var b bytes.Buffer
	_, err := bundle.Write(t.Context(), h.deps, bundle.Request{By: cora, Ref: h.ref}, &b)
	if incident.KindOf(err) != incident.NotFound || b.Len() != 0 {
		t.Errorf("error %v, %d bytes", err, b.Len())
	}
}

func TestUnpackRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		h    tar.Header
	}{
		{"up", tar.Header{Name: "../out", Typeflag: tar.TypeReg}},
		{"up inside", tar.Header{Name: "data/../../out", Typeflag: tar.TypeReg}},
		{"absolute", tar.Header{Name: "/tmp/out", Typeflag: tar.TypeReg}},
		{"link", tar.Header{Name: "data/l", Typeflag: tar.TypeSymlink, Linkname: "/etc"}},
		{"device", tar.Header{Name: "data/d", Typeflag: tar.TypeChar}},
		{"folder", tar.Header{Name: "data/", Typeflag: tar.TypeDir}},
	} {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		must(t, w.WriteHeader(&tt.h))
		must(t, w.Close())
		dir := filepath.Join(t.TempDir(), "bag")
		if err := bundle.Unpack(&b, dir, nil); incident.KindOf(err) != incident.Invalid || err == nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if len(files(t, filepath.Dir(dir))) != 0 {
			t.Errorf("%s: something was written", tt.name)
		}
	}
	full := t.TempDir()
	must(t, os.WriteFile(filepath.Join(full, "x"), nil, 0o600))
	if err := bundle.Unpack(strings.NewReader(""), full, nil); incident.KindOf(err) != incident.Conflict {
		t.Errorf("a full folder: %v", err)
	}
}

// sha256sum, which everybody has, agrees with the manifests.
func TestOtherToolsAgree(t *testing.T) {
	tool, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip("no sha256sum here")
	}
	h := build(t)
	dir, _ := h.export(t, bundle.Request{By: incident.Operator()})
	for _, manifest := range []string{"manifest-sha256.txt", "tagmanifest-sha256.txt"} {
		c := exec.CommandContext(t.Context(), tool, "--check", "--strict", manifest)
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", manifest, err, out)
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("manifest-sha256.txt", strings.Repeat("0", 64)+"  data/x\n")
	f.Add("signature.txt", "a\n\n— b c\n")
	f.Add("verifier-key.txt", "n+00000000+AQ==")
	f.Add("data/incident.json", `{"evidence":[{"number":1,"path":"data/../x","custody_seq":3}]}`)
	f.Add("data/custody.jsonl", "{}\n{")
	f.Fuzz(func(t *testing.T, name, content string) {
		if !fs.ValidPath(name) || strings.ContainsAny(name, "\\:\x00") || len(name) > 100 {
			return
		}
		dir := t.TempDir()
		at := filepath.Join(dir, filepath.FromSlash(name))
		if os.MkdirAll(filepath.Dir(at), 0o700) != nil || os.WriteFile(at, []byte(content), 0o600) != nil {
			return
		}
		r, err := bundle.Verify(dir, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.OK() {
			t.Error("one file is a bag")
		}
	})
}

func edit(name, from, to string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		content := read(t, dir, name)
		if !strings.Contains(content, from) {
			t.Fatalf("%s lacks %q", name, from)
		}
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(strings.Replace(content, from, to, 1)), 0o600))
	}
}

func remove(name string) func(*testing.T, string) {
	return func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, name))) }
}

func write(name, content string) func(*testing.T, string) {
	return func(t *testing.T, dir string) {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
}

func add(t *testing.T, dir, name, line string) {
	must(t, os.WriteFile(filepath.Join(dir, name), []byte(read(t, dir, name)+line), 0o600))
}

// reseal makes both manifests anew, as somebody without the store's key could.
func reseal(t *testing.T, dir string) {
	for _, m := range []struct {
		name    string
		payload bool
	}{{"manifest-sha256.txt", true}, {"tagmanifest-sha256.txt", false}} {
		var b strings.Builder
		for _, name := range files(t, dir) {
			if strings.HasPrefix(name, "data/") != m.payload || name == "tagmanifest-sha256.txt" || name == "signature.txt" {
				continue
			}
			sum := sha256.Sum256([]byte(read(t, dir, name)))
			fmt.Fprintf(&b, "%s  %s\n", hex.EncodeToString(sum[:]), name)
		}
		must(t, os.WriteFile(filepath.Join(dir, m.name), []byte(b.String()), 0o600))
	}
}

func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "bag")
	must(t, os.CopyFS(to, os.DirFS(dir)))
	return to
}
