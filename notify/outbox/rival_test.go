package outbox_test

import (
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"

	"tocsin/notify"
	"tocsin/notify/smtp/smtptest"
)

// way is one way of sending one mailing to Postfix's smtp-sink over benchConnections
// connections. Once says how long that took, without what comes before it.
type way struct {
	name string
	once func(b *testing.B) time.Duration
}

// ways gives all there are to a server on port, with the same letters, and how long
// one of these is:
//
//   - tocsin: from its release to its end, with every attempt and outcome durable;
//   - channel: the same finished letters handed to notify/smtp alone;
//   - go-mail: the library alone, as it comes, sending finished letters;
//   - go-mail-quiet: the same without NOOP and RSET around each letter;
//   - smtp-source: Postfix's own load generator, which writes one fixed text.
func ways(b *testing.B, port int) (all []way, size int) {
	b.Helper()
	kept := &drawer{keeps: true}
	h := benchHouse(b, kept)
	h.mail(b, h.release(b))
	letters := kept.letters
	for _, m := range letters {
		size += len(m.Text) + len(m.HTML)
	}
	size /= len(letters)
	source := []string{
		"-d", "-s", strconv.Itoa(benchConnections), "-m", strconv.Itoa(len(letters)), "-l", strconv.Itoa(size),
		"-f", "privacy@insurer.example", "-t", "person@mail.example", "127.0.0.1:" + strconv.Itoa(port),
	}
	return []way{
		{"tocsin", func(b *testing.B) time.Duration { return mailing(b, port) }},
		{"channel", func(b *testing.B) time.Duration { return handing(b, port, letters) }},
		{"go-mail", func(b *testing.B) time.Duration {
			return took(func() error { return smtptest.Bare(b.Context(), port, benchConnections, false, letters) }, b)
		}},
		{"go-mail-quiet", func(b *testing.B) time.Duration {
			return took(func() error { return smtptest.Bare(b.Context(), port, benchConnections, true, letters) }, b)
		}},
		{"smtp-source", func(b *testing.B) time.Duration {
			return took(exec.Command(smtptest.Tool(b, "smtp-source"), source...).Run, b)
		}},
	}, size
}

func took(do func() error, b *testing.B) time.Duration {
	b.Helper()
	begin := time.Now()
	must(b, do())
	return time.Since(begin)
}

// mailing is a whole mailing of Tocsin's.
func mailing(b *testing.B, port int) time.Duration {
	b.Helper()
	channel := benchChannel(b, port)
	h := benchHouse(b, channel)
	m := h.release(b)
	begin := time.Now()
	if n := h.mail(b, m); n != benchPeople-1 { // one has no address
		b.Fatalf("%d were accepted", n)
	}
	d := time.Since(begin)
	must(b, channel.Close())
	must(b, h.store.DB.Close())
	return d
}

// handing is what of it is notify/smtp.
func handing(b *testing.B, port int, letters []notify.Message) time.Duration {
	b.Helper()
	begin := time.Now()
	channel := benchChannel(b, port)
	if n := smtptest.Through(b.Context(), channel, channel.Connections(), letters); n != len(letters) {
		b.Fatalf("%d were accepted", n)
	}
	must(b, channel.Close())
	return time.Since(begin)
}

// BenchmarkRivals goes every way once in each round, so that what else the machine does
// meets all alike. It reports the median of letters a second of each, and the median
// over the rounds of how many times as fast as each of them a mailing was.
func BenchmarkRivals(b *testing.B) {
	all, size := ways(b, smtptest.Sink(b))
	times := map[string][]time.Duration{}
	for range b.N {
		for _, w := range all {
			times[w.name] = append(times[w.name], w.once(b))
		}
	}
	b.ReportMetric(0, "ns/op") // of everything together, which says nothing
	b.ReportMetric(float64(size), "B/letter")
	for _, w := range all {
		ratios := make([]float64, b.N)
		for n := range ratios {
			ratios[n] = float64(times[w.name][n]) / float64(times["tocsin"][n])
		}
		slices.Sort(times[w.name])
		slices.Sort(ratios)
		b.ReportMetric(float64(benchPeople-1)/times[w.name][b.N/2].Seconds(), w.name+"/s")
		if w.name != "tocsin" {
			b.ReportMetric(ratios[b.N/2], "x-"+w.name)
		}
	}
}

// BenchmarkWays is each way alone, for a profile.
func BenchmarkWays(b *testing.B) {
	all, _ := ways(b, smtptest.Sink(b))
	for _, w := range all {
		b.Run(w.name, func(b *testing.B) {
			var sum time.Duration
			for range b.N {
				sum += w.once(b)
			}
			b.ReportMetric(float64(b.N*(benchPeople-1))/sum.Seconds(), "letters/s")
		})
	}
}
