package incident

// Action is something a principal may or may not do. Every act of the Desk,
// of the outbox and of the web asks Can with one of these and nothing else.
type Action string

const (
	// On one incident.
	SeeIncident    Action = "incident.see"
	WorkIncident   Action = "incident.work"  // tasks, notes, facts, evidence, alerts
	SteerIncident  Action = "incident.steer" // status, severity, roles, closing, channels
	SetMilestones  Action = "incident.milestone"
	SeeRoster      Action = "roster.see" // names and addresses of affected people
	SettleRoster   Action = "roster.settle"
	ExportRoster   Action = "roster.export"  // take names and addresses out, sealed to a key
	SeePrivileged  Action = "privileged.see" // items not naming the principal
	MarkPrivileged Action = "privileged.mark"
	WriteNotice    Action = "notice.write"   // drafts, filings
	ApproveNotice  Action = "notice.approve" // the text
	ReleaseNotice  Action = "notice.release" // the sending
	DecideDuty     Action = "duty.decide"    // not to notify; risk conclusions
	RestrictAccess Action = "incident.restrict"
	AskReview      Action = "review.ask"  // counsel's review of the assessment
	SignReview     Action = "review.sign" // notes, remarks, sign-off

	// Across incidents.
	DeclareIncident   Action = "incident.declare"
	ListIncidents     Action = "incident.list"
	TriageAlerts      Action = "alert.triage"
	PublishPlaybook   Action = "playbook.publish"
	ReadLibrary       Action = "library.read" // rules and playbooks
	ListContracts     Action = "contract.list"
	ManageContracts   Action = "contract.manage" // partners' notice clauses
	ManageAccounts    Action = "account.manage"
	ReadAudit         Action = "audit.read"
	OperateStore      Action = "store.operate" // backup, verify, rotate
	OwnAccount        Action = "account.own"
	SignInAnonymously Action = "anonymous" // pages shown before sign-in; everybody may
)

// Can is the one place where it is decided who may do what. i is nil for
// actions that concern no single incident. A principal who may not see an
// incident must be answered NotFound, not Forbidden: that it exists is a secret.
//
// An account's grants give it a reach across incidents; a role on an incident
// adds to that there. A restricted incident is open only to the people on it,
// whatever their grants. An auditor reads and never writes. An administrator
// keeps accounts and the store, and for that alone sees no case.
func Can(p Principal, a Action, i *Incident) bool {
	if a == SignInAnonymously || p.System {
		return true
	}
	if p.ID == "" {
		return false
	}
	if a == OwnAccount || a == ReadLibrary {
		return true
	}
	if may, ok := canRights(p, a, i); ok {
		return may
	}
	var (
		admin     = p.Has(GrantAdmin)
		responder = p.Has(GrantResponder)
		counsel   = p.Has(GrantCounsel)
		approver  = p.Has(GrantApprover)
		auditor   = p.Has(GrantAuditor)
	)
	if i == nil {
		switch a {
		case ListIncidents:
			return true // the list itself shows only what may be seen
		case DeclareIncident:
			return responder || counsel
		case TriageAlerts:
			return responder
		case PublishPlaybook, ManageContracts:
			return responder || counsel
		case SignReview:
			return counsel // on some incident: the queue lists those
		case ListContracts:
			return responder || counsel || approver || auditor
		case ManageAccounts, OperateStore:
			return admin
		case ReadAudit:
			return admin || auditor || counsel
		}
		return false
	}
	involved := i.Involves(p.ID)
	if i.Restricted && !involved {
		return false
	}
	var (
		commands = i.Holds(p.ID, Commander)
		advises  = i.Holds(p.ID, Counsel) || counsel
	)
	if i.Status.Ended() && a != SeeIncident && a != SeePrivileged && a != SeeRoster && a != ExportRoster && a != SteerIncident {
		return false // a closed case is reopened before it is changed
	}
	switch a {
	case SeeIncident:
		return involved || responder || counsel || approver || auditor
	case WorkIncident, SettleRoster, SetMilestones, AskReview:
		return involved || responder || counsel
	case SteerIncident:
		return commands || responder || counsel
	case SeeRoster:
		return commands || advises || i.Holds(p.ID, Communications) || i.Holds(p.ID, SupportLead) || approver
	case ExportRoster:
		return commands || advises || approver
	case SeePrivileged, MarkPrivileged, SignReview:
		return advises
	case WriteNotice:
		return commands || advises || i.Holds(p.ID, Communications)
	case ApproveNotice, DecideDuty:
		return advises || approver
	case ReleaseNotice:
		return commands || approver
	case RestrictAccess:
		return commands || advises
	}
	return false
}

// Sees reports whether p may see an item of i with this mark.
func Sees(p Principal, i *Incident, mark *Privilege) bool {
	if mark == nil || mark.By == p.ID || p.System {
		return true
	}
	for _, name := range mark.Names {
		if name == p.ID {
			return true
		}
	}
	return Can(p, SeePrivileged, i)
}
