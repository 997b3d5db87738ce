package outbox

import (
	"context"

	"tocsin/incident/ledger"
)

// Round is one look at what is to be sent, for tests that move the clock
// between them.
func Round(ctx context.Context, s *Service) error {
	err := s.round(ctx)
	s.passes.wg.Wait()
	return err
}

// Sweep takes away what nothing was sent to for an hour, and gives how many
// domains are left.
func Sweep(ctx context.Context, s *Service) (left int, err error) {
	if err := s.sweep(ctx); err != nil {
		return 0, err
	}
	err = s.DB.View(ctx, func(tx *ledger.Tx) error {
		left, err = paces.Count(tx, nil)
		return err
	})
	return left, err
}

// DeliveryStates reads what is known of each letter of a mailing, by its key.
func DeliveryStates(ctx context.Context, s *Service, mailing string) (map[string]DeliveryState, error) {
	out := map[string]DeliveryState{}
	err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		return deliveries.Scan(tx, nil, func(k ledger.Key, d Delivery) error {
			if d.Mailing == mailing {
				out[k.Text(1)] = d.State
			}
			return nil
		})
	})
	return out, err
}

// CountDeliveries counts them by state.
func CountDeliveries(ctx context.Context, s *Service, mailing string) (map[DeliveryState]int, error) {
	all, err := DeliveryStates(ctx, s, mailing)
	out := map[DeliveryState]int{}
	for _, state := range all {
		out[state]++
	}
	return out, err
}

// LineStates reads what is known of the letter to each row of a mailing's list.
func LineStates(ctx context.Context, s *Service, mailing string) (map[int]DeliveryState, error) {
	out := map[int]DeliveryState{}
	err := s.DB.View(ctx, func(tx *ledger.Tx) error {
		return deliveries.Scan(tx, nil, func(_ ledger.Key, d Delivery) error {
			if d.Mailing == mailing {
				out[d.Line] = d.State
			}
			return nil
		})
	})
	return out, err
}
