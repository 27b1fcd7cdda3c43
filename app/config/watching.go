package config

import (
	"path/filepath"
	"unicode/utf8"
)

// minToken is the shortest token of the metrics, in characters.
const minToken = 16

// watching checks how the server may be watched.
func (l *loader) watching(c *Config) {
	if c.MetricsToken != "" && utf8.RuneCountInString(string(c.MetricsToken)) < minToken {
		l.fail("UMBRA_METRICS_TOKEN", l.from["UMBRA_METRICS_TOKEN"], "must have at least 16 characters")
	}
	if c.MetricsListen != "" && c.MetricsToken == "" && !c.MetricsListen.Loopback() {
		l.warn("the metrics can be read by everyone who reaches " + string(c.MetricsListen) + ": set UMBRA_METRICS_TOKEN, or listen on 127.0.0.1")
	}
	if c.DebugSocket != "" && !filepath.IsAbs(c.DebugSocket) {
		l.fail("UMBRA_DEBUG_SOCKET", l.from["UMBRA_DEBUG_SOCKET"], "must be an absolute path")
	}
}
