package jobs

import (
	"math/rand/v2"
	"time"
)

const (
	firstWait   = 10 * time.Second
	longestWait = 2 * time.Hour
	// giveUp is how long after its first attempt a job is tried at all.
	giveUp = 24 * time.Hour
	// maxAttempts is for a clock that was set back: more than giveUp has room for.
	maxAttempts = 60
)

// backoff is how long to wait after a number of attempts: twice as long each
// time, from ten seconds to two hours, a fifth more or less so that what failed
// together does not come again together.
func backoff(attempt int) time.Duration {
	wait := longestWait
	if attempt < 12 { // 10 s << 11 is beyond the longest
		wait = min(firstWait<<max(attempt-1, 0), longestWait)
	}
	return wait - wait/5 + rand.N(2*wait/5)
}

// fate says what becomes of a job whose attempt has failed. A job that never is
// given up waits for an hour at most.
func fate(j Job, err error, now time.Time, forever bool) Settled {
	after, final := afterOf(err)
	wait := backoff(j.Attempt)
	if forever {
		return Settled{Again: now.Add(min(max(wait, after), time.Hour))}
	}
	wait = min(max(wait, after), giveUp)
	end := j.FirstAt.Add(giveUp)
	if final || j.Attempt >= maxAttempts || !now.Before(end) {
		return Settled{Dead: true}
	}
	if again := now.Add(wait); again.Before(end) {
		return Settled{Again: again}
	}
	return Settled{Again: end} // one last time
}
