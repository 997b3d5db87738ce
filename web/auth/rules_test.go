package auth

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/pquerna/otp/totp"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

func TestPasswords(t *testing.T) {
	for password, ok := range map[string]bool{
		"correct horse battery": true, "seven wet umbrellas": true, "пароль из слов тут": true, "x9$kQ2!vLm7z": true,
		"short": false, "aaaaaaaaaaaaaa": false, "abababababab": false, "password1234": false, "Passw0rd12345": true,
		"123456789012": false, "tocsin-tocsin-1": false, "ada.lindgren rules": false, "Qwertz!!2026": false, "letmein-letmein": false,
		strings.Repeat("wide words ", 19): false, "twelve\xff\xffchars!!": false,
	} {
		if got := len(checkPassword(password, "ada.lindgren@example.org")) == 0; got != ok {
			t.Errorf("%q: accepted %v, want %v", password, got, ok)
		}
	}
}

func TestHashesAreRenewed(t *testing.T) {
	f := fresh(t)
	ctx := context.Background()
	a, _, _ := f.person("ada@example.org")
	p := params()
	p.Memory, p.Iterations = 1024, 1
	weak, err := argon2id.CreateHash(good, p)
	if err != nil {
		t.Fatal(err)
	}
	set := func(h string) {
		if err := f.own(ctx, a, "account.password", func(_ *ledger.Tx, c *credentials) error { c.Password = h; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	set(weak)
	var jar string
	f.request(&jar, func(ctx context.Context) {
		if err := f.Password(ctx, a.Login, good, Attempt{}); err != nil {
			t.Fatal(err)
		}
	})
	_, c, err := f.byLogin(ctx, a.Login)
	if err != nil || !strings.Contains(c.Password, "m=19456,t=2,p=1") {
		t.Errorf("not renewed: %.40s %v", c.Password, err)
	}
}

func TestDecoyCostsTheSame(t *testing.T) {
	f := fresh(t)
	if _, renew, err := f.compare(context.Background(), "whatever it is", ""); err != nil || renew {
		t.Errorf("the decoy: renew %v, %v", renew, err)
	}
	if fits, _, err := f.compare(context.Background(), "", ""); err != nil || fits {
		t.Errorf("an empty password fits the decoy: %v", err)
	}
}

func TestTimeSteps(t *testing.T) {
	secret := newTOTP()
	now := time.Date(2026, 3, 2, 9, 0, 10, 0, time.UTC)
	step := now.Unix() / period
	at := func(d time.Duration) string {
		c, err := totp.GenerateCode(secret, now.Add(d))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, c := range []struct {
		name, code string
		last       int64
		want       int64
	}{
		{"now", at(0), 0, step}, {"spaced", at(0)[:3] + " " + at(0)[3:], 0, step},
		{"one before", at(-30 * time.Second), 0, step - 1}, {"one after", at(30 * time.Second), 0, step + 1},
		{"two before", at(-60 * time.Second), 0, 0}, {"two after", at(60 * time.Second), 0, 0},
		{"used", at(0), step, 0}, {"older than the used one", at(-30 * time.Second), step, 0}, {"newer than the used one", at(30 * time.Second), step, step + 1},
		{"empty", "", 0, 0}, {"long", at(0) + "0", 0, 0}, {"letters", "abcdef", 0, 0},
	} {
		if got := acceptedStep(secret, c.code, now, c.last); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	if acceptedStep("", at(0), now, 0) != 0 || acceptedStep("not base32!", "123456", now, 0) != 0 {
		t.Error("a code was accepted without a key")
	}
}

func TestLimiterForgetsTheOldest(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := newLimiter(3, func() time.Time { return now })
	if !l.allow("a", time.Minute, 1) || l.allow("a", time.Minute, 1) {
		t.Fatal("one attempt is not one attempt")
	}
	for _, k := range []string{"b", "c", "d"} {
		l.allow(k, time.Minute, 1)
	}
	if len(l.byKey) != 3 || l.order.Len() != 3 {
		t.Errorf("%d keys, want 3", len(l.byKey))
	}
	if l.allow("d", time.Minute, 1) {
		t.Error("a recent key was forgotten")
	}
	now = now.Add(time.Minute)
	if !l.allow("d", time.Minute, 1) {
		t.Error("an attempt did not come back")
	}
}

func TestNetworks(t *testing.T) {
	for in, want := range map[string]string{"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"2001:db8:1:2::9": "2001:db8:1:2::/64", "": "unknown", "x": "unknown", "fe80::1%eth0": "fe80::/64"} {
		if got := network(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestBrowsers(t *testing.T) {
	for in, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36 Edg/120.0": "Edge on Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 (KHTML) Version/17.0 Mobile Safari/604.1":       "Safari on iPhone",
		"curl/8.0": "curl", "": "Another browser", "<script>": "Another browser",
	} {
		if got := browser(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestQRHoldsTheKey(t *testing.T) {
	f := fresh(t)
	k := f.key("ABCDEFGHIJKLMNOP", "ada@example.org")
	if k.Grouped() != "ABCD EFGH IJKL MNOP" || k.url != "otpauth://totp/Tocsin:ada@example.org?issuer=Tocsin&secret=ABCDEFGHIJKLMNOP" {
		t.Errorf("%s %s", k.Grouped(), k.url)
	}
	if qr, err := k.QR(); err != nil || !strings.HasPrefix(qr, "data:image/png;base64,") {
		t.Errorf("%.40s %v", qr, err)
	}
}

func TestNewRefusesNothing(t *testing.T) {
	_, err := New(nil, Config{})
	kind(t, err, incident.Internal)
}
