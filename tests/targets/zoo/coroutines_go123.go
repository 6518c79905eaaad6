//go:build go1.23

package main

import (
	"iter"

	"sideeye.test/targets/control"
)

func startCoroutines() {
	control.Expect(4)
	go coroutineIdle()
	go coroutineInside()
	go rangeOverFunc()
}

// coroutineIdle waits with an iterator suspended in its yield; the iterator's goroutine is in state "coroutine".
func coroutineIdle() {
	next, stop := iter.Pull(numbers("coroutineSuspended", "coroutine"))
	defer stop()
	next()
	control.Here("coroutineIdle", "chan receive")
	<-neverReady
}

// coroutineInside is itself in state "coroutine" while the iterator that it called waits for a channel.
func coroutineInside() {
	next, stop := iter.Pull(func(yield func(int) bool) {
		control.Here("coroutineBody", "chan receive")
		yield(<-neverReady)
	})
	defer stop()
	control.Expect(1)
	control.Here("coroutineInside", "coroutine")
	next()
}

func numbers(name, state string) iter.Seq[int] {
	return func(yield func(int) bool) {
		control.Here(name, state)
		for i := 0; yield(i); i++ {
		}
	}
}

func rangeOverFunc() {
	for range unnamed {
		control.Here("rangeOverFunc", "chan receive")
		<-neverReady
	}
}

func unnamed(yield func(int) bool) {
	_ = yield(0) && yield(1)
}
