package api

import (
	"strconv"

	"tocsin/incident"
)

// list is one page. Items is never null.
type list[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"` // to be sent as "after"; null on the last page
}

const (
	pageUsual = 50
	pageMost  = 200
)

// paged are the query parameters of a list that has pages.
func paged(more ...string) []string { return append([]string{"limit", "after"}, more...) }

func (c *call) limit() (int, error) {
	text := c.query("limit")
	if text == "" {
		return pageUsual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > pageMost {
		return 0, wrong("limit", "a number from 1 to 200")
	}
	return n, nil
}

// page cuts out of all what was asked for. id names an item for the next call.
func page[T any](c *call, all []T, id func(T) string) (reply, error) {
	limit, err := c.limit()
	if err != nil {
		return reply{}, err
	}
	if after := c.query("after"); after != "" {
		at := -1
		for n := range all {
			if id(all[n]) == after {
				at = n
				break
			}
		}
		if at < 0 {
			return reply{}, wrong("after", "not what \"next\" of this list was")
		}
		all = all[at+1:]
	}
	out := list[T]{Items: all}
	if len(all) > limit {
		next := id(all[limit-1])
		out.Items, out.Next = all[:limit], &next
	}
	if out.Items == nil {
		out.Items = []T{}
	}
	return ok(out)
}

// whole is a list without pages.
func whole[T any](all []T) (reply, error) {
	if all == nil {
		all = []T{}
	}
	return ok(list[T]{Items: all})
}

func wrong(where, what string) error {
	return &incident.Error{Kind: incident.Invalid, Message: "The request cannot be carried out as it is.", Problems: []incident.Problem{{Where: where, What: what}}}
}
