package outbox_test

import (
	"os/exec"
	"strconv"
	"testing"

	"tocsin/notify/smtp/smtptest"
)

// BenchmarkRivals sends one mailing to Postfix's smtp-sink over benchConnections
// connections, in every way there is, side by side in one run:
//
//   - tocsin: from its release to its end, with every attempt and outcome durable;
//   - channel: the same finished letters handed to notify/smtp alone;
//   - go-mail: the library alone, as it comes, sending finished letters;
//   - go-mail-quiet: the same without NOOP and RSET around each letter;
//   - smtp-source: Postfix's own load generator, which writes one fixed text.
func BenchmarkRivals(b *testing.B) {
	port := smtptest.Sink(b)
	all := &drawer{keeps: true}
	h := benchHouse(b, all)
	h.mail(b, h.release(b))
	size := 0
	for _, m := range all.letters {
		size += len(m.Text) + len(m.HTML)
	}
	size /= len(all.letters)

	run := func(name string, once func(b *testing.B)) {
		b.Run(name, func(b *testing.B) {
			for range b.N {
				once(b)
			}
			b.ReportMetric(float64(size), "B/letter")
			perSecond(b)
		})
	}
	run("tocsin", func(b *testing.B) {
		b.StopTimer()
		channel := benchChannel(b, port)
		h := benchHouse(b, channel)
		m := h.release(b)
		b.StartTimer()
		if n := h.mail(b, m); n != benchPeople-1 { // one has no address
			b.Fatalf("%d were accepted", n)
		}
		must(b, channel.Close())
	})
	run("channel", func(b *testing.B) {
		channel := benchChannel(b, port)
		if n := smtptest.Through(b.Context(), channel, channel.Connections(), all.letters); n != len(all.letters) {
			b.Fatalf("%d were accepted", n)
		}
		must(b, channel.Close())
	})
	run("go-mail", func(b *testing.B) {
		must(b, smtptest.Bare(b.Context(), port, benchConnections, false, all.letters))
	})
	run("go-mail-quiet", func(b *testing.B) {
		must(b, smtptest.Bare(b.Context(), port, benchConnections, true, all.letters))
	})
	run("smtp-source", func(b *testing.B) {
		must(b, exec.Command(smtptest.Tool(b, "smtp-source"), "-d", "-s", strconv.Itoa(benchConnections),
			"-m", strconv.Itoa(benchPeople-1), "-l", strconv.Itoa(size), "-f", "privacy@insurer.example", "-t", "person@mail.example",
			"127.0.0.1:"+strconv.Itoa(port)).Run())
	})
}
