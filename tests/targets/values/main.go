// Values keeps a variable of every type of Go in every place where a variable can live, and knows what each of them
// holds. A case is a function that parks with its variables alive, on a goroutine that is named like the function.
//
// Besides the commands of package control it answers "values" with the frames and their variables, and "globals" with
// the package-level variables, both as one line of JSON; knowledge.go says what it looks like, describe.go how values
// are written.
package main

import "sideeye.test/targets/control"

// neverReady is what a case waits for when it has nothing better to wait for.
var neverReady = make(chan int)

func main() {
	startScalars()
	startTexts()
	startSlices()
	startStructs()
	startPointers()
	startMaps()
	startChannels()
	startFunctions()
	startInterfaces()
	startTimes()
	startErrors()
	startContexts()
	startSync()
	startAtomics()
	startAddresses()
	startSecrets()
	startGenerics()
	startParameters()
	startLocals()
	startClosures()
	startInlined()
	startParks()
	startPaths()
	control.AwaitParked()
	control.Serve(control.Commands{
		"values":  func([]string) string { return asLine(knownFrames()) },
		"globals": func([]string) string { return asLine(knownGlobals()) },
	})
}

// start runs each case on a goroutine of its own.
func start(cases ...func()) {
	control.Expect(len(cases))
	for _, each := range cases {
		go each()
	}
}

// opaque returns its argument, and the compiler cannot know that it does.
//
//go:noinline
func opaque[T any](value T) T { return value }

// keep is a use of variables, after a case's wait.
//
//go:noinline
func keep(values ...interface{}) { used += len(values) }

var used int
