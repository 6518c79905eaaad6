// Cgo keeps goroutines and threads on both sides of the border between Go and C.
package main

/*
#cgo LDFLAGS: -lpthread
#include "border.h"
*/
import "C"

import (
	"runtime"
	"syscall"

	"sideeye.test/targets/control"
)

var neverReady = make(chan int)

func main() {
	C.use_thread_locals()
	control.Expect(7)
	go blockedInRead()
	go blockedInCondition()
	go calledBack()
	go calledBackTwice()
	go lockedInC()
	go plainReceive()
	C.start_masked_thread()
	C.start_calling_thread(C.int(callbackFromForeign))
	C.start_calling_thread(C.int(callbackReturns))
	control.AwaitParked()
	C.await_threads()
	runtime.GC()
	control.Serve(nil)
}

func plainReceive() {
	control.Here("plainReceive", "chan receive")
	<-neverReady
}

// blockedInRead sits in read(2), called by C.
func blockedInRead() {
	var pipe [2]int
	if err := syscall.Pipe(pipe[:]); err != nil {
		panic(err)
	}
	control.Here("blockedInRead", "syscall")
	C.block_in_read(C.int(pipe[0]))
}

func blockedInCondition() {
	control.Here("blockedInCondition", "syscall")
	C.block_in_condition(5)
}

func lockedInC() {
	runtime.LockOSThread()
	control.Here("lockedInC", "syscall")
	C.block_in_condition(2)
}

// calledBack is in Go again, below C.
func calledBack() { C.call_back(C.int(callbackWaits), 3) }

// calledBackTwice crosses the border four times.
func calledBackTwice() { C.call_back(C.int(callbackNested), 2) }
