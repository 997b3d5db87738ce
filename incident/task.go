package incident

import "time"

// Phase is the part of a response a task belongs to, after NIST SP 800-61.
type Phase string

const (
	Prepare          Phase = "prepare"
	DetectAnalyze    Phase = "detect_analyze"
	Contain          Phase = "contain"
	EradicateRecover Phase = "eradicate_recover"
	NotifyPhase      Phase = "notify"
	PostIncident     Phase = "post_incident"
)

// Phases lists every phase in order.
func Phases() []Choice {
	return []Choice{
		{"prepare", "Prepare"}, {"detect_analyze", "Detect and analyse"}, {"contain", "Contain"},
		{"eradicate_recover", "Eradicate and recover"}, {"notify", "Notify"}, {"post_incident", "After the incident"},
	}
}

func (p Phase) Valid() bool   { return known(Phases(), string(p)) }
func (p Phase) Label() string { return label(Phases(), string(p)) }

// TaskState is where a task stands.
type TaskState string

const (
	TaskWaiting       TaskState = "waiting" // for other tasks or facts; see WaitsFor
	TaskOpen          TaskState = "open"
	TaskBlocked       TaskState = "blocked"
	TaskDone          TaskState = "done"
	TaskSkipped       TaskState = "skipped"
	TaskNotApplicable TaskState = "not_applicable"
)

// TaskStates lists every state with the words people see.
func TaskStates() []Choice {
	return []Choice{
		{"waiting", "Waiting"}, {"open", "Open"}, {"blocked", "Blocked"},
		{"done", "Done"}, {"skipped", "Skipped"}, {"not_applicable", "Not applicable"},
	}
}

func (s TaskState) Label() string { return label(TaskStates(), string(s)) }

// Ended reports whether the task needs no more work.
func (s TaskState) Ended() bool {
	return s == TaskDone || s == TaskSkipped || s == TaskNotApplicable
}

// EvidenceNeed is evidence that must be attached before a task can be done.
type EvidenceNeed struct {
	Kind string `json:"kind"`
	Min  int    `json:"min"`
	Note string `json:"note,omitempty"`
}

// Task is one piece of work on an incident, from a playbook step or ad hoc.
type Task struct {
	ID           string         `json:"id"`
	Number       int            `json:"number"` // what people type: 1, 2, 3 … within the incident
	Title        string         `json:"title"`
	Instructions string         `json:"instructions,omitempty"` // Markdown
	Phase        Phase          `json:"phase"`
	Kind         string         `json:"kind,omitempty"` // task, decision, approval, notify, wait …; empty means task
	Role         Role           `json:"role,omitempty"`
	Assignee     string         `json:"assignee,omitempty"` // account id
	State        TaskState      `json:"state"`
	Due          *time.Time     `json:"due,omitempty"`
	WaitsFor     []string       `json:"waits_for,omitempty"` // sentences: what it, or its clock, waits for
	Needs        []EvidenceNeed `json:"needs_evidence,omitempty"`
	Options      []string       `json:"options,omitempty"` // a decision's branches
	Mandatory    bool           `json:"mandatory,omitempty"`
	Privileged   *Privilege     `json:"privileged,omitempty"`
	Run          string         `json:"run,omitempty"`  // playbook run id
	Step         string         `json:"step,omitempty"` // step key within the run
	CreatedAt    time.Time      `json:"created_at"`
	CreatedBy    string         `json:"created_by"`
	ClosedAt     *time.Time     `json:"closed_at,omitempty"`
	ClosedBy     string         `json:"closed_by,omitempty"`
	Outcome      string         `json:"outcome,omitempty"` // note at completion, branch chosen, or reason of a skip
}

// Privilege marks an item as legally privileged: counsel and the named
// accounts see it, and no export holds it unless counsel names it.
type Privilege struct {
	By    string   `json:"by"` // account id of who marked it
	Names []string `json:"names,omitempty"`
}
