package control

import (
	"syscall"
	"unsafe"
)

// Monotonic is the clock in which the runtime counts, in nanoseconds (runtime/sys_linux_amd64.s, nanotime1).
func Monotonic() int64 {
	const clockMonotonic = 1
	var now syscall.Timespec
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&now)), 0); errno != 0 {
		panic(errno)
	}
	return now.Nano()
}
