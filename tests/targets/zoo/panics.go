package main

import (
	"runtime"

	"sideeye.test/targets/control"
)

func startPanics() {
	control.Expect(7)
	go recovered()
	go recovering()
	go panicking()
	go nilPointer()
	go exiting()
	go panicTwice()
	go deferredLoop()
}

// recovered waits after a panic deeper down has been recovered and the stack has been cut back.
func recovered() {
	func() {
		defer func() { _ = recover() }()
		throwDown(5)
	}()
	control.Here("recovered", "chan receive")
	<-neverReady
}

//go:noinline
func throwDown(levels int) int {
	if levels == 0 {
		panic("on purpose")
	}
	return throwDown(levels-1) + 1
}

// recovering waits inside the deferred call that has recovered already.
func recovering() {
	defer func() {
		_ = recover()
		control.Here("recovering", "chan receive")
		<-neverReady
	}()
	throwDown(3)
}

// panicking waits inside a call deferred by a frame of a panic that nobody has recovered.
func panicking() {
	defer parkInDeferred("panicking")
	throwDown(2)
}

// nilPointer gets its panic from a hardware fault: runtime.sigpanic sits between the fault and gopanic.
func nilPointer() {
	defer parkInDeferred("nilPointer")
	var nowhere *[4]int
	println(faultingLoad(nowhere))
}

//go:noinline
func faultingLoad(from *[4]int) int { return from[2] }

// exiting waits inside a call deferred by a goroutine that runtime.Goexit is taking down.
func exiting() {
	defer parkInDeferred("exiting")
	runtime.Goexit()
}

func panicTwice() {
	defer parkInDeferred("panicTwice")
	defer func() { throwDown(1) }()
	throwDown(1)
}

// deferredLoop keeps its deferred calls on the heap, since they are made in a loop.
func deferredLoop() {
	for i := 0; i < 3; i++ {
		name := ""
		if i == 2 {
			name = "deferredLoop"
		}
		defer parkInDeferred(name)
	}
}

//go:noinline
func parkInDeferred(name string) {
	control.Here(name, "chan receive")
	<-neverReady
}
