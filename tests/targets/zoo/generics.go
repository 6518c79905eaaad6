package main

import "sideeye.test/targets/control"

type box[T any] struct{ channel chan T }

type pair[K comparable, V any] struct {
	key   K
	value V
}

func startGenerics() {
	control.Expect(4)
	go genericReceive("genericInt", neverReady)
	go genericReceive("genericPointer", make(chan *pair[string, int]))
	go (&box[pair[int, string]]{make(chan pair[int, string])}).genericMethod("genericMethodStruct")
	words := box[string]{make(chan string)}
	go func() {
		genericApply(words.channel, func(from chan string) { words.genericMethod("genericMethodString") })
	}()
}

//go:noinline
func genericReceive[T any](name string, from chan T) T {
	control.Here(name, "chan receive")
	return <-from
}

//go:noinline
func (b *box[T]) genericMethod(name string) {
	control.Here(name, "chan receive")
	<-b.channel
}

//go:noinline
func genericApply[T any](value T, apply func(T)) { apply(value) }
