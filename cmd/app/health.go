package app

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"tocsin/incident"
)

// spare is how much must be free in the data folder for the program to call
// itself ready: room for the acts of a bad night, and to say so before it is gone.
const spare = 64 << 20

func clockError(behind time.Duration) error {
	return incident.Errorf(incident.Unavailable, "The clock is %s behind the last entry of the audit log.", behind.Round(time.Second))
}

func folderError(err error, dir string) error {
	if errors.Is(err, fs.ErrPermission) {
		return incident.Because(incident.Unavailable, err, "The data folder %s may not be written by this user.", dir)
	}
	return incident.Because(incident.Unavailable, err, "The data folder %s cannot be made.", dir)
}

// writable tells whether a file can be made in dir and room is left.
func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".ready-*")
	if err != nil {
		return incident.Because(incident.Unavailable, err, "The data folder cannot be written.")
	}
	f.Close()
	os.Remove(f.Name())
	if free, ok := freeBytes(dir); ok && free < spare {
		return incident.Errorf(incident.Unavailable, "The disk of the data folder is nearly full.")
	}
	return nil
}
