package config

import "testing"

// KeepSystem puts another file in the place of the packages' one for a test.
func KeepSystem(t *testing.T, path string) {
	was := system
	system = path
	t.Cleanup(func() { system = was })
}
