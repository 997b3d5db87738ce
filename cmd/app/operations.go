package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"tocsin/incident"
	"tocsin/incident/ledger"
	"tocsin/web/auth"
)

// exists refuses to check a folder that is not there, rather than to make one.
func exists(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, ledger.FileName)); errors.Is(err, os.ErrNotExist) {
		return incident.Errorf(incident.NotFound, "There is no data in %s.", dir)
	}
	return nil
}

// VerifyArgs are those of audit-verify. Head is the text of a head kept elsewhere.
type VerifyArgs struct {
	Head string `json:"head,omitempty"`
	JSON bool   `json:"json,omitempty"`
}

func auditVerify(o *Operator, ctx context.Context, raw []byte, out io.Writer) error {
	args, err := decode[VerifyArgs](raw)
	if err != nil {
		return err
	}
	report, err := o.DB.Verify(ctx, nil)
	if err != nil {
		return err
	}
	if args.Head != "" {
		if err := o.DB.VerifyHead(ctx, args.Head); err != nil {
			report.Problems = append(report.Problems, incident.Problem{Where: "head", What: incident.Sentence(err)})
		}
	}
	return writeReport(out, &report, args.JSON, "The audit log holds")
}

func writeReport(out io.Writer, r *ledger.Report, asJSON bool, good string) error {
	if asJSON {
		if err := json.NewEncoder(out).Encode(r); err != nil {
			return err
		}
	} else if r.OK() {
		fmt.Fprintf(out, "%s: %d entries, %d values.\n%s", good, r.Entries, r.Values, r.Head)
	} else {
		for _, p := range r.Problems {
			fmt.Fprintln(out, p)
		}
		if r.More > 0 {
			fmt.Fprintf(out, "and %d more\n", r.More)
		}
	}
	if !r.OK() {
		return ErrWanting
	}
	return nil
}

func auditExport(o *Operator, ctx context.Context, _ []byte, out io.Writer) error {
	_, err := o.DB.Export(ctx, out)
	return err
}

func keyRotate(o *Operator, ctx context.Context, _ []byte, out io.Writer) error {
	if err := o.DB.Rotate(ctx, incident.Operator()); err != nil {
		return err
	}
	fmt.Fprintf(out, "Every data key is wrapped by the new master key %s.\n", o.Keys.ID())
	return nil
}

// UserArgs are those of the user operations.
type UserArgs struct {
	Login  string   `json:"login,omitempty"`
	Name   string   `json:"name,omitempty"`
	Grants []string `json:"grants,omitempty"`
	Zone   string   `json:"zone,omitempty"`
	JSON   bool     `json:"json,omitempty"`
}

func (o *Operator) link(path string) string {
	if strings.HasPrefix(path, "http") {
		return path
	}
	return o.URL + path
}

func userAdd(o *Operator, ctx context.Context, raw []byte, out io.Writer) error {
	args, err := decode[UserArgs](raw)
	if err != nil {
		return err
	}
	_, secret, err := o.Auth.AddUser(ctx, incident.Operator(), auth.NewUser{Login: args.Login, Name: args.Name, Grants: grants(args.Grants), Zone: args.Zone})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Added. This link sets password and second factor, once:\n%s\n", o.link(secret))
	return nil
}

func grants(names []string) []incident.Grant {
	out := make([]incident.Grant, len(names))
	for n, name := range names {
		out[n] = incident.Grant(name)
	}
	return out
}

func userList(o *Operator, ctx context.Context, raw []byte, out io.Writer) error {
	args, err := decode[UserArgs](raw)
	if err != nil {
		return err
	}
	users, err := o.Auth.Users(ctx, incident.Operator())
	if err != nil {
		return err
	}
	if args.JSON {
		if users == nil {
			users = []auth.Account{}
		}
		return json.NewEncoder(out).Encode(users)
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "LOGIN\tNAME\tGRANTS\tSTATE")
	for _, u := range users {
		state := "active"
		switch {
		case u.Disabled:
			state = "disabled"
		case !u.Enrolled:
			state = "invited"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", u.Login, u.Name, joinGrants(u.Grants), state)
	}
	return w.Flush()
}

func joinGrants(list []incident.Grant) string {
	names := make([]string, len(list))
	for n, g := range list {
		names[n] = string(g)
	}
	return strings.Join(names, ",")
}

// account finds an account by login name or id.
func (o *Operator) account(ctx context.Context, login string) (auth.Account, error) {
	users, err := o.Auth.Users(ctx, incident.Operator())
	if err != nil {
		return auth.Account{}, err
	}
	for _, u := range users {
		if strings.EqualFold(u.Login, strings.TrimSpace(login)) || u.ID == login {
			return u, nil
		}
	}
	return auth.Account{}, incident.Errorf(incident.NotFound, "There is no account with that login name.")
}

func userDisable(o *Operator, ctx context.Context, raw []byte, out io.Writer) error {
	args, err := decode[UserArgs](raw)
	if err != nil {
		return err
	}
	u, err := o.account(ctx, args.Login)
	if err != nil {
		return err
	}
	if err := o.Auth.Disable(ctx, incident.Operator(), u.ID); err != nil {
		return err
	}
	fmt.Fprintln(out, "Disabled, and signed out everywhere.")
	return nil
}

func userReset(o *Operator, ctx context.Context, raw []byte, out io.Writer) error {
	args, err := decode[UserArgs](raw)
	if err != nil {
		return err
	}
	u, err := o.account(ctx, args.Login)
	if err != nil {
		return err
	}
	secret, err := o.Auth.Reset(ctx, incident.Operator(), u.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Reset. This link sets a new password and second factor, once:\n%s\n", o.link(secret))
	return nil
}

// TokenArgs are those of the token operations.
type TokenArgs struct {
	ID      string   `json:"id,omitempty"`
	Name    string   `json:"name,omitempty"`
	Grants  []string `json:"grants,omitempty"`
	Expires Duration `json:"expires,omitempty"` // from now; 0 is never
	JSON    bool     `json:"json,omitempty"`
}

func tokenAdd(o *Operator, ctx context.Context, raw []byte, out io.Writer) error {
	args, err := decode[TokenArgs](raw)
	if err != nil {
		return err
	}
	n := auth.NewToken{Name: args.Name, Grants: grants(args.Grants)}
	if args.Expires > 0 {
		n.Expires = o.Clock().Add(time.Duration(args.Expires))
	}
	token, secret, err := o.Auth.AddToken(ctx, incident.Operator(), n)
	if err != nil {
		return err
	}
	if args.JSON {
		return json.NewEncoder(out).Encode(map[string]string{"id": token.ID, "token": secret})
	}
	fmt.Fprintf(out, "Token %s. It is shown this once:\n%s\n", token.ID, secret)
	return nil
}

func tokenList(o *Operator, ctx context.Context, raw []byte, out io.Writer) error {
	args, err := decode[TokenArgs](raw)
	if err != nil {
		return err
	}
	tokens, err := o.Auth.Tokens(ctx, incident.Operator())
	if err != nil {
		return err
	}
	if args.JSON {
		type shown struct {
			ID      string           `json:"id"`
			Name    string           `json:"name"`
			Grants  []incident.Grant `json:"grants"`
			MadeAt  time.Time        `json:"made_at"`
			Expires time.Time        `json:"expires,omitzero"`
			UsedAt  time.Time        `json:"used_at,omitzero"`
			Revoked time.Time        `json:"revoked,omitzero"`
		}
		list := make([]shown, len(tokens))
		for n, t := range tokens {
			list[n] = shown{t.ID, t.Name, t.Grants, t.MadeAt, t.Expires, t.UsedAt, t.Revoked}
		}
		return json.NewEncoder(out).Encode(list)
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tNAME\tGRANTS\tSTATE")
	for _, t := range tokens {
		state := "valid"
		if !t.Alive(o.Clock()) {
			state = "ended"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", t.ID, t.Name, joinGrants(t.Grants), state)
	}
	return w.Flush()
}

func tokenRevoke(o *Operator, ctx context.Context, raw []byte, out io.Writer) error {
	args, err := decode[TokenArgs](raw)
	if err != nil {
		return err
	}
	if err := o.Auth.RevokeToken(ctx, incident.Operator(), args.ID); err != nil {
		return err
	}
	fmt.Fprintln(out, "Revoked.")
	return nil
}
