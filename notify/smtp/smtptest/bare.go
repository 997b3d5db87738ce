// Package smtptest is what tests and benchmarks of mail measure against: a real
// mail server that is not ours, and the library without what Tocsin adds.
package smtptest

import (
	"context"
	"errors"
	"sync"

	gomail "github.com/wneessen/go-mail"

	"tocsin/notify"
)

// Bare sends the letters to the server on a port of this machine with the
// library alone, over as many connections, and remembers nothing. quiet leaves
// out NOOP and RSET, which the library sends around every letter by itself.
func Bare(ctx context.Context, port, connections int, quiet bool, letters []notify.Message) error {
	options := []gomail.Option{gomail.WithPort(port), gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithHELO("insurer.example")}
	if quiet {
		options = append(options, gomail.WithoutNoop(), gomail.WithoutRset())
	}
	next := make(chan *notify.Message)
	failed := make([]error, connections)
	var wg sync.WaitGroup
	for n := range connections {
		client, err := gomail.NewClient("127.0.0.1", options...)
		if err != nil {
			return err
		}
		if err := client.DialWithContext(ctx); err != nil {
			return err
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			for m := range next {
				if failed[n] == nil {
					failed[n] = bare(client, m)
				}
			}
			failed[n] = errors.Join(failed[n], client.Close())
		}()
	}
	for n := range letters {
		next <- &letters[n]
	}
	close(next)
	wg.Wait()
	return errors.Join(failed...)
}

func bare(client *gomail.Client, m *notify.Message) error {
	msg := gomail.NewMsg()
	if err := msg.From("Example Insurance <privacy@insurer.example>"); err != nil {
		return err
	}
	if err := msg.To(m.To); err != nil {
		return err
	}
	msg.Subject(m.Subject)
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	return client.Send(msg)
}

// Through sends the letters by a channel, so many at once, and says how many were accepted.
func Through(ctx context.Context, channel notify.Channel, workers int, letters []notify.Message) int {
	next := make(chan *notify.Message)
	accepted := make([]int, workers)
	var wg sync.WaitGroup
	for n := range workers {
		wg.Go(func() {
			for m := range next {
				if channel.Send(ctx, *m).Outcome == notify.Accepted {
					accepted[n]++
				}
			}
		})
	}
	for n := range letters {
		next <- &letters[n]
	}
	close(next)
	wg.Wait()
	all := 0
	for _, n := range accepted {
		all += n
	}
	return all
}
