//go:build !linux

package memory

func letProgramGo() {}
