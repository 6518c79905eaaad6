package main

/*
#include "border.h"
*/
import "C"

import "sideeye.test/targets/control"

const (
	callbackWaits = iota
	callbackNested
	callbackInner
	callbackFromForeign
	callbackReturns
)

//export goCallback
func goCallback(kind C.int) {
	switch kind {
	case callbackWaits:
		waitInCallback("calledBack")
	case callbackNested:
		C.call_back(callbackInner, 1)
	case callbackInner:
		waitInCallback("calledBackTwice")
	case callbackFromForeign:
		waitInCallback("foreignCallback")
	case callbackReturns:
		// Back to C at once: its thread stays there, known to the runtime by now.
		_ = control.Goid()
	}
}

//go:noinline
func waitInCallback(name string) {
	control.Here(name, "chan receive")
	<-neverReady
}
