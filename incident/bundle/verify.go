package bundle

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"tocsin/incident"
)

// Report is what Verify found.
type Report struct {
	Incident string             `json:"incident"` // as signed
	Files    int                `json:"files"`    // looked at
	Bytes    int64              `json:"bytes"`
	Exhibits int                `json:"exhibits"`
	Signed   string             `json:"signed_by"` // the key in the bag; compare it with one kept elsewhere
	Head     string             `json:"head"`      // the audit log's checkpoint in it
	Problems []incident.Problem `json:"problems"`  // where: the file
}

// OK reports whether nothing was found wrong.
func (r *Report) OK() bool { return len(r.Problems) == 0 }

func (r *Report) wrong(where, format string, args ...any) {
	r.Problems = append(r.Problems, incident.Problem{Where: where, What: fmt.Sprintf(format, args...)})
}

// tagFiles are those a bag of ours has besides its manifests and its signature.
var tagFiles = []string{"bagit.txt", "bag-info.txt", "manifest-sha256.txt", "ledger-head.txt", "verifier-key.txt"}

// tagLimit is what a tag file may weigh; a manifest of a million exhibits is below it.
const tagLimit = 256 << 20

// Verify checks a bag: that every file is there and as the manifests say, that
// no other is, that the signature is over exactly these manifests, and that each
// exhibit's custody is a chain from receipt on. It needs nothing but the folder.
// key, which may be empty, is a verifier key kept elsewhere that the bag's own
// must be equal to. progress, which may be nil, is told of each file.
//
// The error is only for what could not be looked at: NotFound, Unavailable.
func Verify(dir, key string, progress func(name string)) (Report, error) {
	r := Report{Problems: []incident.Problem{}}
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		return r, incident.Because(incident.NotFound, err, "There is no folder %s.", dir)
	}
	v := &verifier{Report: &r, dir: dir, sums: map[string]string{}, progress: progress}
	if err := v.walk(); err != nil {
		return r, incident.Because(incident.Unavailable, err, "The bag cannot be read whole.")
	}
	if declared := v.text("bagit.txt"); declared != "" && declared != declaration {
		r.wrong("bagit.txt", "not the declaration of a bag of BagIt 1.0 in UTF-8")
	}
	listed := v.against("tagmanifest-sha256.txt", false)
	for _, name := range tagFiles {
		if !listed[name] {
			r.wrong(name, "not listed in tagmanifest-sha256.txt")
		}
	}
	v.extra(listed, v.against("manifest-sha256.txt", true))
	v.oxum()
	v.signatures(strings.TrimSpace(key))
	v.contents()
	sort.SliceStable(r.Problems, func(a, b int) bool { return r.Problems[a].Where < r.Problems[b].Where })
	return r, nil
}

type verifier struct {
	*Report
	dir      string
	sums     map[string]string // of every file that is there
	payload  int64
	files    int
	progress func(string)
}

// walk digests every file once. Anything that is not a plain file is a finding:
// a link can point at bytes that are not in the bag.
func (v *verifier) walk() error {
	return filepath.WalkDir(v.dir, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(v.dir, at)
		if err != nil || d.IsDir() {
			return err
		}
		name := filepath.ToSlash(rel)
		if !d.Type().IsRegular() {
			v.wrong(name, "not a plain file")
			return nil
		}
		if v.progress != nil {
			v.progress(name)
		}
		sum, size, err := digest(at)
		if err != nil {
			return err
		}
		v.sums[name] = sum
		v.Files++
		v.Bytes += size
		if strings.HasPrefix(name, "data/") {
			v.payload += size
			v.files++
		}
		return nil
	})
}

func digest(path string) (string, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), n, err
}

// text reads a tag file that walk has seen; what is not there is noted.
func (v *verifier) text(name string) string {
	if v.sums[name] == "" {
		if !v.noted(name) {
			v.wrong(name, "missing")
		}
		return ""
	}
	f, err := os.Open(filepath.Join(v.dir, filepath.FromSlash(name)))
	if err != nil {
		v.wrong(name, "cannot be read")
		return ""
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, tagLimit))
	if err != nil {
		v.wrong(name, "cannot be read")
	}
	return string(raw)
}

// against compares what a manifest lists with what is there.
func (v *verifier) against(manifest string, payload bool) map[string]bool {
	listed := map[string]bool{}
	lines := bufio.NewScanner(strings.NewReader(v.text(manifest)))
	lines.Buffer(nil, 1<<20)
	n := 0
	for lines.Scan() {
		n++
		sum, name, err := parseLine(lines.Text())
		switch {
		case err != nil:
			v.wrong(manifest, "line %d: %v", n, err)
			continue
		case strings.HasPrefix(name, "data/") != payload:
			v.wrong(manifest, "line %d: %s does not belong in this manifest", n, name)
			continue
		case listed[name]:
			v.wrong(manifest, "line %d: %s is listed twice", n, name)
			continue
		}
		listed[name] = true
		switch have := v.sums[name]; {
		case have == "" && !v.noted(name):
			v.wrong(name, "missing")
		case have != "" && have != sum:
			v.wrong(name, "differs: the manifest says %s, the file has %s", sum, have)
		}
	}
	if lines.Err() != nil {
		v.wrong(manifest, "line %d is too long", n+1)
	}
	return listed
}

func (v *verifier) noted(name string) bool {
	for _, p := range v.Problems {
		if p.Where == name {
			return true
		}
	}
	return false
}

// parseLine reads "<hex>  <path>". A path with a line break or a percent sign in
// it is written with %0A, %0D and %25 (RFC 8493, 2.1.3).
func parseLine(line string) (sum, name string, err error) {
	sum, name, ok := strings.Cut(line, " ")
	name = strings.TrimPrefix(strings.TrimLeft(name, " \t"), "*")
	raw, herr := hex.DecodeString(sum)
	if !ok || herr != nil || len(raw) != sha256.Size {
		return "", "", errors.New("not a SHA-256 and a path")
	}
	name = strings.NewReplacer("%0A", "\n", "%0a", "\n", "%0D", "\r", "%0d", "\r", "%25", "%").Replace(name)
	name = strings.TrimPrefix(name, "./")
	if !fs.ValidPath(name) || name == "." || path.Clean(name) != name || strings.Contains(name, `\`) {
		return "", "", errors.New("a path that leads out of the bag")
	}
	return strings.ToLower(sum), name, nil
}

// extra notes what no manifest lists.
func (v *verifier) extra(tags, payload map[string]bool) {
	for name := range v.sums {
		if !tags[name] && !payload[name] && name != "tagmanifest-sha256.txt" && name != "signature.txt" {
			v.wrong(name, "not part of the bag: no manifest lists it")
		}
	}
}

func (v *verifier) oxum() {
	for _, line := range strings.Split(v.text("bag-info.txt"), "\n") {
		if said, ok := strings.CutPrefix(line, "Payload-Oxum: "); ok {
			if have := fmt.Sprintf("%d.%d", v.payload, v.files); strings.TrimSpace(said) != have {
				v.wrong("bag-info.txt", "says %s bytes.files of payload; there are %s", strings.TrimSpace(said), have)
			}
		}
	}
}
