package web

import (
	"net/http"

	"tocsin/incident"
)

// caseRoutes are the pages and acts of one incident. The desk and the outbox
// decide on each of them; Action says which permission they ask.
func (s *Server) caseRoutes() []Route {
	const get, post = http.MethodGet, http.MethodPost
	const (
		see     = incident.SeeIncident
		work    = incident.WorkIncident
		steer   = incident.SteerIncident
		write   = incident.WriteNotice
		release = incident.ReleaseNotice
		settle  = incident.SettleRoster
	)
	c := s.deps.Console
	routes := []Route{
		{Method: get, Path: "", Action: see, Page: c.Overview},
		{Method: post, Path: "/status", Action: steer, Page: c.SetStatus},
		{Method: post, Path: "/severity", Action: steer, Page: c.SetSeverity},
		{Method: post, Path: "/people", Action: steer, Page: c.Assign},
		{Method: post, Path: "/people/remove", Action: steer, Page: c.Unassign},
		{Method: post, Path: "/channels", Action: steer, Page: c.MarkChannel},
		{Method: get, Path: "/restrict", Action: incident.RestrictAccess, Page: c.RestrictPage},
		{Method: post, Path: "/restrict", Action: incident.RestrictAccess, Page: c.Restrict},
		{Method: get, Path: "/handoff", Action: steer, Page: c.HandoffPage},
		{Method: post, Path: "/handoff", Action: steer, Page: c.HandOff},
		{Method: get, Path: "/reminders", Action: see, Page: c.CaseReminders},
		{Method: get, Path: "/close", Action: steer, Page: c.ClosePage},
		{Method: post, Path: "/close", Action: steer, Page: c.Close},
		{Method: post, Path: "/reopen", Action: steer, Page: c.Reopen},

		{Method: get, Path: "/facts", Action: see, Page: c.Facts},
		{Method: post, Path: "/facts", Action: work, Page: c.SetFacts},
		{Method: get, Path: "/facts/wording", Action: see, Page: c.WordingPage},
		{Method: post, Path: "/facts/wording", Action: work, Page: c.SetWording},
		{Method: get, Path: "/facts/:fact", Action: see, Page: c.FactPage},
		{Method: post, Path: "/facts/:fact", Action: work, Page: c.SetFact},
		{Method: get, Path: "/interview", Action: see, Page: c.Interview},
		{Method: post, Path: "/interview", Action: work, Page: c.AnswerQuestion},
		{Method: get, Path: "/what-if", Action: see, Page: c.WhatIfPage},
		{Method: post, Path: "/what-if", Action: see, Page: c.WhatIf},
		{Method: post, Path: "/what-if/save", Action: work, Page: c.SaveSupposed},
		{Method: get, Path: "/milestones", Action: see, Page: c.Milestones},
		{Method: get, Path: "/milestones/:milestone", Action: see, Page: c.MilestonePage},
		{Method: post, Path: "/milestones/:milestone", Action: incident.SetMilestones, Page: c.SetMilestone},

		{Method: get, Path: "/tasks", Action: see, Page: c.Tasks},
		{Method: get, Path: "/tasks/new", Action: work, Page: c.NewTaskPage},
		{Method: post, Path: "/tasks/new", Action: work, Page: c.AddTask},
		{Method: get, Path: "/tasks/:task", Action: see, Page: c.TaskPage},
		{Method: post, Path: "/tasks/:task/done", Action: work, Page: c.CompleteTask},
		{Method: post, Path: "/tasks/:task/skip", Action: work, Page: c.SkipTask},
		{Method: post, Path: "/tasks/:task/block", Action: work, Page: c.BlockTask},
		{Method: post, Path: "/tasks/:task/assign", Action: work, Page: c.AssignTask},
		{Method: post, Path: "/tasks/:task/reopen", Action: work, Page: c.ReopenTask},
		{Method: post, Path: "/tasks/:task/mark", Action: incident.MarkPrivileged, Page: c.MarkTask},
		{Method: post, Path: "/tasks/:task/evidence", Action: work, Upload: true, Page: c.AttachEvidence},
		{Method: post, Path: "/runs", Action: work, Page: c.StartRun},
		{Method: get, Path: "/runs/:run/upgrade", Action: see, Page: c.UpgradePage},
		{Method: post, Path: "/runs/:run/upgrade", Action: incident.SteerIncident, Page: c.UpgradeRun},
		{Method: post, Path: "/runs/:run/read", Action: work, Page: c.HaveRead},

		{Method: get, Path: "/evidence", Action: see, Page: c.Evidence},
		{Method: post, Path: "/evidence", Action: work, Upload: true, Page: c.AddEvidence},
		{Method: get, Path: "/evidence/:exhibit", Action: see, Page: c.Exhibit},
		{Method: post, Path: "/evidence/:exhibit/file", Action: work, Page: c.DownloadEvidence},
		{Method: post, Path: "/evidence/:exhibit/verify", Action: work, Page: c.VerifyEvidence},
		{Method: post, Path: "/evidence/:exhibit/transfer", Action: work, Page: c.TransferEvidence},
		{Method: post, Path: "/evidence/:exhibit/mark", Action: incident.MarkPrivileged, Page: c.MarkEvidence},

		{Method: get, Path: "/affected", Action: see, Page: c.Affected},
		{Method: get, Path: "/affected/new", Action: settle, Page: c.UploadPage},
		{Method: post, Path: "/affected/new", Action: settle, Upload: true, Page: c.Upload},
		{Method: post, Path: "/affected/uploads", Action: settle, Page: c.BeginTransfer},
		{Method: get, Path: "/affected/uploads/:upload", Action: settle, Page: c.Transfer},
		{Method: post, Path: "/affected/uploads/:upload", Action: settle, Upload: true, Page: c.ContinueTransfer},
		{Method: post, Path: "/affected/uploads/:upload/finish", Action: settle, Page: c.FinishTransfer},
		{Method: post, Path: "/affected/uploads/:upload/drop", Action: settle, Page: c.DropTransfer},
		{Method: get, Path: "/affected/runs/:run", Action: settle, Page: c.ResolutionPage},
		{Method: post, Path: "/affected/runs/:run/reading", Action: settle, Page: c.SetReading},
		{Method: post, Path: "/affected/runs/:run/run", Action: settle, Page: c.RunResolution},
		{Method: post, Path: "/affected/runs/:run/rerun", Action: settle, Page: c.RerunResolution},
		{Method: post, Path: "/affected/runs/:run/cancel", Action: settle, Page: c.CancelResolution},
		{Method: post, Path: "/affected/runs/:run/repeat", Action: settle, Page: c.RepeatResolution},
		{Method: get, Path: "/affected/runs/:run/add", Action: settle, Page: c.LatePage},
		{Method: post, Path: "/affected/runs/:run/add", Action: settle, Upload: true, Page: c.AddLate},
		{Method: get, Path: "/affected/runs/:run/conflicts", Action: settle, Page: c.Conflicts},
		{Method: get, Path: "/affected/runs/:run/conflicts/:conflict", Action: settle, Page: c.Conflict},
		{Method: post, Path: "/affected/runs/:run/conflicts/:conflict", Action: settle, Page: c.DecideConflict},
		{Method: get, Path: "/affected/runs/:run/search", Action: incident.SeeRoster, Page: c.SearchPage},
		{Method: post, Path: "/affected/runs/:run/search", Action: incident.SeeRoster, Page: c.Search},
		{Method: get, Path: "/affected/runs/:run/reports/:file", Action: incident.SeeRoster, Fresh: true, Page: c.DownloadReport},
		{Method: post, Path: "/affected/runs/:run/propose", Action: settle, Page: c.ProposeResolution},
		{Method: post, Path: "/affected/runs/:run/return", Action: settle, Page: c.ReturnResolution},
		{Method: post, Path: "/affected/runs/:run/settle", Action: settle, Page: c.SettleResolution},
		{Method: get, Path: "/affected/compare", Action: settle, Page: c.Compare},
		{Method: get, Path: "/affected/exclusions", Action: settle, Page: c.Exclusions},
		{Method: post, Path: "/affected/exclusions", Action: settle, Page: c.ProposeExclusion},
		{Method: post, Path: "/affected/exclusions/:exclusion/approve", Action: settle, Page: c.ApproveExclusion},
		{Method: post, Path: "/affected/exclusions/:exclusion/end", Action: settle, Page: c.EndExclusion},
		{Method: get, Path: "/affected/export", Action: incident.ExportRoster, Fresh: true, Page: c.ExportPage},
		{Method: post, Path: "/affected/export", Action: incident.ExportRoster, Fresh: true, Page: c.ExportRoster},
		{Method: get, Path: "/affected/files/:file", Action: incident.SeeRoster, Fresh: true, Page: c.DownloadRoster},

		{Method: get, Path: "/clocks", Action: see, Page: c.Clocks},
		{Method: get, Path: "/obligations", Action: see, Page: c.Obligations},
		{Method: post, Path: "/obligations/drafts", Action: write, Page: c.CreateDrafts},
		{Method: post, Path: "/risk", Action: work, Page: c.ConcludeRisk},
		{Method: get, Path: "/risk", Action: see, Page: c.RiskPage},
		{Method: post, Path: "/risk/conclude", Action: work, Page: c.Conclude},
		{Method: get, Path: "/review", Action: see, Page: c.ReviewPage},
		{Method: get, Path: "/review/form", Action: see, Page: c.ReviewForm},
		{Method: post, Path: "/review/ask", Action: incident.AskReview, Page: c.AskReview},
		{Method: post, Path: "/review/withdraw", Action: incident.AskReview, Page: c.WithdrawReview},
		{Method: post, Path: "/review/note", Action: incident.SignReview, Page: c.AddReviewNote},
		{Method: post, Path: "/review/remark", Action: incident.SignReview, Page: c.RemarkOnDuty},
		{Method: post, Path: "/review/sign", Action: incident.SignReview, Page: c.SignReview},
		{Method: get, Path: "/filings", Action: see, Page: c.Filings},
		{Method: get, Path: "/duties/:obligation/pack", Action: see, Page: c.FilingPack},
		{Method: get, Path: "/duties/:obligation/filing", Action: see, Page: c.FilingPage},
		{Method: post, Path: "/duties/:obligation/filing", Action: write, Page: c.AnswerFiling},
		{Method: post, Path: "/duties/:obligation/filing/freeze", Action: write, Page: c.FreezeFiling},
		{Method: get, Path: "/duties/:obligation/filing/export", Action: see, Page: c.ExportFiling},
		{Method: get, Path: "/duties/:obligation/filing/compare", Action: see, Page: c.CompareFilings},
		{Method: get, Path: "/duties/:obligation/filing/versions/:version", Action: see, Page: c.FilingVersionPage},
		{Method: post, Path: "/duties/:obligation/filing/versions/:version/approve", Action: incident.ApproveNotice, Page: c.ApproveFiling},
		{Method: post, Path: "/duties/:obligation/file", Action: write, Upload: true, Page: c.RecordFiling},
		{Method: post, Path: "/duties/:obligation/decide", Action: incident.DecideDuty, Page: c.DecideNotToNotify},
		{Method: post, Path: "/duties/:obligation/approve", Action: incident.DecideDuty, Page: c.ApproveDecision},

		{Method: get, Path: "/notices", Action: see, Page: c.Notices},
		{Method: get, Path: "/notices/release", Action: release, Page: c.ReleasePage},
		{Method: post, Path: "/notices/codes", Action: write, Upload: true, Page: c.AddEnrolCodes},
		{Method: post, Path: "/release", Action: release, Page: c.Release},
		{Method: get, Path: "/posting", Action: see, Page: c.PostingsPage},
		{Method: post, Path: "/posting", Action: see, Page: c.CountPosting},
		{Method: post, Path: "/posting/proofs", Action: incident.SeeRoster, Page: c.PostingProofs},
		{Method: post, Path: "/posting/release", Action: release, Page: c.ReleasePosting},
		{Method: get, Path: "/posting/:posting", Action: see, Page: c.PostingPage},
		{Method: post, Path: "/posting/:posting/package", Action: release, Fresh: true, Page: c.PostingPackage},
		{Method: post, Path: "/posting/:posting/posted", Action: release, Page: c.ConfirmPosting},
		{Method: post, Path: "/posting/:posting/returns", Action: release, Upload: true, Page: c.TakeReturns},
		{Method: post, Path: "/posting/:posting/stop", Action: release, Page: c.StopPosting},
		{Method: post, Path: "/posting/:posting/retry", Action: release, Page: c.RetryPosting},
		{Method: get, Path: "/notices/:draft", Action: see, Page: c.Draft},
		{Method: post, Path: "/notices/:draft/edit", Action: write, Page: c.EditDraft},
		{Method: post, Path: "/notices/:draft/refresh", Action: write, Page: c.RefreshDraft},
		{Method: get, Path: "/notices/:draft/compare", Action: see, Page: c.CompareDraft},
		{Method: get, Path: "/notices/:draft/file", Action: see, Page: c.DraftFile},
		{Method: post, Path: "/notices/:draft/comments", Action: see, Page: c.CommentOnDraft},
		{Method: post, Path: "/notices/:draft/comments/:comment/resolve", Action: see, Page: c.ResolveComment},
		{Method: post, Path: "/notices/:draft/return", Action: incident.ApproveNotice, Page: c.ReturnDraft},
		{Method: post, Path: "/notices/:draft/told", Action: write, Upload: true, Page: c.LetterTold},
		{Method: post, Path: "/notices/:draft/approve", Action: incident.ApproveNotice, Page: c.ApproveDraft},
		{Method: get, Path: "/mailings/:mailing", Action: see, Page: c.Mailing},
		{Method: post, Path: "/mailings/:mailing/steer", Action: release, Page: c.SteerMailing},
		{Method: get, Path: "/mailings/:mailing/stop", Action: release, Page: c.StopMailingPage},
		{Method: get, Path: "/mailings/:mailing/uncertain", Action: see, Page: c.Uncertain},
		{Method: post, Path: "/mailings/:mailing/uncertain", Action: release, Page: c.SettleUncertain},
		{Method: get, Path: "/mailings/:mailing/not-told", Action: see, Page: c.NotTold},

		{Method: get, Path: "/timeline", Action: see, Page: c.Timeline},
		{Method: post, Path: "/timeline", Action: work, Page: c.AddNote},
		{Method: post, Path: "/timeline/:line/pin", Action: work, Page: c.PinEntry},
		{Method: post, Path: "/timeline/:line/correct", Action: work, Page: c.CorrectEntry},
		{Method: post, Path: "/timeline/:line/mark", Action: incident.MarkPrivileged, Page: c.MarkEntry},
	}
	for n := range routes {
		routes[n].Path = "/incidents/:incident" + routes[n].Path
	}
	return routes
}
