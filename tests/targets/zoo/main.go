// Zoo keeps one goroutine in every state that an unwinder has to get right, each in a function that says which.
package main

import (
	"flag"
	"runtime"

	"sideeye.test/targets/control"
)

var (
	depth   = flag.Int("depth", 60, "frames of the recursive goroutine `recursion`")
	deep    = flag.Int("deep", 2000, "frames of the recursive goroutine `deepRecursion`")
	spin    = flag.Bool("spin", false, "add goroutines that never rest")
	spinOne = flag.String("spin-only", "", "with -spin: only these, separated by commas")
)

func main() {
	flag.Parse()
	startChannels()
	startSync()
	startFiles()
	startTimers()
	startCalls()
	startGenerics()
	startReflection()
	startPanics()
	startLabels()
	startThreads()
	startCoroutines()
	startStacks()
	startFinalizer()
	if *spin {
		startSpinners(*spinOne)
	}
	control.AwaitParked()
	shrinkStacks()
	leaveDead(50)
	control.AwaitParked()
	control.Serve(control.Commands{"leaks": findLeaks})
}

// start runs body on a goroutine of its own; the go statement is here only for bodies without a better place.
func start(bodies ...func()) {
	control.Expect(len(bodies))
	for _, body := range bodies {
		go body()
	}
}

// shrinkStacks collects twice: once to shrink stacks, once more to leave the collector's workers idle.
func shrinkStacks() {
	runtime.GC()
	runtime.GC()
}
