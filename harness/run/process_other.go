//go:build !linux

package run

import "syscall"

func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func adoptOrphans() {}

func killGroup(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) }

func sweep() {}

func signalName(signal syscall.Signal) string { return signal.String() }
