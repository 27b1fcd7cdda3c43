package pgembed

import "os"

// UsePort has servers listen on ports, of which this chooses the next.
func UsePort(pick func() (int, error)) (back func()) {
	noSocket, pickPort = true, pick
	return func() { noSocket, pickPort = false, freePort }
}

// FreePort is the usual choice.
func FreePort() (int, error) { return freePort() }

// PID is the server's process.
func (s *Server) PID() int {
	p, err := readPostmaster(s.data)
	if err != nil {
		return 0
	}
	return p.pid
}

// NoSync has tests that are not about the disk not wait for it.
func NoSync() {
	howToSync, syncPrograms = []string{"--no-sync"}, func(*os.Root) bool { return true }
}
