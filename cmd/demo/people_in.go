package demo

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"
	"golang.org/x/net/html"
)

// staff are the people of the made-up insurer who work the case.
type staff struct {
	admin, commander, counsel, approver, forensics, support *visitor
}

// member is somebody to be invited.
type member struct {
	name, login string
	grants      []string
}

// enrol walks a set-up or invitation link as its person would: a password, an
// authenticator app fed with the key on the page, and its first code.
func enrol(ctx context.Context, base, link string, m member) (*visitor, error) {
	v, err := newVisitor(m.name, base)
	if err != nil {
		return nil, err
	}
	p, err := v.open(ctx, link)
	if err != nil {
		return nil, err
	}
	key := ""
	walk(p.root, func(n *html.Node) {
		if n.Data == "code" && key == "" {
			key = strings.ReplaceAll(strings.TrimSpace(textOf(n)), " ", "")
		}
	})
	code, err := totp.GenerateCode(key, time.Now())
	if err != nil {
		return nil, fmt.Errorf("%s: the key on the page: %w", m.name, err)
	}
	password, err := randomText()
	if err != nil {
		return nil, err
	}
	_, err = v.sendFrom(ctx, p, link, map[string]string{
		"login": m.login, "name": m.name, "password": password, "repeat": password, "code": code, "zone": "Europe/Berlin",
	})
	return v, err
}

var invitation = regexp.MustCompile(`https?://\S+?(/enrol/\S+)`)

// invite has the administrator invite somebody, who then enrols.
func invite(ctx context.Context, admin *visitor, m member) (*visitor, error) {
	p, err := admin.open(ctx, "/users/new")
	if err != nil {
		return nil, err
	}
	f, err := p.form("/users/new")
	if err != nil {
		return nil, err
	}
	f.values.Del("grants")
	for _, g := range m.grants {
		f.values.Add("grants", g)
	}
	done, err := admin.submit(ctx, p, f, map[string]string{"login": m.login, "name": m.name, "zone": "Europe/Berlin"})
	if err != nil {
		return nil, err
	}
	link := ""
	walk(done.root, func(n *html.Node) {
		if found := invitation.FindStringSubmatch(textOf(n)); n.Data == "code" && found != nil {
			link = found[1]
		}
	})
	if link == "" {
		return nil, fmt.Errorf("no invitation link on the page for %s", m.name)
	}
	return enrol(ctx, admin.base, link, m)
}

// gather lets the administrator in by the set-up link and everyone else by invitation.
func gather(ctx context.Context, base, setup string) (s staff, err error) {
	if s.admin, err = enrol(ctx, base, setup, member{name: "Sam Okafor", login: "sam@halden.example"}); err != nil {
		return s, err
	}
	for _, in := range []struct {
		to **visitor
		m  member
	}{
		{&s.commander, member{"Ana Reyes", "ana@halden.example", []string{"responder"}}},
		{&s.counsel, member{"Cora Lindt", "cora@halden.example", []string{"counsel"}}},
		{&s.approver, member{"Otto Brandt", "otto@halden.example", []string{"approver"}}},
		{&s.forensics, member{"Femi Adeyemi", "femi@halden.example", []string{"responder"}}},
		{&s.support, member{"Rosa Vega", "rosa@halden.example", []string{"responder"}}},
	} {
		if *in.to, err = invite(ctx, s.admin, in.m); err != nil {
			return s, err
		}
	}
	return s, nil
}

// account finds a person's account id among the options of a page's select.
func (p *page) account(name string) string {
	id := ""
	walk(p.root, func(n *html.Node) {
		if n.Data == "option" && strings.TrimSpace(textOf(n)) == name {
			id = attr(n, "value")
		}
	})
	return id
}

// links gives the addresses on a page that begin with prefix.
func (p *page) links(prefix string) []string {
	var out []string
	seen := map[string]bool{}
	walk(p.root, func(n *html.Node) {
		if n.Data != "a" {
			return
		}
		u, err := url.Parse(attr(n, "href"))
		if err == nil && strings.HasPrefix(u.Path, prefix) && !seen[u.Path] {
			seen[u.Path] = true
			out = append(out, u.Path)
		}
	})
	return out
}
