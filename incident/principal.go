package incident

// Source is the door an act came through.
type Source string

const (
	FromConsole Source = "console"
	FromAPI     Source = "api"
	FromSlack   Source = "slack"
	FromHook    Source = "hook"
	FromCLI     Source = "cli"
	FromClock   Source = "clock"
	FromPublic  Source = "public" // the pages for people outside, who do not sign in
)

// Grant is what an account may do across all incidents. Roles on one incident
// are another thing: see Role.
type Grant string

const (
	GrantAdmin     Grant = "admin"     // accounts, settings, keys; not the content of restricted incidents
	GrantResponder Grant = "responder" // declare and work incidents
	GrantCounsel   Grant = "counsel"   // privileged items, legal conclusions, approval
	GrantApprover  Grant = "approver"  // release of notices
	GrantAuditor   Grant = "auditor"   // read everything that is not privileged, write nothing
	GrantRights    Grant = "rights"    // people's requests over what is held on them; opens no incident
)

// Grants lists every grant, for forms and checks.
func Grants() []Grant {
	return []Grant{GrantAdmin, GrantResponder, GrantCounsel, GrantApprover, GrantAuditor, GrantRights}
}

// Principal is who acts: a person's account, a machine's token, an alert
// source, or the program's own clock. It is an argument of every act, never a
// value hidden in a context.
type Principal struct {
	ID     string  // account id, token id, "hook:<source>", "clock", "cli"; never a name or an e-mail address
	Source Source  // the door
	Grants []Grant // across all incidents
	System bool    // the program itself (clock, reactions, an operator at the machine): not bound by grants
}

// Has reports whether p holds g.
func (p Principal) Has(g Grant) bool {
	for _, have := range p.Grants {
		if have == g {
			return true
		}
	}
	return false
}

// Clock is the principal of what falls due by itself.
func Clock() Principal { return Principal{ID: "clock", Source: FromClock, System: true} }

// Operator is the principal of a command run at the machine that holds the data.
func Operator() Principal { return Principal{ID: "cli", Source: FromCLI, System: true} }

// Hook is the principal of one configured alert source.
func Hook(source string) Principal {
	return Principal{ID: "hook:" + source, Source: FromHook, System: true}
}
