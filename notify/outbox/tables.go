package outbox

import "tocsin/incident/ledger"

var (
	obligations = ledger.NewCaseTable[Obligation]("obligations")          // incident, obligation id
	states      = ledger.NewCaseTable[Standing]("assessments")            // incident
	drafts      = ledger.NewCaseTable[Draft]("drafts")                    // incident, draft id
	filings     = ledger.NewCaseTable[Filing]("filings")                  // incident, filing id
	mailings    = ledger.NewCaseTable[Mailing]("mailings")                // incident, mailing id
	deliveries  = ledger.NewCaseTable[Delivery]("deliveries")             // incident, keyed hash of the person
	inFlight    = ledger.NewCaseTable[[]string]("in_flight")              // incident, mailing id, batch → hashes being sent
	earlier     = ledger.NewCaseTable[int]("told_earlier")                // incident, mailing id, hash → line in the list
	armed       = ledger.NewCaseTable[[]Clock]("armed_clocks")            // incident → its lines in clocks
	reminded    = ledger.NewCaseTable[map[string]int]("reminders")        // incident → clock → reminders sent
	clocks      = ledger.NewSystemTable[Clock]("clocks")                  // due, incident, obligation, stage
	sending     = ledger.NewSystemTable[string]("active_mailings")        // mailing id → incident
	staff       = ledger.NewSystemTable[StaffMessage]("staff_messages")   // message id, in order
	conclusions = ledger.NewCaseTable[Conclusion]("conclusions")          // incident, question, number
	reviews     = ledger.NewCaseTable[Review]("reviews")                  // incident
	queue       = ledger.NewSystemTable[Ticket]("reviews_open")           // incident
	contracts   = ledger.NewSystemTable[Contract]("contracts")            // number; holds a partner's contact
	documents   = ledger.NewSystemTable[[]byte]("contract_documents")     // number
	waiting     = ledger.NewSystemTable[string]("staff_messages_waiting") // message id

	draftComments   = ledger.NewCaseTable[DraftComment]("draft_comments")     // incident, draft id, number
	filingApprovals = ledger.NewCaseTable[FilingApproval]("filing_approvals") // incident, obligation id, number
	filingAnswers   = ledger.NewCaseTable[FilingAnswer]("filing_answers")     // incident, number
	filingVersions  = ledger.NewCaseTable[FilingVersion]("filing_versions")   // incident, obligation id, number
)

// Tables lists the tables of this package, for the store's check.
func Tables() []ledger.Checker {
	return append(reminderTables(), obligations, states, drafts, filings, mailings, deliveries, inFlight, earlier, armed, reminded, clocks, sending, staff, waiting, conclusions, reviews, queue, contracts, documents, returned, paces, paceKey, filingAnswers, filingVersions, draftComments, postings, postedTo, printingJobs, unprinting, filingApprovals, enrolState, enrolChunks, enrolGiven, checkTries, publicNotices, noticePlaces)
}
