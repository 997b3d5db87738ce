package api

import "net/http"

// list is every route there is but the document's own. openapi.json has the
// same, which a test holds.
func (a *API) list() []route {
	const get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	const one = "/incidents/{incident}"
	return []route{
		{method: get, path: "/incidents", query: paged("status", "mine"), do: incidents},
		{method: post, path: "/incidents", body: object, do: openIncident},
		{method: get, path: one, do: getIncident},
		{method: patch, path: one, body: object, do: changeIncident},
		{method: post, path: one + "/roles", body: object, do: assignRole},
		{method: del, path: one + "/roles/{role}/{account}", query: []string{"deputy"}, do: unassignRole},
		{method: put, path: one + "/compromised/{channel}", do: distrustChannel},
		{method: del, path: one + "/compromised/{channel}", do: trustChannel},
		{method: put, path: one + "/privileged/{kind}/{item}", body: object, do: markPrivileged},
		{method: del, path: one + "/privileged/{kind}/{item}", do: unmarkPrivileged},

		{method: get, path: one + "/facts", query: []string{"history"}, do: facts},
		{method: post, path: one + "/facts", body: object, do: setFacts},
		{method: get, path: one + "/milestones", query: []string{"history"}, do: milestones},
		{method: post, path: one + "/milestones", body: object, do: setMilestone},

		{method: get, path: one + "/tasks", query: paged("state"), do: tasks},
		{method: post, path: one + "/tasks", body: object, do: addTask},
		{method: get, path: one + "/tasks/{task}", do: getTask},
		{method: post, path: one + "/tasks/{task}/assign", body: object, do: assignTask},
		{method: post, path: one + "/tasks/{task}/done", body: object, do: completeTask},
		{method: post, path: one + "/tasks/{task}/skip", body: object, do: skipTask},
		{method: post, path: one + "/tasks/{task}/block", body: object, do: blockTask},
		{method: post, path: one + "/tasks/{task}/reopen", do: reopenTask},

		{method: get, path: one + "/evidence", query: paged(), do: evidence},
		{method: post, path: one + "/evidence", body: form, do: collectEvidence},
		{method: get, path: one + "/evidence/{exhibit}", do: getEvidence},
		{method: get, path: one + "/evidence/{exhibit}/file", query: []string{"purpose"}, do: evidenceFile},
		{method: post, path: one + "/evidence/{exhibit}/verify", do: verifyEvidence},
		{method: post, path: one + "/evidence/{exhibit}/transfer", body: object, do: transferEvidence},

		{method: get, path: one + "/timeline", query: paged(), do: timeline},
		{method: post, path: one + "/timeline", body: object, do: addNote},
		{method: post, path: one + "/timeline/{line}/correct", body: object, do: correctLine},
		{method: put, path: one + "/timeline/{line}/pin", do: pinLine},
		{method: del, path: one + "/timeline/{line}/pin", do: unpinLine},

		{method: get, path: one + "/rosters", query: paged(), do: rosters},
		{method: get, path: one + "/rosters/current/{file}", do: rosterFile},
		{method: get, path: one + "/alerts", do: caseAlerts},
		{method: get, path: "/alerts", query: paged(), do: alerts},
		{method: post, path: "/alerts/{alert}/attach", body: object, do: attachAlert},

		{method: get, path: "/playbooks", do: playbooks},
		{method: post, path: "/playbooks", body: object, do: publishPlaybook},
		{method: get, path: "/playbooks/{playbook}", do: getPlaybook},
		{method: get, path: one + "/runs", do: runs},
		{method: post, path: one + "/runs", body: object, do: startRun},
		{method: get, path: one + "/runs/{run}", do: getRun},

		{method: get, path: "/clocks", query: []string{"limit"}, do: clocks},
		{method: get, path: one + "/clocks", do: caseClocks},
		{method: get, path: one + "/assessment", do: assessment},
		{method: get, path: one + "/conclusions", do: conclusions},
		{method: post, path: one + "/conclusions", body: object, do: conclude},
		{method: get, path: one + "/review", do: getReview},
		{method: post, path: one + "/review", body: object, do: askReview},
		{method: del, path: one + "/review", do: withdrawReview},
		{method: post, path: one + "/review/notes", body: object, do: addReviewNote},
		{method: post, path: one + "/review/remarks", body: object, do: remarkOnDuty},
		{method: post, path: one + "/review/sign-offs", body: object, do: signReview},
		{method: get, path: "/reviews", do: reviewQueue},
		{method: get, path: "/contracts", query: paged(), do: contracts},
		{method: post, path: "/contracts", body: object, do: addContract},
		{method: post, path: "/contracts/preview", body: object, do: previewContract},
		{method: get, path: "/contracts/{contract}", do: getContract},
		{method: put, path: "/contracts/{contract}", body: object, do: editContract},
		{method: post, path: "/contracts/{contract}/end", body: object, do: endContract},
		{method: get, path: one + "/obligations", query: paged("applies"), do: obligations},
		{method: get, path: one + "/obligations/{obligation}/filing-pack", do: filingPack},
		{method: post, path: one + "/obligations/{obligation}/decision", body: object, do: decideNotToNotify},
		{method: post, path: one + "/obligations/{obligation}/decision/approval", body: object, do: approveDecision},
		{method: get, path: one + "/filings", do: filings},
		{method: post, path: one + "/filings", body: object, do: recordFiling},

		{method: get, path: one + "/drafts", query: paged(), do: drafts},
		{method: post, path: one + "/drafts", body: object, do: createDraft},
		{method: get, path: one + "/drafts/{draft}", do: getDraft},
		{method: put, path: one + "/drafts/{draft}", body: object, do: editDraft},
		{method: post, path: one + "/drafts/{draft}/refresh", do: refreshDraft},
		{method: post, path: one + "/drafts/{draft}/approvals", body: object, do: approveDraft},
		{method: get, path: one + "/mailings", do: mailings},
		{method: post, path: one + "/mailings", body: object, do: release},
		{method: get, path: one + "/mailings/plan", do: releasePlan},
		{method: get, path: one + "/mailings/{mailing}", do: getMailing},
		{method: post, path: one + "/mailings/{mailing}/pause", body: object, do: pauseMailing},
		{method: post, path: one + "/mailings/{mailing}/resume", do: resumeMailing},
		{method: post, path: one + "/mailings/{mailing}/stop", do: stopMailing},
		{method: get, path: one + "/deliveries/uncertain", query: []string{"limit"}, do: uncertain},
		{method: post, path: one + "/deliveries/uncertain", body: object, do: settleUncertain},

		{method: get, path: "/register", query: paged(), do: breachRegister},
		{method: get, path: "/audit", query: paged("object"), do: audit},
		{method: get, path: "/audit/head", do: auditHead},
		{method: get, path: "/users", query: paged(), do: users},
	}
}
