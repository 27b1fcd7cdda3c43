package pgembed_test

import "syscall"

func asUser(uint32) *syscall.SysProcAttr { return nil }
