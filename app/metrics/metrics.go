// Package metrics counts what the server does and writes it in the text format
// of Prometheus. Its labels are bounded: routes are patterns, never paths, and
// nothing that a client sends becomes one.
package metrics

import (
	"io"
	"math"
	"strconv"
	"sync"
	"time"

	vm "github.com/VictoriaMetrics/metrics"
)

// seconds are the upper bounds of the histograms' buckets: from a read that
// SQLite has in its cache to a request that somebody gives up on.
var seconds = []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10}

// Metrics are one server's. The nil one counts nothing, at no cost.
type Metrics struct {
	set      *vm.Set
	requests sync.Map // request -> *vm.Counter
	times    sync.Map // route -> *vm.PrometheusHistogram
	database sync.Map // kind -> *vm.PrometheusHistogram
}

type request struct {
	method, route string
	status        int
}

type route struct{ method, route string }

// New makes metrics that have counted nothing yet.
func New() *Metrics {
	vm.ExposeMetadata(true) // a line with each family's type
	return &Metrics{set: vm.NewSet()}
}

// Request counts an answered request. pattern is that of the route, status 100 to 599.
func (m *Metrics) Request(method, pattern string, status int, took time.Duration) {
	if m == nil {
		return
	}
	method = known(method)
	counted := remembered(&m.requests, request{method, pattern, status}, func() *vm.Counter {
		return m.set.GetOrCreateCounter(`umbra_http_requests_total{method="` + method + `",route=` + strconv.Quote(pattern) + `,code="` + strconv.Itoa(status) + `"}`)
	})
	counted.Inc()
	timed := remembered(&m.times, route{method, pattern}, func() *vm.PrometheusHistogram {
		return m.set.GetOrCreatePrometheusHistogramExt(`umbra_http_request_seconds{method="`+method+`",route=`+strconv.Quote(pattern)+`}`, seconds)
	})
	timed.Update(took.Seconds())
}

// known keeps made-up methods from becoming labels.
func known(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS",
		"PROPFIND", "PROPPATCH", "REPORT", "MKCALENDAR", "MKCOL", "COPY", "MOVE":
		return method
	}
	return "other"
}

// Database notes how long the database took for one thing of a kind.
func (m *Metrics) Database(kind string, took time.Duration) {
	if m == nil {
		return
	}
	remembered(&m.database, kind, func() *vm.PrometheusHistogram {
		return m.set.GetOrCreatePrometheusHistogramExt(`umbra_db_seconds{kind="`+kind+`"}`, seconds)
	}).Update(took.Seconds())
}

// Gauge adds a value that is asked for whenever the metrics are written; what is
// not known is Unknown(). The name may carry labels; adding it again changes nothing.
func (m *Metrics) Gauge(name string, value func() float64) {
	if m == nil {
		return
	}
	m.set.GetOrCreateGauge(name, value)
}

// Count adds n to a counter, whose name may carry labels and ends in _total.
func (m *Metrics) Count(name string, n int) {
	if m == nil {
		return
	}
	m.set.GetOrCreateCounter(name).Add(n)
}

// Write writes everything, what the process and Go's runtime use included.
func (m *Metrics) Write(w io.Writer) {
	m.set.WritePrometheus(w)
	vm.WriteProcessMetrics(w)
	vm.WriteFDMetrics(w)
}

// Unknown is what a gauge answers that cannot tell.
func Unknown() float64 { return math.NaN() }

// remembered finds what was made for a key, so that the usual request builds no text.
func remembered[K comparable, V any](in *sync.Map, key K, make func() V) V {
	if v, ok := in.Load(key); ok {
		return v.(V)
	}
	v, _ := in.LoadOrStore(key, make())
	return v.(V)
}
