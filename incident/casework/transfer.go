package casework

import (
	"bufio"
	"context"
	"errors"
	"io"
	"syscall"
	"time"

	"github.com/google/uuid"

	"tocsin/incident"
	"tocsin/incident/ledger"
)

// Transfer is a file that comes in pieces, so that a line that breaks or a
// restart costs the last piece alone. Each piece is sealed in the vault as it
// comes. What is not whole and used within transferLife of its last piece is deleted.
type Transfer struct {
	ID       string    `json:"id"`
	FileName string    `json:"file_name"`
	Size     int64     `json:"size"`             // of the whole, as announced
	Offset   int64     `json:"offset"`           // bytes that have come
	SHA256   string    `json:"sha256,omitempty"` // of the whole, once it is
	Pieces   []Piece   `json:"pieces,omitempty"`
	Source   string    `json:"source,omitempty"` // the database whose answer it is
	Query    string    `json:"query,omitempty"`  // and what it was asked
	MadeBy   string    `json:"made_by"`
	MadeAt   time.Time `json:"made_at"`
	Expires  time.Time `json:"expires_at"`
}

// Piece is one piece as it lies in the vault: saltSize bytes, then Size bytes of the file.
type Piece struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

var transfers = ledger.NewCaseTable[Transfer]("uploads") // incident, transfer id

const (
	transferLife = 48 * time.Hour
	// pieceSize is how much is sealed at a time: what a broken line costs at most.
	pieceSize = 16 << 20
	// Objects are named by their content. A salt keeps a piece from ever being the
	// same as another object, which must not go when the piece does.
	saltSize = 24
)

// NewTransfer announces a file. Errors: Invalid, TooLarge.
func (d *Desk) NewTransfer(ctx context.Context, p incident.Principal, ref, fileName string, size int64) (Transfer, error) {
	t := Transfer{FileName: clip(fileName, 200), Size: size, MadeBy: p.ID}
	if _, err := d.incidentFor(ctx, p, ref, incident.SettleRoster); err != nil {
		return t, err
	}
	switch {
	case fileName == "":
		return t, incident.Errorf(incident.Invalid, "Say what the file is called.")
	case size <= 0:
		return t, incident.Errorf(incident.Invalid, "%s is empty.", t.FileName)
	case size > d.cfg.UploadLimit:
		return t, incident.Errorf(incident.TooLarge, "%s has %d bytes; this server takes %d.", t.FileName, size, d.cfg.UploadLimit)
	}
	err := d.act(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		t.ID, t.MadeAt, t.Expires = id.String(), tx.Now(), tx.Now().Add(transferLife)
		tx.Record("upload.begin", "upload/"+t.ID)
		return transfers.Put(tx, ledger.K(i.ID, t.ID), t)
	})
	return t, err
}

// Transfer says how far one has come. Errors: NotFound, Gone once it expired.
func (d *Desk) Transfer(ctx context.Context, p incident.Principal, ref, id string) (Transfer, error) {
	var out Transfer
	err := d.read(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) (err error) {
		out, err = transferOf(tx, i, id)
		return err
	})
	return out, err
}

// Transfers gives those of an incident that p began and did not use yet, oldest first.
func (d *Desk) Transfers(ctx context.Context, p incident.Principal, ref string) ([]Transfer, error) {
	var out []Transfer
	err := d.read(ctx, p, ref, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		return transfers.Scan(tx, ledger.K(i.ID), func(_ ledger.Key, t Transfer) error {
			if t.MadeBy == p.ID && t.Expires.After(tx.Now()) {
				out = append(out, t)
			}
			return nil
		})
	})
	return out, err
}

func transferOf(tx *ledger.Tx, i *incident.Incident, id string) (Transfer, error) {
	t, err := transfers.Get(tx, ledger.K(i.ID, id))
	if err != nil {
		return t, orNotFound(err, "There is no such upload.")
	}
	if !t.Expires.After(tx.Now()) {
		return t, incident.Errorf(incident.Gone, "The upload was not continued in time and is gone. Begin again.")
	}
	return t, nil
}

// Append takes in what follows the first offset bytes, piece by piece. Where
// the stream breaks, the whole pieces before are kept: ask how far it came, and
// go on from there. Errors: Conflict where offset is not how far it is,
// TooLarge where more comes than was announced, and the stream's own.
func (d *Desk) Append(ctx context.Context, p incident.Principal, ref, id string, offset int64, body io.Reader) (Transfer, error) {
	t, err := d.Transfer(ctx, p, ref, id)
	if err != nil {
		return t, err
	}
	incidentID, err := d.incidentFor(ctx, p, ref, incident.SettleRoster)
	if err != nil {
		return t, err
	}
	in := bufio.NewReader(body)
	for {
		if t.SHA256 != "" || offset != t.Offset {
			return t, incident.Errorf(incident.Conflict, "The upload is at byte %d, not %d.", t.Offset, offset)
		}
		if _, err := in.Peek(1); errors.Is(err, io.EOF) {
			return t, nil
		} else if err != nil {
			return t, err
		}
		if t.Offset == t.Size {
			return t, incident.Errorf(incident.TooLarge, "More came than the %d bytes that were announced.", t.Size)
		}
		part := io.LimitReader(in, min(pieceSize, t.Size-t.Offset))
		object, err := d.vault.Put(ctx, incidentID, io.MultiReader(salted(id, offset), part))
		if err != nil {
			return t, noRoom(err)
		}
		piece := Piece{SHA256: object.SHA256, Size: object.Size - saltSize}
		err = d.act(ctx, p, incidentID, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
			now, err := transferOf(tx, i, id)
			if err != nil {
				return err
			}
			if now.Offset != offset || now.SHA256 != "" {
				return incident.Errorf(incident.Conflict, "The upload is at byte %d, not %d.", now.Offset, offset)
			}
			now.Offset, now.Pieces, now.Expires = offset+piece.Size, append(now.Pieces, piece), tx.Now().Add(transferLife)
			t = now
			tx.Record("upload.piece", "upload/"+id)
			return transfers.Put(tx, ledger.K(i.ID, id), now)
		})
		if err != nil {
			d.forget(context.WithoutCancel(ctx), incidentID, []string{piece.SHA256})
			return t, err
		}
		offset = t.Offset
	}
}

// Finish puts a file that has come whole together, and gives its digest.
// Conflict while bytes are missing. Doing it again changes nothing.
func (d *Desk) Finish(ctx context.Context, p incident.Principal, ref, id string) (Transfer, error) {
	t, err := d.Transfer(ctx, p, ref, id)
	if err != nil || t.SHA256 != "" {
		return t, err
	}
	if t.Offset != t.Size {
		return t, incident.Errorf(incident.Conflict, "%d of %d bytes have come.", t.Offset, t.Size)
	}
	incidentID, err := d.incidentFor(ctx, p, ref, incident.SettleRoster)
	if err != nil {
		return t, err
	}
	whole := &pieces{ctx: ctx, vault: d.vault, scope: incidentID, left: t.Pieces}
	object, err := d.vault.Put(ctx, incidentID, whole)
	whole.close()
	if err = noRoom(err); err == nil && object.Size != t.Size {
		err = incident.Errorf(incident.Internal, "an upload of %d bytes was put together from %d", t.Size, object.Size)
	}
	if err != nil {
		return t, err
	}
	old := t.Pieces
	err = d.act(ctx, p, incidentID, incident.SettleRoster, func(tx *ledger.Tx, i *incident.Incident) error {
		if t, err = transferOf(tx, i, id); err != nil {
			return err
		}
		t.SHA256, t.Pieces, t.Expires = object.SHA256, nil, tx.Now().Add(transferLife)
		tx.Record("upload.whole", "upload/"+id)
		return transfers.Put(tx, ledger.K(i.ID, id), t)
	})
	if err != nil {
		d.forget(context.WithoutCancel(ctx), incidentID, []string{object.SHA256})
		return t, err
	}
	d.forget(context.WithoutCancel(ctx), incidentID, sumsOf(old))
	return t, nil
}

// noRoom says of a full disk what it means for an upload.
func noRoom(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return incident.Because(incident.Unavailable, err, "The server's disk is full. What has come is kept: have some space freed, and go on with the upload.")
	}
	return err
}
