// Deferred has goroutines whose variables are needed by deferred calls alone, or by none although it looks so.
package main

import (
	"runtime"

	"sideeye.test/targets/control"
)

type thing struct{ name string }

var (
	never = make(chan struct{})
	sunk  string
)

//go:noinline
func wait() { <-never }

//go:noinline
func release(x *thing) { sunk = x.name }

// pending waits with one deferred call of three, each of which has variables of its own.
//
//go:noinline
func pending(x *thing, text string) {
	defer release(&thing{"of no interest"})
	defer func() { release(x) }()
	defer func() { sunk = text }()
	wait()
}

// perhaps defers only if it is told so: what an earlier call has left on the stack is not this call's.
//
//go:noinline
func perhaps(x *thing, defers bool, waits bool) {
	if defers {
		defer func() { release(x) }()
	}
	if waits {
		wait()
	}
}

// changing captures a variable that is assigned again.
//
//go:noinline
func changing(x *thing, other *thing) {
	defer func() { release(x) }()
	release(x)
	x = other
	wait()
}

// ending waits in the deferred call itself.
//
//go:noinline
func ending(x *thing) {
	defer func() {
		release(x)
		wait()
	}()
	runtime.Gosched()
}

// panicking does so because of a panic, and has another deferred call to come.
//
//go:noinline
func panicking(x *thing, y *thing) {
	defer func() { release(y) }()
	defer func() {
		release(x)
		wait()
	}()
	panic(x.name)
}

func main() {
	stuck("pending", func() { pending(&thing{"p"}, "a text") })
	stuck("perhaps not", func() {
		for i := 0; i < 2; i++ {
			perhaps(&thing{"earlier"}, i == 0, i == 1)
		}
	})
	stuck("perhaps", func() {
		for i := 0; i < 2; i++ {
			perhaps([]*thing{{"earlier"}, {"later"}}[i], true, i == 1)
		}
	})
	stuck("changing", func() { changing(&thing{"first"}, &thing{"second"}) })
	stuck("ending", func() { ending(&thing{"e"}) })
	stuck("panicking", func() { panicking(&thing{"x"}, &thing{"y"}) })
	control.AwaitParked()
	control.Serve(nil)
}

func stuck(name string, work func()) {
	control.Expect(1)
	go func() {
		control.Here(name, "chan receive")
		work()
	}()
}
