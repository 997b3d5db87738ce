package web

import (
	"net/http"

	"tocsin/incident"
)

// list is every route there is. A new page is one line here.
func (s *Server) list() []Route {
	const get, post = http.MethodGet, http.MethodPost
	const (
		anyone  = incident.SignInAnonymously
		own     = incident.OwnAccount
		manage  = incident.ManageAccounts
		library = incident.ReadLibrary
		audit   = incident.ReadAudit

		contracts = incident.ListContracts
		agree     = incident.ManageContracts
	)
	c := s.deps.Console
	routes := []Route{
		// Before sign-in
		{Method: get, Path: "/sign-in", Action: anyone, Page: c.SignInPage},
		{Method: post, Path: "/sign-in", Action: anyone, Page: c.SignIn},
		{Method: get, Path: "/sign-in/code", Action: anyone, Page: c.CodePage},
		{Method: post, Path: "/sign-in/code", Action: anyone, Page: c.Code},
		{Method: get, Path: "/sign-in/once/:secret", Action: anyone, Page: c.SignInOnce},
		{Method: get, Path: "/enrol/:secret", Action: anyone, Page: c.EnrolPage},
		{Method: post, Path: "/enrol/:secret", Action: anyone, Page: c.Enrol},
		{Method: post, Path: "/sign-out", Action: anyone, Page: c.SignOut},

		// One's own account
		{Method: get, Path: "/account", Action: own, Page: c.AccountPage},
		{Method: post, Path: "/account/profile", Action: own, Page: c.SaveProfile},
		{Method: get, Path: "/account/confirm", Action: own, Page: c.ConfirmPage},
		{Method: post, Path: "/account/confirm", Action: own, Page: c.Confirm},
		{Method: get, Path: "/account/password", Action: own, Page: c.PasswordPage},
		{Method: post, Path: "/account/password", Action: own, Page: c.ChangePassword},
		{Method: post, Path: "/account/recovery", Action: own, Fresh: true, Page: c.RenewRecovery},
		{Method: post, Path: "/account/reenrol", Action: own, Fresh: true, Page: c.Reenrol},
		{Method: post, Path: "/account/sessions/end", Action: own, Page: c.EndSessions},
		{Method: get, Path: "/account/slack/:secret", Action: own, Page: c.SlackPage},
		{Method: post, Path: "/account/slack/:secret", Action: own, Page: c.LinkSlack},
		{Method: post, Path: "/account/unlink-slack", Action: own, Page: c.UnlinkSlack},

		// Accounts and tokens
		{Method: get, Path: "/users", Action: manage, Fresh: true, Page: c.Users},
		{Method: get, Path: "/users/new", Action: manage, Fresh: true, Page: c.NewUserPage},
		{Method: post, Path: "/users/new", Action: manage, Fresh: true, Page: c.AddUser},
		{Method: get, Path: "/users/:user", Action: manage, Fresh: true, Page: c.UserPage},
		{Method: post, Path: "/users/:user/grants", Action: manage, Fresh: true, Page: c.SetGrants},
		{Method: post, Path: "/users/:user/sessions", Action: manage, Fresh: true, Page: c.EndUserSessions},
		{Method: post, Path: "/users/:user/enable", Action: manage, Fresh: true, Page: c.EnableUser},
		{Method: get, Path: "/users/:user/disable", Action: manage, Fresh: true, Page: c.DisableUserPage},
		{Method: post, Path: "/users/:user/disable", Action: manage, Fresh: true, Page: c.DisableUser},
		{Method: get, Path: "/users/:user/reset", Action: manage, Fresh: true, Page: c.ResetUserPage},
		{Method: post, Path: "/users/:user/reset", Action: manage, Fresh: true, Page: c.ResetUser},
		{Method: get, Path: "/tokens", Action: manage, Fresh: true, Page: c.Tokens},
		{Method: post, Path: "/tokens", Action: manage, Fresh: true, Page: c.AddToken},
		{Method: post, Path: "/tokens/:token/revoke", Action: manage, Fresh: true, Page: c.RevokeToken},

		// The audit log
		{Method: get, Path: "/audit", Action: audit, Page: c.Audit},
		{Method: post, Path: "/audit/verify", Action: audit, Page: c.VerifyAudit},
		{Method: get, Path: "/audit/export", Action: audit, Page: c.ExportAudit},
		{Method: get, Path: "/audit/entries/:entry", Action: audit, Page: c.AuditEntry},

		{Method: get, Path: "/", Action: incident.ListIncidents, Page: c.Home},
		{Method: get, Path: "/reminders", Action: own, Page: c.Reminders},
		{Method: post, Path: "/reminders/:reminder/acknowledge", Action: own, Page: c.AcknowledgeReminder},
		{Method: get, Path: "/alerts", Action: incident.TriageAlerts, Page: c.Alerts},
		{Method: post, Path: "/alerts/:alert/attach", Action: incident.TriageAlerts, Page: c.AttachAlert},
		{Method: get, Path: "/rules", Action: library, Page: c.RulesPage},
		{Method: get, Path: "/rules/coverage", Action: library, Page: c.Coverage},
		{Method: get, Path: "/rules/:rule", Action: library, Page: c.RulePage},
		{Method: get, Path: "/rules/:rule/:version", Action: library, Page: c.RuleVersionPage},
		{Method: get, Path: "/review", Action: incident.ListIncidents, Page: c.ReviewQueue},
		{Method: get, Path: "/contracts", Action: contracts, Page: c.Contracts},
		{Method: get, Path: "/contracts/new", Action: agree, Page: c.NewContractPage},
		{Method: post, Path: "/contracts/new", Action: agree, Page: c.AddContract},
		{Method: get, Path: "/contracts/:contract", Action: contracts, Page: c.Contract},
		{Method: get, Path: "/contracts/:contract/edit", Action: agree, Page: c.EditContractPage},
		{Method: post, Path: "/contracts/:contract/edit", Action: agree, Page: c.EditContract},
		{Method: post, Path: "/contracts/:contract/end", Action: agree, Page: c.EndContract},
		{Method: get, Path: "/contracts/:contract/document", Action: contracts, Page: c.Document},
		{Method: post, Path: "/contracts/:contract/document", Action: agree, Upload: true, Page: c.AttachDocument},
		{Method: get, Path: "/playbooks", Action: library, Page: c.PlaybooksPage},
		{Method: get, Path: "/playbooks/:playbook", Action: library, Page: c.PlaybookPage},
		{Method: get, Path: "/incidents/new", Action: incident.DeclareIncident, Page: c.DeclarePage},
		{Method: post, Path: "/incidents/new", Action: incident.DeclareIncident, Page: c.Declare},
		{Method: get, Path: "/help", Action: library, Page: c.Help},

		// Machines
		{Method: get, Path: "/static/:file", Action: anyone, Raw: wrap(s.deps.View.Static())},
		{Method: get, Path: "/healthz", Action: anyone, Raw: s.healthz},
		{Method: get, Path: "/readyz", Action: anyone, Raw: s.readyz},
		{Method: get, Path: "/metrics", Action: anyone, Raw: s.metrics},
		{Method: get, Path: "/robots.txt", Action: anyone, Raw: robots},
		{Method: post, Path: "/hooks/:source", Action: anyone, Raw: s.mount(s.deps.Hooks)},
		// Some senders prove an address by GET or OPTIONS first (Okta, CloudEvents).
		{Method: get, Path: "/hooks/:source", Action: anyone, Raw: s.mount(s.deps.Hooks)},
		{Method: http.MethodOptions, Path: "/hooks/:source", Action: anyone, Raw: s.mount(s.deps.Hooks)},
		{Method: post, Path: "/slack/:what", Action: anyone, Raw: s.mount(s.deps.Slack)},
	}
	routes = append(routes, s.caseRoutes()...)
	routes = append(routes, s.rightsRoutes()...)
	routes = append(routes, s.publicRoutes()...)
	for _, m := range []string{get, post, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		routes = append(routes, Route{Method: m, Path: "/api/v1/*path", Action: anyone, Upload: m != get, Raw: s.mount(s.deps.API)})
	}
	return routes
}
