package console

import (
	"net/url"
	"strings"
	"testing"
)

func TestLocal(t *testing.T) {
	for in, want := range map[string]string{
		"/": "/", "/users": "/users", "/incidents/INC-2026-0001?tab=tasks#x": "/incidents/INC-2026-0001?tab=tasks#x",
		"": "/", "users": "/", "//evil.example": "/", "/\\evil.example": "/", "https://evil.example/": "/", "javascript:alert(1)": "/",
		"/%2f/evil": "/", "/%5cevil.example": "/", "/a\r\nSet-Cookie: x": "/", "/sign-in?next=/": "/", "/sign-out": "/", "/enrol/x": "/",
		"/account/confirm": "/", "/%zz": "/", "\t//evil.example": "/", "/\t/evil.example": "/",
	} {
		if got := local(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzLocal(f *testing.F) {
	for _, s := range []string{"/", "/users?x=1", "//e", "/\\e", "http:/e", "/%2F%2Fe", "/.//e", "\x00/"} {
		f.Add(s)
	}
	base, err := url.Parse("https://tocsin.example/account/confirm")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, target string) {
		got := local(target)
		u, err := base.Parse(got)
		if err != nil || u.Host != "tocsin.example" || u.Scheme != "https" || !strings.HasPrefix(got, "/") || strings.ContainsAny(got, "\r\n\\") {
			t.Fatalf("%q leads to %q (%v)", target, got, err)
		}
	})
}
