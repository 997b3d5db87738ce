package api

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"tocsin/incident"
	"tocsin/incident/casework"
)

// pieceByPiece is a file that comes in pieces.
type pieceByPiece struct {
	ID       string    `json:"id"`
	FileName string    `json:"file_name"`
	Size     int64     `json:"size"`
	Offset   int64     `json:"offset"` // where to go on
	SHA256   string    `json:"sha256,omitempty"`
	Expires  time.Time `json:"expires_at"`
}

func transferView(t *casework.Transfer) pieceByPiece {
	return pieceByPiece{ID: t.ID, FileName: t.FileName, Size: t.Size, Offset: t.Offset, SHA256: t.SHA256, Expires: t.Expires}
}

// moved answers with a transfer; its place is in the headers too, for HEAD.
func moved(status int, location string, t *casework.Transfer) (reply, error) {
	return reply{status: status, location: location, body: transferView(t), header: map[string]string{
		"Upload-Offset": strconv.FormatInt(t.Offset, 10), "Upload-Length": strconv.FormatInt(t.Size, 10),
	}}, nil
}

func transfers(c *call) (reply, error) {
	all, err := c.a.Desk.Transfers(c.r.Context(), c.by, c.ref())
	if err != nil {
		return reply{}, err
	}
	out := make([]pieceByPiece, 0, len(all))
	for n := range all {
		out = append(out, transferView(&all[n]))
	}
	return whole(out)
}

type newTransfer struct {
	FileName string `json:"file_name"`
	Size     int64  `json:"size"`
}

func beginTransfer(c *call) (reply, error) {
	in, err := decode[newTransfer](c)
	if err != nil {
		return reply{}, err
	}
	t, err := c.a.Desk.NewTransfer(c.r.Context(), c.by, c.ref(), in.FileName, in.Size)
	if err != nil {
		return reply{}, err
	}
	return moved(http.StatusCreated, "/incidents/"+c.ref()+"/uploads/"+t.ID, &t)
}

func getTransfer(c *call) (reply, error) {
	t, err := c.a.Desk.Transfer(c.r.Context(), c.by, c.ref(), c.at("upload"))
	if err != nil {
		return reply{}, err
	}
	return moved(http.StatusOK, "", &t)
}

// continueTransfer takes in what follows the byte that Upload-Offset names.
func continueTransfer(c *call) (reply, error) {
	offset, err := strconv.ParseInt(c.r.Header.Get("Upload-Offset"), 10, 64)
	if err != nil {
		return reply{}, wrong("Upload-Offset", "the header says from which byte on this is")
	}
	t, err := c.a.Desk.Append(c.r.Context(), c.by, c.ref(), c.at("upload"), offset, c.r.Body)
	if err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			err = incident.Because(incident.TooLarge, err, "The upload is larger than this server takes.")
		}
		return reply{}, err
	}
	return moved(http.StatusOK, "", &t)
}

func finishTransfer(c *call) (reply, error) {
	t, err := c.a.Desk.Finish(c.r.Context(), c.by, c.ref(), c.at("upload"))
	if err != nil {
		return reply{}, err
	}
	return moved(http.StatusOK, "", &t)
}

func dropTransfer(c *call) (reply, error) {
	if err := c.a.Desk.Drop(c.r.Context(), c.by, c.ref(), c.at("upload")); err != nil {
		return reply{}, err
	}
	return done()
}
