package demo

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/html"

	"tocsin/cmd/app"
	"tocsin/incident"
)

// slackDouble speaks Slack's side of the wire on loopback: the Web API that
// staff messages are posted to, and addresses for late answers to commands.
type slackDouble struct {
	server   *http.Server
	listener net.Listener
	token    string

	mu      sync.Mutex
	posts   []string // texts that were posted
	answers []string // late answers to commands
}

func startSlack(token string) (*slackDouble, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d := &slackDouble{listener: l, token: token}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/chat.postMessage", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.FormValue("token") != token && r.Header.Get("Authorization") != "Bearer "+token {
			fmt.Fprint(w, `{"ok":false,"error":"invalid_auth"}`)
			return
		}
		d.mu.Lock()
		d.posts = append(d.posts, r.FormValue("text"))
		n := len(d.posts)
		d.mu.Unlock()
		fmt.Fprintf(w, `{"ok":true,"channel":%q,"ts":"1700000000.%06d"}`, r.FormValue("channel"), n)
	})
	mux.HandleFunc("POST /late/", func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err != nil {
			return
		}
		d.mu.Lock()
		d.answers = append(d.answers, string(body))
		d.mu.Unlock()
	})
	d.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = d.server.Serve(l) }()
	return d, nil
}

func (d *slackDouble) url(path string) string { return "http://" + d.listener.Addr().String() + path }

func (d *slackDouble) stop() { _ = d.server.Close() }

func (d *slackDouble) posted() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.posts...)
}

// slackConfiguration points the program at the double.
func slackConfiguration(cfg *app.Config, dir string, d *slackDouble) {
	cfg.Slack.SigningSecretFile = filepath.Join(dir, "slack.secret")
	cfg.Slack.BotTokenFile = filepath.Join(dir, "slack.token")
	cfg.Slack.Channel = "C0DEMO00001"
	cfg.Slack.APIURL, cfg.Slack.ResponseURL = d.url("/api/"), d.url("/late/")
}

// command sends /breach as Slack would: a form, signed with the app's secret.
func (s *scene) command(ctx context.Context, user, text string) (string, error) {
	form := url.Values{
		"command": {"/breach"}, "text": {text}, "team_id": {"T0DEMO00001"}, "user_id": {user}, "channel_id": {"C0DEMO00001"},
		"response_url": {s.slack.url("/late/" + user)}, "trigger_id": {"1.2.3"},
	}.Encode()
	at := fmt.Sprint(time.Now().Unix())
	mac := hmac.New(sha256.New, []byte(s.secrets.slack))
	fmt.Fprintf(mac, "v0:%s:%s", at, form)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/slack/commands", strings.NewReader(form))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Slack-Request-Timestamp", at)
	req.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("/breach %s was answered %s: %s", text, resp.Status, raw)
	}
	var answer struct {
		Text string `json:"text"`
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return string(raw), nil
	}
	return answer.Text, nil
}

var slackLink = regexp.MustCompile(`/account/slack/[A-Za-z0-9_-]+`)

// slackIsUsed links the commander's Slack identity and works by command.
func (s *scene) slackIsUsed(ctx context.Context) error {
	const ana = "U0DEMO0ANA"
	text, err := s.command(ctx, ana, "link")
	if err != nil {
		return err
	}
	link := slackLink.FindString(text)
	if link == "" {
		return fmt.Errorf("/breach link gave no link: %s", text)
	}
	if _, err := s.staff.commander.send(ctx, link, link, nil); err != nil {
		return err
	}
	if text, err = s.command(ctx, ana, s.ref+" status"); err != nil {
		return err
	}
	if !strings.Contains(text, s.ref) {
		return fmt.Errorf("/breach status does not speak of %s: %s", s.ref, text)
	}
	if text, err = s.command(ctx, ana, s.ref+" tasks"); err != nil {
		return err
	}
	closed := ""
	for _, n := range taskNumber.FindAllStringSubmatch(text, -1) {
		if text, err = s.command(ctx, ana, s.ref+" done "+n[1]+" said in Slack"); err != nil {
			return err
		}
		f, err := s.app.Desk.File(ctx, incident.Operator(), s.ref)
		if err != nil {
			return err
		}
		for _, t := range f.Tasks {
			if fmt.Sprint(t.Number) == n[1] && t.State == incident.TaskDone {
				closed = n[1]
			}
		}
		if closed != "" {
			break
		}
	}
	if closed == "" {
		return fmt.Errorf("/breach done closed no task: %s", text)
	}
	s.log.step("slack", "signed commands: identity linked, status and tasks read, task %s closed", closed)
	return nil
}

var taskNumber = regexp.MustCompile(`(?m)^\W*(\d+)\b`)

// staffWereTold checks that the line about the new incident was posted, and
// holds nothing of anybody affected.
func (s *scene) staffWereTold(ctx context.Context) error {
	for range 100 {
		if posts := s.slack.posted(); len(posts) > 0 {
			if !strings.Contains(posts[0], s.ref) {
				return fmt.Errorf("the first line posted does not speak of %s: %s", s.ref, posts[0])
			}
			s.log.step("slack", "staff were told in their channel, by number and link alone: %d lines", len(posts))
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return fmt.Errorf("nothing was posted to Slack")
}

// tasksAreWorked closes what can be closed, by Slack and in the console, with
// the evidence each task asks for.
func (s *scene) tasksAreWorked(ctx context.Context) error {
	done := 0
	for range 12 { // closing some opens others
		p, err := s.staff.commander.open(ctx, s.path("/tasks?show=open"))
		if err != nil {
			return err
		}
		before := done
		for _, link := range p.links(s.path("/tasks/")) {
			if strings.HasSuffix(link, "/new") {
				continue
			}
			ok, err := s.workTask(ctx, link)
			if err != nil {
				return err
			}
			if ok {
				done++
			}
		}
		if done == before {
			break
		}
	}
	if done == 0 {
		return fmt.Errorf("no task could be closed")
	}
	s.log.step("console", "%d tasks worked to their end, with the evidence they ask for", done)
	return nil
}

// workTask does one task as whoever holds its role would. ok is false where it
// cannot be closed yet: it waits, or needs somebody else.
func (s *scene) workTask(ctx context.Context, link string) (ok bool, err error) {
	for _, v := range []*visitor{s.staff.commander, s.staff.counsel, s.staff.forensics, s.staff.support} {
		p, err := v.open(ctx, link)
		if err != nil {
			continue // privileged, say: not this person's
		}
		if _, err := p.form("/done"); err != nil {
			return false, nil
		}
		for _, kind := range p.missingEvidence() {
			if p, err = v.sendFrom(ctx, p, "/evidence", map[string]string{"title": "For " + p.title(), "kind": kind, "source": "the responder"},
				file{field: "file", name: kind + ".txt", content: "exhibit for " + link + ", " + kind + "\n"}); err != nil {
				return false, err
			}
			s.summary.Evidence++
		}
		f, err := p.form("/done")
		if err != nil {
			return false, nil
		}
		values := map[string]string{"outcome": "Done as described."}
		if choice, ok := f.radios["choice"]; ok {
			values["choice"], values["outcome"] = choice, "It fits what is known."
		}
		if _, err = v.submit(ctx, p, f, values); err == nil {
			return true, nil
		}
	}
	return false, nil
}

// missingEvidence gives the kinds of evidence that a task's page says are missing,
// once for each exhibit that is still wanted.
func (p *page) missingEvidence() []string {
	var out []string
	walk(p.root, func(n *html.Node) {
		if n.Data != "li" {
			return
		}
		text := strings.Join(strings.Fields(textOf(n)), " ")
		rest, ok := strings.CutPrefix(text, "Missing ")
		if !ok {
			return
		}
		for _, k := range incident.EvidenceKinds() {
			after, ok := strings.CutPrefix(rest, k.Label+", ")
			if !ok {
				continue
			}
			var have, want int
			if _, err := fmt.Sscanf(after, "%d of %d", &have, &want); err == nil {
				for range want - have {
					out = append(out, k.Value)
				}
			}
		}
	})
	return out
}
