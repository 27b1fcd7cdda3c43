//go:build unix && !linux

package pgembed

import "os/exec"

func endWithParent(*exec.Cmd) {}

func (s *Server) isOurs(p postmaster) bool { return p.answers() }
