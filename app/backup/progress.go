package backup

// Progress is told how a long thing comes along: what is being done ("reading",
// "checking", "filling", "indexing", "comparing"), to which table, and how many rows more
// are done. nil is for when nobody looks.
type Progress func(step, table string, rows int64)

func (p Progress) say(step, table string, rows int64) {
	if p != nil {
		p(step, table, rows)
	}
}
