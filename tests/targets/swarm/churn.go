package main

import (
	"runtime"
	"sync/atomic"
	"time"
)

var churn int32

func commandChurn(arguments []string) string {
	if len(arguments) != 1 || arguments[0] != "on" && arguments[0] != "off" {
		return "churn takes on or off\n"
	}
	setChurn(arguments[0] == "on")
	return "ok\n"
}

func setChurn(on bool) {
	if !on {
		atomic.StoreInt32(&churn, 0)
	} else if atomic.SwapInt32(&churn, 1) == 0 {
		go churnThreads()
		go churnGoroutines()
	}
}

// churnThreads starts goroutines that end while locked to their threads, and so end the threads.
func churnThreads() {
	done := make(chan struct{})
	for atomic.LoadInt32(&churn) == 1 {
		const together = 4
		for i := 0; i < together; i++ {
			go churnThread(done)
		}
		for i := 0; i < together; i++ {
			<-done
		}
		time.Sleep(time.Millisecond)
	}
}

func churnThread(done chan<- struct{}) {
	runtime.LockOSThread()
	time.Sleep(100 * time.Microsecond)
	done <- struct{}{}
}

func churnGoroutines() {
	done := make(chan struct{})
	for atomic.LoadInt32(&churn) == 1 {
		for i := 0; i < 20; i++ {
			go func() { done <- struct{}{} }()
		}
		for i := 0; i < 20; i++ {
			<-done
		}
		time.Sleep(200 * time.Microsecond)
	}
}
