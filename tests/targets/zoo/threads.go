package main

import (
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"sideeye.test/targets/control"
)

func startThreads() {
	control.Expect(3)
	var pipe [2]int
	check(syscall.Pipe(pipe[:]))
	go lockedReceive()
	go lockedSyscall(pipe[0])
	go signalNotified()
}

func lockedReceive() {
	runtime.LockOSThread()
	control.Here("lockedReceive", "chan receive")
	<-neverReady
}

func lockedSyscall(descriptor int) {
	runtime.LockOSThread()
	control.Here("lockedSyscall", "syscall")
	var buffer [8]byte
	for {
		if _, err := syscall.Read(descriptor, buffer[:]); err != syscall.EINTR {
			return
		}
	}
}

// signalNotified also brings os/signal's own goroutine to life, which waits in the runtime in state "syscall".
func signalNotified() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR2)
	control.Here("signalNotified", "chan receive")
	for range signals {
	}
}
