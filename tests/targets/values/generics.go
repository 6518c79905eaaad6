package main

import "sideeye.test/targets/control"

type box[T any] struct {
	content T
	label   string
}

type keyed[K comparable, V any] struct {
	entries map[K]V
	last    *keyed[K, V]
}

func startGenerics() {
	control.Expect(8)
	go genericFunction("genericInt", opaque(41), []int{1, 2})
	go genericFunction("genericString", opaque("text"), []string{"a"})
	go genericFunction("genericStruct", opaque(point{1, 2}), []point{{3, 4}})
	go genericFunction("genericPointer", opaque(&point{5, 6}), []*point{nil, {7, 8}})
	go (&box[int]{opaque(9), "int box"}).genericPointerMethod("genericMethodInt")
	go (&box[point]{opaque(point{1, 1}), "point box"}).genericPointerMethod("genericMethodStruct")
	go box[string]{opaque("content"), "string box"}.genericValueMethod("genericMethodValue")
	go (&keyed[string, []int]{map[string][]int{"k": {1}}, &keyed[string, []int]{}}).genericKeyed("genericKeyed")
}

//go:noinline
func genericFunction[T any](name string, value T, list []T) T {
	pair := opaque([2]T{value, value})
	boxed := opaque(&box[T]{value, "boxed"})
	tellAs(name, "chan receive", know("name", name), know("value", value), know("list", list),
		know("pair", pair), know("boxed", boxed))
	<-neverReady
	keep(name, list, pair, boxed)
	return value
}

//go:noinline
func (b *box[T]) genericPointerMethod(name string) {
	local := b.content
	tellAs(name, "chan receive", know("b", b), know("name", name), know("local", local))
	<-neverReady
	keep(b, name, local)
}

//go:noinline
func (b box[T]) genericValueMethod(name string) {
	tellAs(name, "chan receive", know("b", b), know("name", name))
	<-neverReady
	keep(b, name)
}

//go:noinline
func (k *keyed[K, V]) genericKeyed(name string) {
	for key, value := range k.entries {
		tellAs(name, "chan receive", know("k", k), know("name", name), know("key", key), know("value", value))
		<-neverReady
		keep(key, value)
	}
}
