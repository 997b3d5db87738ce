package affected

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"tocsin/incident"
)

func zipOf(t testing.TB, names []string, texts map[string]string) string {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, name := range names {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(texts[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func tarOf(t testing.TB, names []string, texts map[string]string) string {
	t.Helper()
	var buf bytes.Buffer
	z := tar.NewWriter(&buf)
	for _, name := range names {
		if err := z.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(texts[name])), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := z.Write([]byte(texts[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// An archive is a set as a folder is: one exposure, each file by itself in the account.
func TestArchives(t *testing.T) {
	texts := map[string]string{
		"b/late.csv": "id,mail\nC2,\nnobody,\n", "a.csv": "id,mail\nC1,\nbroken\n", "c.csv.gz": gzipOf(t, "id,mail\nC1,\nC4,\n"), "d.jsonl": `{"id":"C3","mail":""}` + "\n",
		".DS_Store": "x", "__MACOSX/a.csv": "x", "b/": "",
	}
	names := []string{"b/", "b/late.csv", "__MACOSX/a.csv", ".DS_Store", "d.jsonl", "c.csv.gz", "a.csv"}
	var want string
	for _, kind := range []string{"zip", "tar"} {
		data := zipOf(t, names, texts)
		if kind == "tar" {
			data = tarOf(t, names[1:], texts)
		}
		spec := mustParse(t, head+"[[exposure]]\nname = \"leak\"\npath = \"in/F."+kind+"\"\nmatch = { customer_id = \"id\", email = \"mail\" }\nelements = [\"ssn\"]\n")
		from := files{"customers.csv": customers, "in/F." + kind: data}
		for _, lim := range []limits{{block: 64, record: 1 << 12}, {block: 64, record: 1 << 12, narrow: true}} {
			got := resolveAll(t, spec, from, Options{Workers: 2}, lim)
			text := strings.ReplaceAll(got.people+got.unmatched+got.rejected, "F."+kind, "F")
			for _, in := range got.sum.Inputs {
				text += fmt.Sprintln(strings.Replace(in.Path, "F."+kind, "F", 1), in.Rows, in.Bytes > 0, in.SHA256, in.Matched, in.Duplicates)
			}
			if want == "" {
				want = text
			}
			if text != want {
				t.Errorf("%s: got\n%s\nwant\n%s", kind, text, want)
			}
		}
		got, err := Look(t.Context(), from, Input{Path: "in/F." + kind}, 5)
		if err != nil || strings.Join(got.Names(), ",") != "id,mail" || got.Input.Path != "in/F."+kind || got.Input.Format != "" {
			t.Errorf("%s: looked at: %+v, %v", kind, got, err)
		}
	}
	for _, line := range []string{"C1,Anna Abel", "C2,", "C3,Cara", "C4,", "in/F/b/late.csv,3,nobody", "in/F/a.csv,3,", "in/F/a.csv 2", "in/F/c.csv.gz 2", "in/F/d.jsonl 1"} {
		if !strings.Contains(want, line) {
			t.Errorf("%q is not in\n%s", line, want)
		}
	}
}

func TestArchivesThatDoHarm(t *testing.T) {
	good := zipOf(t, []string{"a.csv"}, map[string]string{"a.csv": "id\nC1\n"})
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	w, err := z.Create("a.csv")
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 80 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	// The claimed size, in the directory at the end, made small.
	lying := []byte(zipOf(t, []string{"a.csv"}, map[string]string{"a.csv": "id\n" + strings.Repeat("C1\n", 1000)}))
	at := bytes.LastIndex(lying, []byte("PK\x01\x02"))
	copy(lying[at+24:], []byte{5, 0, 0, 0})
	encrypted := []byte(good)
	encrypted[bytes.LastIndex(encrypted, []byte("PK\x01\x02"))+8] |= 1
	for name, tc := range map[string]struct{ path, data, says string }{
		"a bomb":            {"f.zip", bomb.String(), "unpacks to more than 400 times its size"},
		"a lie":             {"f.zip", string(lying), "cannot be read to its end"},
		"encrypted":         {"f.zip", string(encrypted), "is encrypted"},
		"cut short":         {"f.zip", good[:len(good)-10], "is not a sound ZIP file"},
		"no ZIP":            {"f.zip", "id\nC1\n", "is not a sound ZIP file"},
		"no tar":            {"f.tar", strings.Repeat("id\nC1\n", 200), "is not a sound tar file"},
		"a sparse file":     {"f.tar", sparseTar(), "larger than the archive"},
		"a tar cut short":   {"f.tar", tarOf(t, []string{"a.csv"}, map[string]string{"a.csv": "id\n" + strings.Repeat("C1\n", 1000)})[:1024], "larger than the archive"},
		"empty":             {"f.zip", zipOf(t, []string{".x"}, nil), "holds no files"},
		"one within":        {"f.zip", zipOf(t, []string{"b.zip"}, map[string]string{"b.zip": good}), "an archive in a set of files is not supported"},
		"a name outside":    {"f.zip", zipOf(t, []string{"../a.csv"}, nil), "a name that cannot be"},
		"one name twice":    {"f.zip", zipOf(t, []string{"a.csv", "a.csv"}, map[string]string{"a.csv": "id\n"}), "two files of one name"},
		"no such column":    {"f.zip", zipOf(t, []string{"a.csv"}, map[string]string{"a.csv": "who\nC1\n"}), `f.zip/a.csv: has no column called "id"`},
		"a compressed tar":  {"f.tar.gz", gzipOf(t, "x"), "is not supported"},
		"many":              {"f.zip", zipOf(t, manyNames(maxMembers+1), nil), "holds more than"},
		"nothing":           {"f.zip", "", "is not a sound ZIP file"},
		"not there":         {"g.zip", "", "there is no such file"},
		"a name with lines": {"f.zip", zipOf(t, []string{"a\n.csv"}, nil), "a name that cannot be"},
	} {
		t.Run(name, func(t *testing.T) {
			spec := mustParse(t, head+"[[exposure]]\nname = \"leak\"\npath = \""+tc.path+"\"\nmatch = { customer_id = \"id\" }\nelements = [\"ssn\"]\n")
			from := files{"customers.csv": customers, strings.Replace(tc.path, "g", "h", 1): tc.data}
			if tc.path == "f.tar.gz" {
				from[tc.path] = tc.data
			}
			_, err := Resolve(t.Context(), spec, from, Outputs{}, Options{})
			kind := incident.KindOf(err)
			if kind != incident.Invalid && kind != incident.TooLarge || !strings.Contains(fmt.Sprint(err), tc.says) {
				t.Errorf("got %v (%v), want … %s …", err, kind, tc.says)
			}
		})
	}
}

// sparseTar is a tar of one file with a gigabyte of holes (PAX, GNU.sparse 0.1).
func sparseTar() string {
	record := func(key, value string) string {
		line := fmt.Sprintf(" %s=%s\n", key, value)
		n := len(line) + 2
		if len(fmt.Sprint(n)) > 2 {
			n++
		}
		return fmt.Sprint(n) + line
	}
	pax := record("GNU.sparse.size", "1073741824") + record("GNU.sparse.numblocks", "1") + record("GNU.sparse.map", "0,4")
	header := func(name string, kind byte, size int) string {
		b := make([]byte, 512)
		copy(b, name)
		copy(b[100:], "0000600\x000000000\x000000000\x00")
		copy(b[124:], fmt.Sprintf("%011o\x00", size))
		copy(b[136:], "00000000000\x00        ")
		b[156] = kind
		copy(b[257:], "ustar\x0000")
		sum := 0
		for _, c := range b {
			sum += int(c)
		}
		copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
		return string(b)
	}
	pad := func(s string) string { return s + strings.Repeat("\x00", (512-len(s)%512)%512) }
	return header("pax", 'x', len(pax)) + pad(pax) + header("a.csv", '0', 4) + pad("id\nC") + strings.Repeat("\x00", 1024)
}

func manyNames(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("%d.csv", i))
	}
	return names
}

// Whatever is called an archive: nothing but errors of the file, and nothing read beyond what it claims.
func FuzzArchive(f *testing.F) {
	f.Add([]byte(zipOf(f, []string{"a.csv", "b/c.csv"}, map[string]string{"a.csv": "id\nC1\n", "b/c.csv": "id\nC2\n"})), true)
	f.Add([]byte(tarOf(f, []string{"a.csv"}, map[string]string{"a.csv": "id\nC1\n"})), false)
	f.Add([]byte("PK\x05\x06"), true)
	f.Fuzz(func(t *testing.T, data []byte, zipped bool) {
		path := "f.tar"
		if zipped {
			path = "f.zip"
		}
		from := files{path: string(data)}
		names, err := archiveMembers(t.Context(), from, path)
		if err != nil {
			if k := incident.KindOf(err); k != incident.Invalid && k != incident.TooLarge {
				t.Errorf("%v (%v)", err, k)
			}
			return
		}
		for _, name := range names {
			r, size, err := openPath(t.Context(), from, name)
			if err != nil {
				continue
			}
			n, err := io.Copy(io.Discard, io.LimitReader(r, 1<<20))
			if err == nil && n > size {
				t.Errorf("%s has %d bytes, and claims %d", name, n, size)
			}
			r.Close()
		}
	})
}
