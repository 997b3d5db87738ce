package post_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"tocsin/incident"
	"tocsin/notify/post"
)

func run(t testing.TB, p *post.Press, into post.Store) post.Report {
	t.Helper()
	bad := golden(t, "gdpr-34.de", "DE")
	bad.Code = "=1"
	bad.ID = "=cmd()"
	letters := func(yield func(post.Letter, error) bool) {
		for l, err := range numbered(7, short) {
			if !yield(l, err) {
				return
			}
		}
		yield(bad, nil)
	}
	r, err := p.Run(ctx, post.Job{Name: "job-1", Date: date}, letters, into)
	if err != nil || r.Letters != 7 || r.Excluded[post.BadCode] != 1 {
		t.Fatal(r, err)
	}
	return r
}

func TestPackageIsABagOthersCanCheck(t *testing.T) {
	cfg := german()
	cfg.Batch = 3
	p := press(t, cfg)
	store := realVault(t)
	r := run(t, p, store)
	var out, again bytes.Buffer
	if err := errors.Join(p.Pack(ctx, &out, store, r), p.Pack(ctx, &again, store, r)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), again.Bytes()) {
		t.Error("the same run packed twice has other bytes")
	}
	files := unzip(t, out.Bytes())
	for _, list := range []string{"manifest-sha256.txt", "tagmanifest-sha256.txt"} {
		for _, row := range strings.Split(strings.TrimSpace(files["job-1/"+list]), "\n") {
			sum, name, _ := strings.Cut(row, "  ")
			if got := fmt.Sprintf("%x", sha256.Sum256([]byte(files["job-1/"+name]))); got != sum || files["job-1/"+name] == "" {
				t.Errorf("%s: %s has the sum %s, listed as %s", list, name, got, sum)
			}
		}
	}
	var names []string
	for name := range files {
		names = append(names, strings.TrimPrefix(name, "job-1/"))
	}
	slices.Sort(names)
	want := "bag-info.txt bagit.txt data/letters-00001.pdf data/letters-00002.pdf data/letters-00003.pdf data/manifest.csv data/manifest.json instructions.txt manifest-sha256.txt tagmanifest-sha256.txt"
	if strings.Join(names, " ") != want {
		t.Errorf("files %v", names)
	}
	if !strings.Contains(files["job-1/instructions.txt"], r.Digest) {
		t.Error("the instructions do not say what to give back")
	}
	for _, id := range []string{"p-000001", "cmd()"} {
		for name, text := range files {
			if strings.Contains(text, id) {
				t.Errorf("%s holds the roster's id %s", name, id)
			}
		}
	}
}

func TestIdsAreInertInASpreadsheet(t *testing.T) {
	s := shelf{}
	run(t, press(t, german()), s)
	if !strings.Contains(string(s["excluded.csv"]), "8,'=cmd(),code,") {
		t.Errorf("excluded.csv:\n%s", s["excluded.csv"])
	}
}

func unzip(t testing.TB, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(b)
	}
	return out
}

func TestSealedForTheMailHouse(t *testing.T) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	to, err := post.ParseRecipients([]string{key.Recipient().String() + "\n"})
	if err != nil {
		t.Fatal(err)
	}
	p := press(t, german())
	s := shelf{}
	r := run(t, p, s)
	var out bytes.Buffer
	if err := p.Pack(ctx, &out, s, r, to...); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(out.Bytes(), []byte("manifest")) {
		t.Error("the package is readable")
	}
	plain, err := age.Decrypt(&out, key)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(plain)
	if err != nil {
		t.Fatal(err)
	}
	if files := unzip(t, data); files["job-1/data/letters-00001.pdf"] != string(s["letters-00001.pdf"]) {
		t.Error("the letters are others")
	}
	for _, bad := range []string{"", "AGE-SECRET-KEY-1", "age1xyz", "age1\nage1"} {
		_, err := post.ParseRecipients([]string{key.Recipient().String(), bad})
		if incident.KindOf(err) != incident.Invalid || !strings.Contains(err.Error(), "key 2") || bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("key %q: %v", bad, err)
		}
	}
}

func TestAlteredOrMissingFilesAreNotPacked(t *testing.T) {
	p := press(t, german())
	for name, change := range map[string]func(shelf){
		"altered": func(s shelf) { s["letters-00001.pdf"][500] ^= 1 },
		"missing": func(s shelf) { delete(s, "manifest.csv") },
	} {
		s := shelf{}
		r := run(t, p, s)
		change(s)
		var out bytes.Buffer
		if err := p.Pack(ctx, &out, s, r); err == nil {
			t.Errorf("%s: packed", name)
		}
		if _, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len())); err == nil {
			t.Errorf("%s: what was written opens as a whole package", name)
		}
	}
}

func TestAReaderWhoLeaves(t *testing.T) {
	p := press(t, german())
	s := shelf{}
	r := run(t, p, s)
	if err := p.Pack(ctx, leaves{}, s, r); incident.KindOf(err) != incident.Unavailable {
		t.Errorf("error %v", err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := p.Pack(ended, io.Discard, s, r); incident.KindOf(err) != incident.Unavailable {
		t.Errorf("error %v", err)
	}
	if _, err := p.Run(ended, post.Job{Name: "x", Date: date}, numbered(3, short), s); incident.KindOf(err) != incident.Unavailable {
		t.Errorf("a run whose context has ended: %v", err)
	}
}

type leaves struct{}

func (leaves) Write([]byte) (int, error) { return 0, errors.New("connection reset") }
