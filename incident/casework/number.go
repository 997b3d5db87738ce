package casework

import (
	"fmt"
	"strconv"
	"time"

	"tocsin/incident/ledger"
)

// nextNumber gives INC-2026-0001, or DRL-2026-0001 for drills, counting anew each year.
func nextNumber(tx *ledger.Tx, drill bool) (string, error) {
	prefix := "INC"
	if drill {
		prefix = "DRL"
	}
	year := tx.Now().Year()
	n, err := tx.Sequence(fmt.Sprintf("incident-%s-%d", prefix, year))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s-%d-%04d", prefix, year, n), nil
}

// shortNumber expands "14" or "INC-14" to this year's number.
func shortNumber(ref string, now time.Time) (string, bool) {
	prefix := "INC"
	if len(ref) > 4 && (ref[:4] == "INC-" || ref[:4] == "DRL-") {
		prefix, ref = ref[:3], ref[4:]
	}
	n, err := strconv.Atoi(ref)
	if err != nil || n < 1 || n > 999999 {
		return "", false
	}
	return fmt.Sprintf("%s-%d-%04d", prefix, now.Year(), n), true
}
