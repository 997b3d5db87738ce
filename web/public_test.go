package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tocsin/incident"
	"tocsin/notify"
	"tocsin/web/webtest"
)

var printedCode = regexp.MustCompile(`\b[0-9A-Z]{4}(-[0-9A-Z]{4}){3}\b`)

// coded sends letters by e-mail to people whose postal codes are known, and gives the code of one.
func coded(t *testing.T, now ...time.Time) (w *walked, code, name string) {
	t.Helper()
	w = work(t, now...)
	var directory, exposed strings.Builder
	directory.WriteString("customer_id,email,name,country,state,language,street,city,zip\n")
	exposed.WriteString("id,fields\n")
	for n := range 6 {
		fmt.Fprintf(&directory, "p%d,person%d@example.org,Person %d,DE,,de,Weg %d,Bonn,53111\n", n, n, n, n)
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
	var mu sync.Mutex
	w.site.Mail.Answer = func(m notify.Message) notify.Receipt {
		mu.Lock()
		defer mu.Unlock()
		if m.To == "person3@example.org" {
			code, name = printedCode.FindString(m.Text), "Person 3"
			if !strings.Contains(m.Text, "https://tocsin.example/letter") {
				t.Error("the letter does not name the page")
			}
		}
		return notify.Receipt{Outcome: notify.Accepted, Code: 250}
	}
	w.release(t)
	w.until(t, "Done</span>")
	mu.Lock()
	defer mu.Unlock()
	if code == "" {
		t.Fatal("no letter with a code")
	}
	return w, code, name
}

// outside sends a form as somebody does whom we do not know.
func outside(t *testing.T, w *walked, form url.Values, change ...func(*http.Request)) (int, http.Header, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/letter", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, fn := range change {
		fn(r)
	}
	rec := httptest.NewRecorder()
	w.site.Web.ServeHTTP(rec, r)
	return rec.Code, rec.Header(), rec.Body.String()
}

func from(address string) func(*http.Request) {
	return func(r *http.Request) { r.RemoteAddr = address + ":4711" }
}

func TestALetterIsGenuineAndItsPersonAsks(t *testing.T) {
	w, code, name := coded(t)
	status, _, body := outside(t, w, url.Values{"code": {strings.ToLower(code)}, "lang": {"de"}})
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	holds(t, "the answer", body, "Dieser Brief ist echt.", `lang="de"`, "Kestrel", "E-Mail", "Postleitzahl")
	if strings.Contains(body, name) || strings.Contains(body, "53111") || strings.Contains(body, "person3@") {
		t.Error("the code alone shows whom the letter is to")
	}
	status, _, body = outside(t, w, url.Values{"code": {code}, "do": {"open"}, "answer": {"10115"}})
	if status != http.StatusForbidden || strings.Contains(body, name) {
		t.Errorf("a wrong answer: %d", status)
	}
	proved := url.Values{"code": {code}, "do": {"open"}, "answer": {"53 111"}, "lang": {"fr"}}
	status, _, body = outside(t, w, proved)
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	holds(t, "the own page", body, "Votre page", name, "Effacer mes données", "Vos données concernées")
	proved.Set("do", "ask")
	if status, _, _ = outside(t, w, proved, from("192.0.2.9")); status != http.StatusUnprocessableEntity {
		t.Errorf("nothing chosen: %d", status)
	}
	proved.Set("ask", "erase")
	proved.Set("words", "<script>alert(1)</script> bitte")
	status, _, body = outside(t, w, proved, from("192.0.2.9"))
	if status != http.StatusOK || strings.Contains(body, name) || strings.Contains(body, "alert(") {
		t.Fatalf("%d %s", status, body)
	}
	number := find(t, body, `(RR-\d{4}-\d{4})`)
	_, _, body = outside(t, w, proved, from("192.0.2.9"))
	holds(t, "asked twice", body, number, "pas encore donnée")
	_, officer := w.site.Person(t, "Rita Officer", incident.GrantRights)
	page := officer.Get("/rights").Body
	if strings.Count(page, "RR-") == 0 || !strings.Contains(page, number) {
		t.Errorf("the officer does not see %s", number)
	}
	holds(t, "the request", officer.Get("/rights/"+number).Body, "The page of their letter", "bitte", "p3")
	holds(t, "the queue", w.ada.Get(w.base+"/tasks").Body, number)
	if strings.Contains(w.site.Log.String(), code) || strings.Contains(w.site.Log.String(), "53111") {
		t.Error("the log holds what was typed")
	}
}

func TestThePageOfALetterWithstands(t *testing.T) {
	w, code, _ := coded(t)
	var first string
	for n, wrong := range []string{"", "AAAA-AAAA-AAAA-AAAA", "<script>alert(1)</script>", "../../etc/passwd", "x\r\nSet-Cookie: a=b", code[:18], code + "A"} {
		status, h, body := outside(t, w, url.Values{"code": {wrong}}, from(fmt.Sprintf("192.0.2.%d", n+20)))
		if status != http.StatusNotFound {
			t.Errorf("%q: %d", wrong, status)
		}
		if first == "" {
			first = body
		}
		if body != first {
			t.Errorf("%q has an answer of its own", wrong)
		}
		for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"} {
			if h.Get(name) != want {
				t.Errorf("%s: %q", name, h.Get(name))
			}
		}
		if h.Get("Set-Cookie") != "" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || strings.Contains(h.Get("Content-Security-Policy"), "script-src") {
			t.Errorf("headers: %v", h)
		}
	}
	if strings.Contains(first, "<script") || strings.Contains(first, "AAAA") {
		t.Error("the answer has a script, or what was typed")
	}
	if status, _, _ := outside(t, w, url.Values{"code": {code}}, from("192.0.2.50"), func(r *http.Request) {
		r.Host = "evil.example"
		r.Header.Set("Origin", "https://evil.example")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("X-Forwarded-Host", "evil.example")
		r.Header.Set("Cookie", "session=stolen")
	}); status != http.StatusOK {
		t.Errorf("another site's form: %d; it can do no harm, and a mail reader's frame is one", status)
	}
	if status, _, _ := outside(t, w, url.Values{"code": {strings.Repeat("A", 64<<10)}}, from("192.0.2.51")); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge body: %d", status)
	}
	if status, _, _ := outside(t, w, url.Values{"code": {code}}, from("192.0.2.52"), func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }); status != http.StatusBadRequest {
		t.Errorf("not a form: %d", status)
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions} {
		rec := httptest.NewRecorder()
		w.site.Web.ServeHTTP(rec, httptest.NewRequest(method, "/letter", nil))
		if rec.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", method, rec.Code)
		}
	}
	rec := httptest.NewRecorder()
	w.site.Web.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/letter?code="+code, nil))
	if strings.Contains(rec.Body.String(), "genuine.") || strings.Contains(rec.Body.String(), code) {
		t.Error("a code in the address is read")
	}
	limited := 0
	for range 40 {
		if status, h, _ := outside(t, w, url.Values{"code": {"AAAA"}}, from("198.51.100.7"), func(r *http.Request) { r.Header.Set("X-Forwarded-For", fmt.Sprint("203.0.113.", limited)) }); status == http.StatusTooManyRequests {
			limited++
			if h.Get("Retry-After") == "" {
				t.Error("no word on when")
			}
		}
	}
	if limited != 25 {
		t.Errorf("%d of 40 were refused, 25 are to be", limited)
	}
}

func TestPublicPagesSpeakTheReadersLanguage(t *testing.T) {
	w := desk(t)
	for accept, want := range map[string]string{"de-AT,en;q=0.5": "de", "pt-BR": "pt", "": "en", "xx": "en", "pl, fr;q=0.9": "pl", strings.Repeat("a,", 5000): "en"} {
		r := httptest.NewRequest(http.MethodGet, "/letter", nil)
		r.Header.Set("Accept-Language", accept)
		rec := httptest.NewRecorder()
		w.site.Web.ServeHTTP(rec, r)
		if rec.Code != http.StatusOK || rec.Header().Get("Content-Language") != want || !strings.Contains(rec.Body.String(), `<html lang="`+want+`">`) {
			t.Errorf("%.20q: %d, %s", accept, rec.Code, rec.Header().Get("Content-Language"))
		}
	}
}

func TestPublicPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a real browser takes seconds")
	}
	chromium := webtest.Chromium(t)
	w, code, _ := coded(t, time.Now())
	for _, size := range []struct {
		width int64
		dark  bool
		lang  string
	}{{1280, false, "en"}, {375, true, "de"}, {375, false, "pl"}, {1280, true, "de"}} {
		sc := w.site.Screen(t, chromium, size.width, size.dark)
		w.site.Store.Clock.Advance(10 * time.Minute) // no more forms than one reader sends
		sc.Visit("/letter?lang=" + size.lang)
		sc.Look("letter, check in " + size.lang)
		must(t, chromedp.Do(sc.Context(), chromedp.SendKeys(chromedp.CSS("#code"), "AAAA"), chromedp.Submit(chromedp.CSS("form.form")), chromedp.WaitVisible(chromedp.CSS(".warning"))))
		sc.Look("letter, unknown in " + size.lang)
		must(t, chromedp.Do(sc.Context(), chromedp.SendKeys(chromedp.CSS("#code"), code), chromedp.Submit(chromedp.CSS("form.form")), chromedp.WaitVisible(chromedp.CSS("#answer"))))
		sc.Look("letter, genuine in " + size.lang)
		must(t, chromedp.Do(sc.Context(), chromedp.SendKeys(chromedp.CSS("#answer"), "53111"), chromedp.Submit(chromedp.CSS("form.form")), chromedp.WaitVisible(chromedp.CSS("#words"))))
		sc.Look("letter, own page in " + size.lang)
		must(t, chromedp.Do(sc.Context(), chromedp.Click(chromedp.CSS(`input[value="access"]`)), chromedp.Click(chromedp.CSS("form.form button[type=submit]")), chromedp.WaitVisible(chromedp.CSS("main strong"))))
		sc.Look("letter, asked in " + size.lang)
	}
}
