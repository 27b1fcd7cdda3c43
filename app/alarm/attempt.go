package alarm

import (
	"umbra/app/jobs"
	"umbra/app/notify"
)

// Attempt is why a message was not taken, as due work has it: given up where
// trying again is of no use, and tried no sooner than the receiver asked.
func Attempt(e *notify.Error) error {
	switch {
	case e.Permanent:
		return jobs.Permanent(e)
	case e.RetryAfter > 0:
		return jobs.RetryAfter(e, e.RetryAfter)
	}
	return e
}
