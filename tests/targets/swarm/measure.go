package main

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"sync/atomic"
	"time"
)

var (
	largestGap int64
	beats      int64
	workDone   int64
)

// startHeartbeat returns once the heartbeat beats. It makes room for it, so that the scheduler of Go itself has no
// reason to keep it waiting behind others.
func startHeartbeat() {
	runtime.GOMAXPROCS(runtime.NumCPU() + 2)
	beating := make(chan struct{})
	go beat(beating)
	<-beating
}

// beat holds a thread of its own and does nothing but read the clock: whatever stops the process shows as a gap.
func beat(beating chan<- struct{}) {
	runtime.LockOSThread()
	close(beating)
	start := time.Now()
	last := time.Since(start)
	for {
		now := time.Since(start)
		if gap := int64(now - last); gap > atomic.LoadInt64(&largestGap) {
			atomic.StoreInt64(&largestGap, gap)
		}
		atomic.AddInt64(&beats, 1)
		last = now
	}
}

// takeGap is the largest gap in nanoseconds since it was last taken; 0 without a heartbeat.
func takeGap() int64 {
	// A gap that is still open counts once the heartbeat beats again, twice to be sure of a whole turn of its loop.
	for seen := atomic.LoadInt64(&beats); *heartbeat && atomic.LoadInt64(&beats) < seen+2; {
		runtime.Gosched()
	}
	return atomic.SwapInt64(&largestGap, 0)
}

// work proves that goroutines still run.
func work() {
	for {
		atomic.AddInt64(&workDone, 1)
		time.Sleep(200 * time.Microsecond)
	}
}

func worked() int64 { return atomic.LoadInt64(&workDone) }

func reply(word string, values ...int64) string {
	for _, value := range values {
		word += fmt.Sprintf(" %d", value)
	}
	return word + "\n"
}

// measured answers with the wall time of what it runs and with the largest gap meanwhile, in nanoseconds.
func measured(word string, run func()) string {
	takeGap()
	start := time.Now()
	run()
	wall := time.Since(start)
	return reply(word, int64(wall), takeGap())
}

func writeProfile() {
	var text bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&text, 2); err != nil {
		panic(err)
	}
}

// awaitReceivers returns once every parked goroutine really waits.
func awaitReceivers() {
	text := make([]byte, *count*(*depth+4)*128+1<<20)
	waiting := []byte("[chan receive]:\nmain.receive(")
	for bytes.Count(text[:runtime.Stack(text, true)], waiting) < *count {
		time.Sleep(time.Millisecond)
	}
	text = nil
	debug.FreeOSMemory()
}
