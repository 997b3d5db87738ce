package ledger

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Key is an ordered sequence of parts, encoded so that comparing the bytes
// compares the parts one after another: strings by their bytes, numbers by
// value, instants by time. A key is a prefix of another only at the border of a
// part: K("a") is a prefix of K("a", 1), never of K("ab").
//
// Keys are stored in the clear and appear in reports: ids, numbers and instants
// only, never personal data.
type Key []byte

// The first byte of each part. The order of the tags is the order of the kinds.
const (
	tagString   = 0x02 // the bytes, 0x00 written as 0x00 0xff, then 0x00
	tagNegative = 0x14 // eight bytes, big endian two's complement
	tagNumber   = 0x15 // eight bytes, big endian
	tagTime     = 0x20 // eight bytes of seconds since 1970 with the sign bit turned, four of nanoseconds
)

// K makes a key of its parts: strings, whole numbers, time.Time (which decodes
// as UTC), types whose kind is one of these, or a Key, whose parts are taken
// over. Any other type is a mistake in the program and panics.
func K(parts ...any) Key {
	k := make(Key, 0, 64)
	for _, p := range parts {
		switch v := p.(type) {
		case string:
			k = appendString(k, v)
		case uint64:
			k = appendNumber(k, v)
		case int:
			k = appendInt(k, int64(v))
		case time.Time:
			k = appendTime(k, v)
		case Key:
			k = append(k, v...)
		default:
			k = appendKind(k, reflect.ValueOf(p))
		}
	}
	return k
}

func appendKind(k Key, v reflect.Value) Key {
	switch {
	case v.Kind() == reflect.String:
		return appendString(k, v.String())
	case v.CanInt():
		return appendInt(k, v.Int())
	case v.CanUint():
		return appendNumber(k, v.Uint())
	}
	panic(fmt.Sprintf("ledger: a key cannot hold a %v", v.Kind()))
}

func appendString(k Key, s string) Key {
	k = append(k, tagString)
	for i := range len(s) {
		k = append(k, s[i])
		if s[i] == 0 {
			k = append(k, 0xff)
		}
	}
	return append(k, 0)
}

func appendNumber(k Key, n uint64) Key {
	return binary.BigEndian.AppendUint64(append(k, tagNumber), n)
}

func appendInt(k Key, n int64) Key {
	if n >= 0 {
		return appendNumber(k, uint64(n))
	}
	return binary.BigEndian.AppendUint64(append(k, tagNegative), uint64(n))
}

func appendTime(k Key, t time.Time) Key {
	k = binary.BigEndian.AppendUint64(append(k, tagTime), uint64(t.Unix())^1<<63)
	return binary.BigEndian.AppendUint32(k, uint32(t.Nanosecond()))
}

// Parts decodes the key: string, uint64 (numbers from 0 up), int64 (below 0) or
// time.Time in UTC. It is nil for bytes that K did not make.
func (k Key) Parts() []any {
	var parts []any
	for rest := k; len(rest) > 0; {
		p, n := rest.first()
		if n == 0 {
			return nil
		}
		parts, rest = append(parts, p), rest[n:]
	}
	return parts
}

// Text is part i where it is a string, else "".
func (k Key) Text(i int) string { s, _ := k.part(i).(string); return s }

// Number is part i where it is a number from 0 up, else 0.
func (k Key) Number(i int) uint64 { n, _ := k.part(i).(uint64); return n }

// Time is part i where it is an instant, else the zero time.
func (k Key) Time(i int) time.Time { t, _ := k.part(i).(time.Time); return t }

func (k Key) part(i int) any {
	if parts := k.Parts(); i >= 0 && i < len(parts) {
		return parts[i]
	}
	return nil
}

// first decodes the first part and says how many bytes it took: 0 if it is malformed.
func (k Key) first() (any, int) {
	if len(k) == 0 {
		return nil, 0
	}
	switch {
	case k[0] == tagString:
		return k.firstString()
	case k[0] == tagNumber && len(k) >= 9:
		return binary.BigEndian.Uint64(k[1:]), 9
	case k[0] == tagNegative && len(k) >= 9 && k[1]&0x80 != 0:
		return int64(binary.BigEndian.Uint64(k[1:])), 9
	case k[0] == tagTime && len(k) >= 13:
		sec := int64(binary.BigEndian.Uint64(k[1:]) ^ 1<<63)
		nano := binary.BigEndian.Uint32(k[9:])
		if nano > 999_999_999 {
			return nil, 0
		}
		return time.Unix(sec, int64(nano)).UTC(), 13
	}
	return nil, 0
}

func (k Key) firstString() (any, int) {
	var s []byte
	for i := 1; i < len(k); i++ {
		if k[i] != 0 {
			s = append(s, k[i])
			continue
		}
		if i+1 < len(k) && k[i+1] == 0xff {
			s = append(s, 0)
			i++
			continue
		}
		return string(s), i + 1
	}
	return nil, 0
}

// String shows the parts with slashes between, for reports and logs.
func (k Key) String() string {
	parts := k.Parts()
	if parts == nil {
		return fmt.Sprintf("%x", []byte(k))
	}
	words := make([]string, len(parts))
	for i, p := range parts {
		if t, ok := p.(time.Time); ok {
			words[i] = t.Format(time.RFC3339Nano)
		} else {
			words[i] = fmt.Sprint(p)
		}
	}
	return strings.Join(words, "/")
}
