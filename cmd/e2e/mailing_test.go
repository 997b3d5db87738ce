package e2e

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// mailbox is a real SMTP server that counts what each recipient got.
type mailbox struct {
	mu  sync.Mutex
	got map[string]int
}

func (b *mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{b: b}, nil }

type session struct {
	b  *mailbox
	to []string
}

func (s *session) Reset()                                    { s.to = nil }
func (s *session) Logout() error                             { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error      { s.to = nil; return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error { s.to = append(s.to, to); return nil }
func (s *session) Data(r io.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	for _, to := range s.to {
		s.b.got[to]++
	}
	return nil
}

func (b *mailbox) counts() (people, most int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range b.got {
		most = max(most, n)
	}
	return len(b.got), most
}

const insurer = `
[organisation]
role = "controller"
established_in = ["DE"]
main_establishment = "DE-BY"
regulated_as = ["insurer"]
licensed_in = []

[letterhead]
name = "Example Insurance"
address = ["1 Example Street", "80331 Munich"]
phone = "+49 89 5550100"
email = "privacy@insurer.example"
web = "https://insurer.example"

[letterhead.dpo]
name = "Privacy Office"
role = "Data Protection Officer"
address = ["1 Example Street", "80331 Munich"]
phone = "+49 89 5550100"
email = "privacy@insurer.example"

[letterhead.call_centre]
name = "Customer line"
phone = "+49 89 5550101"
email = "help@insurer.example"
hours = "Monday to Friday, 9 to 17"
web = "https://insurer.example/help"

[letterhead.signatory]
name = "M. Halvorsen"
role = "Chief Executive"

[sending]
canary = 5
`

// The main job in a browser: from who is affected to the last delivery, by
// three people, with the mail counted where it arrives.
func TestMailingInABrowser(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	box := &mailbox{got: map[string]int{}}
	server := smtp.NewServer(box)
	server.Domain = "mail.example"
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })

	s := start(t, t.TempDir(), insurer+fmt.Sprintf("\n[mail]\nhost = \"127.0.0.1\"\nport = %d\ntls = \"none\"\nfrom = \"Example Insurance <privacy@insurer.example>\"\n", l.Addr().(*net.TCPAddr).Port))
	open := browsers(t, s.url)
	setup := ""
	for range 200 {
		if setup = regexp.MustCompile(`/enrol/[A-Za-z0-9_-]+`).FindString(s.said()); setup != "" {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	admin := open()
	admin.enrol(setup, "sam@insurer.example", "Sam Okafor")
	invite := func(login, name, grant string) *tab {
		t.Helper()
		admin.open("/users/new")
		admin.send("/users/new", values{"login": login, "name": name, "grants": grant}, nil)
		link := regexp.MustCompile(`/enrol/\S+`).FindString(admin.text())
		person := open()
		person.enrol(link, login, name)
		return person
	}
	ana := invite("ana@insurer.example", "Ana Reyes", "responder")
	cora := invite("cora@insurer.example", "Cora Lindt", "counsel")
	otto := invite("otto@insurer.example", "Otto Brandt", "approver")

	ana.open("/incidents/new")
	ana.send("/incidents/new", values{"title": "Tickets exported in bulk", "kind": "support_channel", "severity": "high"}, nil)
	base := ana.path()
	now := time.Now().UTC()
	for name, ago := range map[string]time.Duration{"occurred_from": 90 * time.Hour, "discovered": 4 * time.Hour, "aware": 3 * time.Hour} {
		ana.open(base + "/milestones/" + name)
		ana.send("/milestones/"+name, values{"at": now.Add(-ago).Format("2006-01-02T15:04"), "zone": "UTC", "reason": "the access log was read"}, nil)
	}
	for name, value := range map[string]string{
		"incident.confidentiality": "breached", "incident.acquisition": "confirmed", "incident.access": "yes", "incident.encryption": "none",
		"incident.recipient": "attacker", "incident.recovered": "no", "incident.malicious": "yes", "incident.medium": "electronic",
	} {
		ana.open(base + "/facts/" + name)
		ana.send("/facts/"+name, values{"value." + name: value, "certainty." + name: "known", "source." + name: "access log"}, nil)
	}
	ana.open(base + "/facts/wording")
	ana.send("/facts/wording", values{
		"notice.what_happened": "Somebody copied messages that customers had sent to our support desk.", "notice.measures": "We closed the access that was used.",
		"notice.consequences": "Somebody could pretend to be you.", "notice.advice": "Be careful with messages that claim to come from us.",
		"notice.planned": now.Format(time.DateOnly), "notice.police": "yes", "notice.police_delay": "no",
	}, nil)

	// Who is affected: 40 customers, of whom 30 wrote to the desk; one has no address.
	dir := t.TempDir()
	var customers, tickets strings.Builder
	customers.WriteString("customer_id,name,email,country\n")
	tickets.WriteString("ticket,customer_id\n")
	for n := range 40 {
		email := fmt.Sprintf("p%d@mail.example", n)
		if n == 7 {
			email = ""
		}
		fmt.Fprintf(&customers, "C%02d,Person %d,%s,DE\n", n, n, email)
		if n < 30 {
			fmt.Fprintf(&tickets, "T%d, c%02d \nT9%d,C%02d\n", n, n, n, n)
		}
	}
	tickets.WriteString("T99,nobody\n")
	files := values{}
	for name, text := range map[string]string{"directory": customers.String(), "exposures": tickets.String()} {
		files[name] = filepath.Join(dir, name+".csv")
		if err := os.WriteFile(files[name], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ana.open(base + "/affected/new")
	ana.send("/affected/new", nil, files)
	ana.send("/run", values{"e0.customer_id": "customer_id", "e0.elements": "name,email,communications,ssn"}, nil)
	for range 200 {
		if strings.Contains(ana.text(), "Put this list forward") {
			break
		}
		time.Sleep(50 * time.Millisecond)
		ana.open(ana.path())
	}
	ana.send("/propose", nil, nil)
	cora.open(ana.path())
	cora.send("/settle", nil, nil)
	cora.says("30")

	ana.open(base + "/obligations")
	ana.says("GDPR")
	ana.send("/obligations/drafts", nil, nil)
	letters := 0
	cora.open(base + "/notices")
	for _, link := range cora.links(base + "/notices/") {
		if strings.HasSuffix(link, "/release") {
			continue
		}
		cora.open(link)
		if !strings.Contains(cora.text(), "Approve this text") {
			continue
		}
		cora.send("/approve", nil, nil)
		letters++
	}
	if letters == 0 {
		t.Fatal("counsel could approve no letter")
	}
	otto.open(base + "/notices/release")
	otto.says("30")
	otto.send("/release", nil, nil)
	for range 400 {
		if strings.Contains(otto.text(), "+ 0 still to do") {
			break
		}
		time.Sleep(50 * time.Millisecond)
		otto.open(otto.path())
	}
	otto.says("+ 0 still to do")
	if people, most := box.counts(); people != 29 || most != 1 {
		t.Errorf("%d people got letters, the most one got is %d", people, most)
	}
	for range 200 { // the last letter is out before the mailing is closed
		if ana.open(base + "/timeline"); strings.Contains(ana.text(), "Mailing 1 is done") {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	ana.says("Mailing 1 is done: 29 accepted")
	if out, code := tocsin(t, filepath.Dir(s.config), "audit", "verify", "--config", s.config); code != 0 {
		t.Errorf("audit verify: %s", out)
	}
}
