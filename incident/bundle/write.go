package bundle

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"strings"
	"time"

	"tocsin/incident"
)

// Summary says what a bag holds.
type Summary struct {
	Incident string
	Files    int // of evidence
	Bytes    int64
	Withheld []Withheld
}

// Write makes the bag of a case and streams it to w as a tar archive. Every
// exhibit in it has a custody event before its first byte leaves. Altered
// evidence ends the export with an error that names it; the archive is then
// without its manifests and no bag.
//
// Errors: NotFound, Forbidden, Conflict for a closed case that By may not
// change, Internal for evidence that is not what was collected.
func Write(ctx context.Context, d Deps, rq Request, w io.Writer) (Summary, error) {
	handed, err := hand(ctx, d, rq)
	if err != nil {
		return Summary{}, err
	}
	c, err := gather(ctx, d, rq, handed)
	if err != nil {
		return Summary{}, err
	}
	b := &bag{tar: tar.NewWriter(w), made: c.Made, sums: map[string]string{}}
	s := Summary{Incident: c.Incident.Number, Withheld: c.Withheld}
	for n := range c.files {
		if err := ctx.Err(); err != nil {
			return s, incident.Because(incident.Unavailable, err, "The export was broken off.")
		}
		if err := b.exhibit(ctx, d.Vault, c.Incident.ID, &c.files[n]); err != nil {
			return s, err
		}
		s.Files++
		s.Bytes += c.files[n].Size
	}
	if err := b.documents(c); err != nil {
		return s, err
	}
	return s, b.tags(ctx, d, c)
}

// bag is a tar being written, with the digests of what is in it.
type bag struct {
	tar   *tar.Writer
	made  time.Time
	sums  map[string]string // path → SHA-256
	bytes int64             // of the payload
	files int
}

func (b *bag) header(name string, size int64) error {
	return b.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: size, ModTime: b.made.Truncate(time.Second), Format: tar.FormatPAX})
}

func (b *bag) put(name string, content []byte) error {
	if err := b.header(name, int64(len(content))); err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	b.add(name, hex.EncodeToString(sum[:]), int64(len(content)))
	_, err := b.tar.Write(content)
	return err
}

func (b *bag) add(name, sum string, size int64) {
	b.sums[name] = sum
	if strings.HasPrefix(name, "data/") {
		b.bytes += size
		b.files++
	}
}

func (b *bag) exhibit(ctx context.Context, v Vault, scope string, x *Exhibit) error {
	body, err := v.Open(ctx, scope, x.SHA256)
	if err != nil {
		return altered(x, err)
	}
	defer body.Close()
	if err := b.header(x.Path, x.Size); err != nil {
		return err
	}
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(b.tar, h), body); err != nil {
		return altered(x, err)
	}
	if sum := hex.EncodeToString(h.Sum(nil)); sum != x.SHA256 {
		return altered(x, fmt.Errorf("its bytes have the digest %s", sum))
	}
	b.add(x.Path, x.SHA256, x.Size)
	return nil
}

func altered(x *Exhibit, cause error) error {
	kind := incident.KindOf(cause)
	if kind == incident.Internal {
		kind = incident.Conflict // said to the operator: it is a finding, not a slip of the program
	}
	return incident.Because(kind, cause, "Evidence %d cannot be exported: its bytes cannot be read as they were collected. Keep the data folder as it is and run tocsin fsck.", x.Number)
}

// custodyLine is one line of custody.jsonl.
type custodyLine struct {
	Evidence int `json:"evidence"`
	incident.CustodyEvent
}

func (b *bag) documents(c *Contents) error {
	var custody, timeline bytes.Buffer
	to := json.NewEncoder(&custody)
	for _, x := range c.Evidence {
		for _, e := range x.Custody {
			if err := to.Encode(custodyLine{x.Number, e}); err != nil {
				return err
			}
		}
	}
	to = json.NewEncoder(&timeline)
	for _, e := range c.Timeline {
		if err := to.Encode(e); err != nil {
			return err
		}
	}
	about, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	page, err := index(c)
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name    string
		content []byte
	}{
		{"data/custody.jsonl", custody.Bytes()}, {"data/timeline.jsonl", timeline.Bytes()},
		{"data/incident.json", append(about, '\n')}, {"data/index.html", page},
	} {
		if err := b.put(f.name, f.content); err != nil {
			return err
		}
	}
	return nil
}

const declaration = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

func (b *bag) tags(ctx context.Context, d Deps, c *Contents) error {
	head, err := d.DB.Head(ctx)
	if err != nil {
		return err
	}
	for _, f := range []struct{ name, content string }{
		{"manifest-sha256.txt", b.manifest(true)},
		{"bagit.txt", declaration},
		{"bag-info.txt", b.info(d, c)},
		{"ledger-head.txt", head},
		{"verifier-key.txt", d.DB.VerifierKey() + "\n"},
	} {
		if err := b.put(f.name, []byte(f.content)); err != nil {
			return err
		}
	}
	tags := b.manifest(false)
	sum := sha256.Sum256([]byte(tags))
	signed, err := d.DB.SignNote(statement(c.Incident.Number, hex.EncodeToString(sum[:]), c.Made))
	if err != nil {
		return err
	}
	if err := b.put("tagmanifest-sha256.txt", []byte(tags)); err != nil {
		return err
	}
	if err := b.put("signature.txt", signed); err != nil {
		return err
	}
	return b.tar.Close()
}

// statement is what is signed.
func statement(number, digest string, made time.Time) string {
	return fmt.Sprintf("tocsin evidence bundle\n%s\ntagmanifest-sha256 %s\n%s\n", number, digest, made.UTC().Format(time.RFC3339))
}

// manifest lists the payload, or the tag files so far.
func (b *bag) manifest(payload bool) string {
	var names []string
	for name := range b.sums {
		if strings.HasPrefix(name, "data/") == payload {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	var out strings.Builder
	for _, name := range names {
		fmt.Fprintf(&out, "%s  %s\n", b.sums[name], name)
	}
	return out.String()
}

func (b *bag) info(d Deps, c *Contents) string {
	var out strings.Builder
	line := func(name, value string) {
		if value = strings.Join(strings.Fields(value), " "); value != "" {
			fmt.Fprintf(&out, "%s: %s\n", name, value)
		}
	}
	line("Bag-Software-Agent", d.Software)
	line("Bagging-Date", c.Made.UTC().Format(time.DateOnly))
	line("External-Identifier", c.Incident.Number)
	line("External-Description", c.Incident.Title)
	line("Payload-Oxum", fmt.Sprintf("%d.%d", b.bytes, b.files))
	if c.Incident.Drill {
		line("Tocsin-Drill", "yes: an exercise, not a breach")
	}
	for _, w := range c.Withheld {
		line("Tocsin-Withheld", fmt.Sprintf("%s %d: %s", w.Kind, w.Number, w.Why))
	}
	return out.String()
}
