package main

import (
	"runtime"
	"sync"
	"time"

	"sideeye.test/targets/control"
)

func startStacks() {
	control.Expect(2)
	go stackGrown()
	go stackShrunk()
}

// stackGrown waits high on a stack that was once far deeper, in a frame that keeps most of it in use.
func stackGrown() {
	growTo(400)
	control.Here("stackGrown", "chan receive")
	println(keepUsed(200))
}

//go:noinline
func keepUsed(levels int) int {
	var pad [64]int
	pad[levels%64] = levels
	if levels == 0 {
		return <-neverReady
	}
	return keepUsed(levels-1) + pad[levels%64]
}

// stackShrunk needs little of the stack it once grew, so that the collector moves it to a smaller one while it waits.
func stackShrunk() {
	growTo(400)
	control.Here("stackShrunk", "select")
	value, target := 0, make(chan *int)
	select {
	case target <- &value:
	case value = <-neverReady:
	}
	println(value)
}

//go:noinline
func growTo(levels int) int {
	var pad [64]int
	pad[levels%64] = levels
	if levels == 0 {
		return 0
	}
	return growTo(levels-1) + pad[levels%64]
}

type finalized struct{ bytes [64]byte }

// startFinalizer leaves the runtime's finalizer goroutine inside a finalizer, where it counts as a user's goroutine.
func startFinalizer() {
	control.Expect(1)
	entered := make(chan struct{})
	dropFinalized(entered)
	for {
		runtime.GC()
		select {
		case <-entered:
			return
		case <-time.After(time.Millisecond):
		}
	}
}

//go:noinline
func dropFinalized(entered chan struct{}) {
	runtime.SetFinalizer(&finalized{}, func(*finalized) {
		control.Here("finalizer", "chan receive")
		close(entered)
		<-neverReady
	})
}

// leaveDead leaves so many goroutines dead in the runtime's list: they live at the same time, then end, half of them
// by runtime.Goexit.
func leaveDead(count int) {
	before := runtime.NumGoroutine()
	var alive sync.WaitGroup
	alive.Add(count)
	end := make(chan struct{})
	for i := 0; i < count; i++ {
		go func(exits bool) {
			alive.Done()
			<-end
			if exits {
				runtime.Goexit()
			}
		}(i%2 == 0)
	}
	alive.Wait()
	close(end)
	for runtime.NumGoroutine() > before {
		time.Sleep(time.Millisecond)
	}
}
