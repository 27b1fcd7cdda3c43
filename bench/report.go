package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
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

func (r *report) operations(names []string, ops []operation, results [][]*result) {
	a, b := names[0], names[1]
	r.line("| operation | %s req/s | %s req/s | ratio | aim | %s p50 / p99 ms | %s p50 / p99 ms | %s CPU µs each | %s CPU µs each |", a, b, a, b, a, b)
	r.line("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
	for i, op := range ops {
		x, y := results[i][0], results[i][1]
		aim := ""
		if op.aim > 0 {
			aim = fmt.Sprintf("%.1f", op.aim)
		}
		r.line("| %s | %.0f | %.0f | **%.1f** | %s | %s | %s | %d | %d |", op.name, x.perSecond(), y.perSecond(), x.perSecond()/y.perSecond(),
			aim, percentiles(x), percentiles(y), x.cpuEach().Microseconds(), y.cpuEach().Microseconds())
	}
	r.line("")
}

func percentiles(r *result) string {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return fmt.Sprintf("%.2f / %.2f", ms(r.percentile(0.5)), ms(r.percentile(0.99)))
}

func (r *report) footprints(names []string, f []footprint) {
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
	row("memory idle after a log-in, MiB", "%.1f", func(f footprint) float64 { return f.idle })
	row("memory at the end, MiB", "%.1f", func(f footprint) float64 { return f.end })
	row("memory at its peak, MiB", "%.1f", func(f footprint) float64 { return f.peak })
	row("data folder at the end, MiB", "%.1f", func(f footprint) float64 { return f.disk })
	row("executable, MiB", "%.1f", func(f footprint) float64 { return f.file })
	r.line("")
}

func machine() string {
	cpu := "unknown processor"
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for l := range strings.Lines(string(b)) {
			if name, found := strings.CutPrefix(l, "model name"); found {
				cpu = strings.Trim(name, "\t :\n")
				break
			}
		}
	}
	return fmt.Sprintf("%d × %s, %s/%s", runtime.NumCPU(), cpu, runtime.GOOS, runtime.GOARCH)
}
