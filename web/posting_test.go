package web_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tocsin/incident"
	"tocsin/web/webtest"
)

// paper puts a list in force some of whose people have no e-mail address, and has the
// letters approved.
func (w *walked) paper(t *testing.T) {
	t.Helper()
	var directory, exposed strings.Builder
	directory.WriteString("customer_id,email,name,country,state,language,street,city,zip\n")
	exposed.WriteString("id,fields\n")
	for n := range 12 {
		mail, street := fmt.Sprintf("person%d@example.org", n), fmt.Sprintf("Weg %d", n)
		if n%2 == 0 {
			mail = ""
		}
		if n == 4 {
			street = ""
		}
		fmt.Fprintf(&directory, "p%d,%s,Person %d,DE,,de,%s,Bonn,53111\n", n, mail, n, street)
		fmt.Fprintf(&exposed, "p%d,name+email+ssn\n", n)
	}
	got := send(t, w.site, w.ada, w.base+"/affected/new", file{"directory", "customers.csv", directory.String()}, file{"exposure1", "tickets.csv", exposed.String()})
	if got.Status != http.StatusSeeOther {
		t.Fatalf("upload: %d %s", got.Status, problems(got.Body))
	}
	w.run = got.Location
	done(t, w.ada, w.run+"/run", url.Values{"d.customer_id": {"customer_id"}, "d.email": {"email"}, "d.name": {"name"}, "d.country": {"country"}, "d.region": {"state"},
		"d.language": {"language"}, "d.street": {"street"}, "d.city": {"city"}, "d.postal_code": {"zip"}, "e0.customer_id": {"id"}, "e0.column": {"fields"}})
	w.site.Desk.Wait()
	w.settle(t)
	done(t, w.ada, w.base+"/obligations/drafts", nil)
	w.approveAll(t)
}

// printed runs the press until the posting at a path is no longer printed.
func (w *walked) printed(t *testing.T, path string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.site.Outbox.Run(ctx) }()
	defer func() { cancel(); <-ended }()
	for range 300 {
		if body := w.chidi.Get(path).Body; !strings.Contains(body, "Printing") {
			return body
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("it is still being printed")
	return ""
}

func TestLettersOnPaperThroughThePages(t *testing.T) {
	w := work(t)
	w.paper(t)
	page := html.UnescapeString(w.chidi.Get(w.base + "/posting").Body)
	for _, want := range []string{"12 on the list = 5 letters on paper + 6 by e-mail + 0 had a letter before + 1 left out with a reason", "Print 5 letters?", "No postal address: 1"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	form := url.Values{"roster": {find(t, page, `name="roster" value="([0-9a-f]+)"`)}, "series": {"0"}, "everyone": {"no"}}
	proofs := w.chidi.Post(w.base+"/posting/proofs", form)
	z, err := zip.NewReader(strings.NewReader(proofs.Body), int64(len(proofs.Body)))
	must(t, err)
	if len(z.File) != 1 || proofs.Status != http.StatusOK {
		t.Errorf("%d proofs, %d", len(z.File), proofs.Status)
	}
	if got := w.bo.Post(w.base+"/posting/release", form); got.Status < 400 {
		t.Errorf("who approved the letters prints them: %d", got.Status)
	}
	path := done(t, w.chidi, w.base+"/posting/release", form).Location
	body := w.printed(t, path)
	digest := find(t, body, `title="([0-9a-f]{64})"`)
	_, outsider := w.site.Person(t, "Rene Outside", incident.GrantResponder)
	if got := outsider.Post(path+"/package", nil); got.Status == http.StatusOK {
		t.Error("somebody who has no part in the case takes the package")
	}
	pack := w.chidi.Post(path+"/package", nil)
	if pack.Status == http.StatusSeeOther { // asks for a second factor first
		t.Fatalf("the package: %d to %s", pack.Status, pack.Location)
	}
	z, err = zip.NewReader(bytes.NewReader([]byte(pack.Body)), int64(len(pack.Body)))
	must(t, err)
	codes := codesIn(t, z)
	if len(codes) != 5 {
		t.Fatalf("%d letters in the manifest", len(codes))
	}
	day := w.site.Store.Clock.Now().UTC().Format(time.DateOnly)
	if got := w.chidi.Post(path+"/posted", url.Values{"digest": {"00"}, "posted_on": {day}}); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "not that of this package") {
		t.Errorf("a wrong digest: %d", got.Status)
	}
	done(t, w.chidi, path+"/posted", url.Values{"digest": {digest}, "posted_on": {day}})
	back := send(t, w.site, w.chidi, path+"/returns", file{"file", "returns.csv", "code,reason,date\n" + codes[0] + ",moved,\nNOSUCH,moved,\n"})
	if !strings.Contains(back.Body, "line 3: no letter of this posting has that code") {
		t.Errorf("returns: %d %s", back.Status, problems(back.Body))
	}
	after := w.chidi.Get(path).Body
	for _, want := range []string{"Posted", "Came back: 1", "Taken by Chidi"} {
		if !strings.Contains(after, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// codesIn reads the codes of a package's manifest.
func codesIn(t *testing.T, z *zip.Reader) []string {
	t.Helper()
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, "manifest.csv") {
			continue
		}
		r, err := f.Open()
		must(t, err)
		var b bytes.Buffer
		_, err = b.ReadFrom(r)
		must(t, err)
		return regexp.MustCompile(`[0-9A-Z]{8}-[0-9A-Z]{8}`).FindAllString(b.String(), -1)
	}
	t.Fatal("no manifest")
	return nil
}

func TestLettersOnPaperInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes seconds")
	}
	chromium := webtest.Chromium(t)
	w := work(t, time.Now())
	w.paper(t)
	page := w.chidi.Get(w.base + "/posting").Body
	path := done(t, w.chidi, w.base+"/posting/release", url.Values{"roster": {find(t, page, `name="roster" value="([0-9a-f]+)"`)}}).Location
	w.printed(t, path)
	for _, size := range []struct {
		width int64
		dark  bool
	}{{1280, false}, {375, true}} {
		sc := w.site.Screen(t, chromium, size.width, size.dark)
		link, err := w.site.Auth.OneTimeLink(context.Background(), w.ids["Chidi Okafor-Wennerstrom"])
		must(t, err)
		sc.Visit(link)
		for _, at := range []string{w.base + "/posting", path} {
			sc.Visit(at)
		}
	}
}
