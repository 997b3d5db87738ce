package scan

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// export makes files of one kind, of about size bytes in all, in which every
// sixth message holds personal data.
func export(kind string, size int) map[string]string {
	random := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("hello thank you for calling the insurance desk how can I help my policy was renewed last week but the letter never came")
	say := func() string {
		var b strings.Builder
		for range 20 + random.IntN(30) {
			b.WriteString(words[random.IntN(len(words))])
			b.WriteByte(' ')
		}
		switch random.IntN(12) {
		case 0:
			fmt.Fprintf(&b, "my SSN is %03d-%02d-%04d", 1+random.IntN(600), 1+random.IntN(99), 1+random.IntN(9999))
		case 1:
			b.WriteString("card 4111 1111 1111 1111")
		}
		return b.String()
	}
	files := map[string]string{}
	for n := range 8 {
		var b strings.Builder
		for i := 0; b.Len() < size/8; i++ {
			who := fmt.Sprintf("p%d.%d@mail.example", n, i)
			switch kind {
			case "mbox":
				fmt.Fprintf(&b, "From x\nFrom: <%s>\nMessage-ID: <%d.%d@x>\nSubject: hello\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n%s\n\n", who, n, i, say())
			case "jsonl":
				text, _ := json.Marshal(map[string]any{"id": i, "from": who, "ts": "1512085950.000216", "text": say()})
				b.Write(append(text, '\n'))
			default:
				fmt.Fprintf(&b, "[10:00] %s: %s\n\n", who, say())
			}
		}
		files[fmt.Sprintf("%d.%s", n, kind)] = b.String()
	}
	return files
}

func BenchmarkScan(b *testing.B) {
	for _, kind := range []string{"txt", "jsonl", "mbox"} {
		files := export(kind, 16<<20)
		from := write(b, files)
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", kind, workers), func(b *testing.B) {
				size := 0
				for _, text := range files {
					size += len(text)
				}
				b.SetBytes(int64(size))
				for b.Loop() {
					if _, err := Scan(context.Background(), from, []string{"./"}, Outputs{io.Discard, io.Discard, io.Discard}, Options{Workers: workers, Key: []byte("key")}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
