package recur

import "time"

// Work is how much of MaxWork it takes to find the first n occurrences between
// two instants.
func (s Series) Work(from, to time.Time, n int) int {
	var st stream
	st.open(&s, s.Zone, clampUnix(from), 0, clampUnix(to))
	for range n {
		if _, ok := st.next(); !ok {
			break
		}
	}
	return MaxWork - st.g.work
}
