package auth

import (
	"bytes"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"image/png"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"tocsin/incident"
)

// period is the length of a TOTP time step (RFC 6238, 5.2).
const period = 30

// Key is a second factor being enrolled: what an authenticator app is given.
type Key struct {
	Secret string // base32, for typing
	url    string
}

// Grouped is the secret in groups of four, as people copy it.
func (k Key) Grouped() string { return grouped(k.Secret, " ") }

// QR is the key as a PNG image in a data URI.
func (k Key) QR() (string, error) {
	key, err := otp.NewKeyFromURL(k.url)
	if err != nil {
		return "", incident.Because(incident.Internal, err, "read the key's address")
	}
	img, err := key.Image(240, 240)
	if err != nil {
		return "", incident.Because(incident.Internal, err, "draw the QR code")
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return "", incident.Because(incident.Internal, err, "write the QR code")
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

func newTOTP() string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random(20))
}

func (s *Service) key(secret, login string) Key {
	q := url.Values{"secret": {secret}, "issuer": {s.cfg.Issuer}}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + s.cfg.Issuer + ":" + login, RawQuery: q.Encode()}
	return Key{Secret: secret, url: u.String()}
}

// acceptedStep is the time step whose code was given, one step of skew either
// way, and later than last: the same code is never accepted twice. Zero means
// that the code is wrong.
func acceptedStep(secret, code string, now time.Time, last int64) int64 {
	code = strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, code)
	if secret == "" || len(code) != 6 {
		return 0
	}
	var accepted int64
	for skew := int64(-1); skew <= 1; skew++ {
		step := now.Unix()/period + skew
		want, err := totp.GenerateCodeCustom(secret, time.Unix(step*period, 0),
			totp.ValidateOpts{Period: period, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && step > last {
			accepted = step
		}
	}
	return accepted
}

func grouped(s, between string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteString(between)
		}
		b.WriteRune(r)
	}
	return b.String()
}
