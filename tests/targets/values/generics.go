package main

import (
	"time"

	"sideeye.test/targets/control"
)

type box[T any] struct {
	content T
	label   string
}

type keyed[K comparable, V any] struct {
	entries map[K]V
	last    *keyed[K, V]
}

func startGenerics() {
	control.Expect(22)
	go genericFunction("genericInt", opaque(41), []int{1, 2})
	go genericFunction("genericString", opaque("text"), []string{"a"})
	go genericFunction("genericStruct", opaque(point{1, 2}), []point{{3, 4}})
	go genericFunction("genericPointer", opaque(&point{5, 6}), []*point{nil, {7, 8}})
	go genericFunction("genericOtherPointer", opaque(&ring{value: 9}), []*ring{{value: 10}, nil})
	go genericFunction("genericPointerToPointer", opaque(pointerTo(&point{11, 12})), []**point{nil})
	go genericFunction("genericDuration", opaque(5*time.Second), []time.Duration{6})
	go genericFunction("genericInt64", opaque(int64(13)), []int64{14})
	go genericFunction("genericNamed", opaque(count(15)), []count{16})
	go (&box[*point]{opaque(&point{17, 18}), "point box"}).genericPointerMethod("genericMethodPointer")
	go (&box[*ring]{opaque(&ring{value: 19}), "ring box"}).genericPointerMethod("genericMethodOtherPointer")
	go box[*point]{opaque(&point{20, 21}), "point box"}.genericValueMethod("genericMethodValuePointer")
	go box[*ring]{opaque(&ring{value: 22}), "ring box"}.genericValueMethod("genericMethodValueOther")
	go genericPair("genericPair", opaque(&point{23, 24}), opaque(&ring{value: 25}))
	go genericPair("genericPairTurned", opaque(&ring{value: 26}), opaque(&point{27, 28}))
	go genericClosure("genericClosure", opaque(&point{29, 30}))
	go genericClosure("genericClosureOther", opaque(&ring{value: 31}))
	go (&box[int]{opaque(32), "int box"}).genericNested("genericNested")
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

// genericNested has closures that tracebacks name as [...] and what comes after the last of several type arguments.
//
//go:noinline
func (b *box[T]) genericNested(name string) {
	func() {
		content := b.content
		func(inside T) {
			tellAs(name, "chan receive", know("inside", inside))
			<-neverReady
			keep(inside)
		}(content)
		keep(content)
	}()
	keep(b)
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

func pointerTo[T any](value T) *T { return &value }

//go:noinline
func genericPair[A, B any](name string, first A, second B) {
	byName := opaque(map[string]B{"second": second})
	escaped := first
	where := opaque(&escaped)
	var held interface{} = opaque[interface{}](second)
	tellAs(name, "chan receive", know("name", name), know("first", first), know("second", second),
		know("byName", byName), knowAt("escaped", where), know("where", where), know("held", held))
	<-neverReady
	keep(name, first, second, byName, where, held)
}

//go:noinline
func genericClosure[T any](name string, value T) {
	func() {
		inside := opaque([]T{value})
		tellAs(name, "chan receive", know("inside", inside), know("value", value))
		<-neverReady
		keep(inside, value)
	}()
	keep(name, value)
}
