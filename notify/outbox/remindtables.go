package outbox

import "tocsin/incident/ledger"

var (
	reminders     = ledger.NewCaseTable[Reminder]("reminders_made")   // incident, reminder id, in order
	remindersOpen = ledger.NewSystemTable[string]("reminders_open")   // incident, reminder id → its deadline, while it is open
	remindersHeld = ledger.NewSystemTable[string]("reminders_handed") // reminder id → incident, while some of it is to be handed over
	inboxes       = ledger.NewSystemTable[string]("reminders_of")     // account, reminder id → incident, while it is open
)

// reminderTables are the tables of reminders, beside how many were made.
func reminderTables() []ledger.Checker {
	return []ledger.Checker{reminders, remindersOpen, remindersHeld, inboxes}
}
