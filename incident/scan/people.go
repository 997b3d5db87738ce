package scan

import (
	"bytes"
	"context"
	"encoding/json"
	"path"
	"strings"
)

// Exports of chats and help desks name people by ids of their own, and say in
// a file users.json beside the messages whose they are (Slack: a list; Zendesk: an
// object that holds one). Messages of a user listed there are taken for their address's.

const maxUsers = 1_000_000

// users are the people of one export: those of the folder dir and all within it.
type users struct {
	dir   string
	email map[string]string
}

// userKeys are keys under which messages name their user.
var userKeys = []string{"user", "user_id", "userid", "author_id", "authorid", "requester_id", "submitter_id", "from_id", "sender_id", "senderid"}

// people reads the files of users among the files. One that cannot be read is
// nobody's here; the scan itself says what is wrong with it.
func (r *run) people(ctx context.Context, files []*source) error {
	for _, f := range files {
		dir, name := path.Split(strings.ReplaceAll(f.path, "\\", "/"))
		if base := strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(name), ".gz"), ".zst"); base != "users.json" {
			continue
		}
		raw, _, err := r.from.Open(ctx, f.path)
		if err != nil {
			continue
		}
		u := users{dir: dir, email: map[string]string{}}
		in := newInput(raw, nil, r.lim.unpacked)
		if text, _, err := in.unpack(); err == nil {
			u.read(ctx, json.NewDecoder(text))
		}
		in.close()
		raw.Close()
		if len(u.email) > 0 {
			r.users = append(r.users, u)
		}
	}
	return ctx.Err()
}

// read takes the elements of the list, or of the list called users.
func (u *users) read(ctx context.Context, d *json.Decoder) {
	for depth := 0; ; depth++ {
		token, err := d.Token()
		if err != nil || depth > 100 {
			return
		}
		if token == json.Delim('[') {
			break
		}
	}
	for d.More() && len(u.email) < maxUsers && ctx.Err() == nil {
		var one struct {
			ID      json.RawMessage `json:"id"`
			Email   string          `json:"email"`
			Profile struct {
				Email string `json:"email"`
			} `json:"profile"`
		}
		if d.Decode(&one) != nil {
			return
		}
		id, email := string(bytes.Trim(one.ID, `"`)), one.Email
		if email == "" {
			email = one.Profile.Email
		}
		if id != "" && len(id) <= 64 && strings.Contains(email, "@") && len(email) <= longestID {
			u.email[id] = strings.ToLower(strings.TrimSpace(email))
		}
	}
}

// user identifies a unit by the address of its user, where that is known and not of staff.
func (f *file) user(u *unit, id []byte) {
	for i := len(f.users) - 1; i >= 0; i-- {
		list := &f.users[i]
		if !strings.HasPrefix(strings.ReplaceAll(f.path, "\\", "/"), list.dir) {
			continue
		}
		if email := list.email[string(id)]; email != "" {
			if !f.own(email) {
				u.ids[0].add(email)
			}
			return
		}
	}
}
