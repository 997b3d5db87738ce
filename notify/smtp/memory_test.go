package smtp_test

import (
	"runtime"
	"testing"

	"tocsin/notify"
	"tocsin/notify/notifytest"
	"tocsin/notify/smtp"
	"tocsin/notify/smtp/smtptest"
)

// TestMemoryDoesNotGrow: what a channel with fifty connections holds does not hang on
// how many letters went through it.
func TestMemoryDoesNotGrow(t *testing.T) {
	if testing.Short() {
		t.Skip("it sends many letters")
	}
	cfg := config(smtptest.Sink(t))
	cfg.Connections = 50
	c, err := smtp.New(cfg, smtp.Deps{})
	fatal(t, err)
	defer c.Close()
	letters := make([]notify.Message, 2000)
	for n := range letters {
		letters[n] = notifytest.Letter(n)
	}
	held := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	send := func() {
		if n := smtptest.Through(t.Context(), c, c.Connections(), letters); n != len(letters) {
			t.Fatalf("%d were accepted", n)
		}
	}
	before := held()
	send()
	first := held()
	for range 5 {
		send()
	}
	last := held()
	t.Logf("%d KB before, %d KB after 2,000 letters, %d KB after 12,000", before>>10, first>>10, last>>10)
	const room = 8 << 20 // 150 letters of 16 KB, and 50 lines
	if last > before+room || last > first+first/2+1<<20 {
		t.Errorf("%d bytes before, %d after 2,000 letters, %d after 12,000", before, first, last)
	}
}
