package backup

import (
	"errors"
	"syscall"

	"tocsin/incident"
)

func diskError(err error) error {
	var have *incident.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &have):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return incident.Because(incident.Unavailable, err, "the disk is full: the work was not completed, and the data folder is as it was")
	}
	return incident.Because(incident.Unavailable, err, "a file could not be read or written; the data folder is as it was")
}

func damaged(format string, args ...any) error {
	return incident.Errorf(incident.Invalid, "the backup is damaged, and nothing was changed: "+format, args...)
}
