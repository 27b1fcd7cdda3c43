package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// report gathers the Markdown page.
type report struct{ strings.Builder }

func (r *report) line(format string, args ...any) { fmt.Fprintf(r, format+"\n", args...) }

// save writes the page to w, and to a file when one is named.
func (r *report) save(w io.Writer, path string) error {
	if _, err := io.WriteString(w, r.String()); err != nil || path == "" {
		return err
	}
	return os.WriteFile(path, []byte(r.String()), 0o644)
}

// operations compares each server with the last, which is the peer.
func (r *report) operations(names []string, ops []operation, results [][]*result) {
	peer := len(names) - 1
	r.table("requests a second (and how often those of "+names[peer]+")", names, ops, func(op, i int) string {
		x := results[op][i]
		if i == peer {
			return fmt.Sprintf("%.0f", x.perSecond())
		}
		return fmt.Sprintf("%.0f (**%.1f**)", x.perSecond(), x.perSecond()/results[op][peer].perSecond())
	})
	r.table("p50 / p99, ms", names, ops, func(op, i int) string { return percentiles(results[op][i]) })
	r.table("processor time each, µs, with the PostgreSQL inside", names, ops, func(op, i int) string { return fmt.Sprint(results[op][i].cpuEach().Microseconds()) })
}

// limit says what part of the bare server's requests each does.
func (r *report) limit(names []string, ops []operation, results [][]*result) {
	at := slices.Index(names, bareName)
	r.table("of the bare server's requests a second", names, ops, func(op, i int) string {
		return fmt.Sprintf("%.0f %%", 100*results[op][i].perSecond()/results[op][at].perSecond())
	})
}

func (r *report) table(title string, names []string, ops []operation, cell func(op, i int) string) {
	r.line("| %s | aim | %s |", title, strings.Join(names, " | "))
	r.line("|---|---:|%s", strings.Repeat("---:|", len(names)))
	for o, op := range ops {
		aim := ""
		if op.aim > 0 {
			aim = fmt.Sprintf("%.1f", op.aim)
		}
		cells := make([]string, len(names))
		for i := range names {
			cells[i] = cell(o, i)
		}
		r.line("| %s | %s | %s |", op.name, aim, strings.Join(cells, " | "))
	}
	r.line("")
}

func percentiles(r *result) string {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return fmt.Sprintf("%.2f / %.2f", ms(r.percentile(0.5)), ms(r.percentile(0.99)))
}

func (r *report) footprints(names []string, f []footprint, idled bool) {
	r.line("| | %s |", strings.Join(names, " | "))
	r.line("|---|%s", strings.Repeat("---:|", len(names)))
	row := func(what, format string, value func(footprint) float64) {
		cells := make([]string, len(f))
		for i := range f {
			cells[i] = fmt.Sprintf(format, value(f[i]))
		}
		r.line("| %s | %s |", what, strings.Join(cells, " | "))
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	row("start to first answer, ms (median)", "%.0f", func(f footprint) float64 { return ms(f.start) })
	row("the same in an empty folder, ms", "%.0f", func(f footprint) float64 { return ms(f.first) })
	row("memory idle some seconds after a log-in, MiB (PSS, with the PostgreSQL inside)", "%.1f", func(f footprint) float64 { return f.idle })
	row("of which its own, not pages of its executable, MiB", "%.1f", func(f footprint) float64 { return f.own })
	row("memory at the end, MiB", "%.1f", func(f footprint) float64 { return f.end })
	row("of which its own, MiB", "%.1f", func(f footprint) float64 { return f.ownEnd })
	row("data folder at the end, MiB", "%.1f", func(f footprint) float64 { return f.disk })
	row("bytes written to the disk for a to-do", "%.0f", func(f footprint) float64 { return f.written })
	if idled {
		row("bytes written in an hour without a request", "%.0f", func(f footprint) float64 { return f.hour })
	}
	row("executable, MiB", "%.1f", func(f footprint) float64 { return f.file })
	r.line("")
}
