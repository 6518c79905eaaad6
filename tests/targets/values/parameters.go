package main

import (
	"errors"
	"time"
)

func startParameters() {
	start(
		func() { manyWords(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) },
		func() { mixed("text", []int{1, 2, 3}, 2.5, point{4, 5}, true, errors.New("why"), 1.5, 7) },
		func() { largeByValue(wide{1, 2, 3, 4, 5, 6, 7, 8, "nine", []int{10}}, [3]string{"a", "b", "c"}) },
		func() {
			floatingPoint(.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.5, 11.5, 12.5, 13.5, 14.5, 15.5, 16.5)
		},
		func() { variadic("first", 1, "two", nil) },
		func() { unnamed(1, 2) },
		func() { keep(namedResults(opaque(3))) },
		func() { keep(unnamedResults(opaque(4))) },
		func() { keep(resultsSetLate(opaque(5))) },
		func() { keep(resultsOfDeferring(opaque(6))) },
		func() { keep(resultsNotYetSet(opaque(7))) },
		func() { keep(resultsOfDeferringInLoop(opaque(2))) },
		func() { keep(resultsOnHeap(opaque(9))) },
		func() { keep(resultsBesideOthers(opaque(10))) },
		func() { (&guest{"pointer", 1}).byPointer(2) },
		func() { guest{"value", 3}.byValue(4) },
		func() { opaque[visitor](&guest{"interface", 5}).byPointer2(6) },
		func() { changed("before", 1, point{1, 2}) },
		func() { callsOn(opaque(8)) },
		func() { recursive(opaque(3), "start") },
		func() { unused(opaque(6), "unused") })
}

//go:noinline
func manyWords(a, b, c, d, e, f, g, h, i, j, k, l int) {
	tell("chan receive", know("a", a), know("b", b), know("c", c), know("d", d), know("e", e), know("f", f),
		know("g", g), know("h", h), know("i", i), know("j", j), know("k", k), know("l", l))
	<-neverReady
	keep(a, b, c, d, e, f, g, h, i, j, k, l)
}

//go:noinline
func mixed(text string, list []int, ratio float64, at point, on bool, err error, small float32, tiny uint8) {
	tell("chan receive", know("text", text), know("list", list), know("ratio", ratio), know("at", at),
		know("on", on), know("err", err), know("small", small), know("tiny", tiny))
	<-neverReady
	keep(text, list, ratio, at, on, err, small, tiny)
}

//go:noinline
func largeByValue(large wide, words [3]string) {
	tell("chan receive", know("large", large), know("words", words))
	<-neverReady
	keep(large, words)
}

//go:noinline
func floatingPoint(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q float64) {
	tell("chan receive", know("a", a), know("h", h), know("o", o), know("p", p), know("q", q))
	<-neverReady
	keep(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q)
}

//go:noinline
func variadic(first string, rest ...interface{}) {
	tell("chan receive", know("first", first), know("rest", rest))
	<-neverReady
	keep(first, rest)
}

//go:noinline
func unnamed(int, int) {
	tell("chan receive")
	<-neverReady
}

//go:noinline
func namedResults(seed int) (sum int, text string, err error) {
	sum, text = seed*2, opaque("result")
	err = opaque(errors.New("result error"))
	tell("chan receive", know("seed", seed), know("sum", sum), know("text", text), know("err", err))
	<-neverReady
	return sum + seed, text, err
}

//go:noinline
func unnamedResults(seed int) (int, string) {
	double := opaque(seed * 2)
	tell("chan receive", know("seed", seed), know("double", double))
	<-neverReady
	return double + seed, "done"
}

// resultsSetLate has results that are still zero while it waits; a deferred call sees and changes them.
//
//go:noinline
func resultsSetLate(seed int) (sum int, list []int) {
	defer func() {
		sum += seed
		list = append(list, sum)
	}()
	tell("chan receive", know("seed", seed), knowAt("sum", &sum), knowAt("list", &list))
	<-neverReady
	sum, list = opaque(10), opaque([]int{11})
	return sum, list
}

var deferredCalls int

func countDeferred() { deferredCalls++ }

// resultsOfDeferring has results of several words that must stay in memory: a deferred call might see them.
//
//go:noinline
func resultsOfDeferring(seed int) (
	text string, at point, list []int, err error, anything interface{}, turn complex128,
) {
	defer countDeferred()
	text, at, list = opaque("of deferring"), point{seed, 2}, []int{7, 8}
	err, anything, turn = errors.New("deferring error"), opaque(point{3, seed}), complex(float64(seed), 1)
	tell("chan receive", know("seed", seed), know("text", text), know("at", at), know("list", list), know("err", err),
		know("anything", anything), know("turn", turn))
	<-neverReady
	return
}

// resultsNotYetSet is as its results are before anything is said about them.
//
//go:noinline
func resultsNotYetSet(seed int) (text string, at point, list []int, err error, one [1]string) {
	defer countDeferred()
	tell("chan receive", know("seed", seed), know("text", ""), know("at", point{}), know("list", []int(nil)),
		know[error]("err", nil), know("one", [1]string{}))
	<-neverReady
	text, at, list, err, one = opaque("late"), point{seed, 2}, []int{7, 8}, errors.New("late"), [1]string{"late"}
	return text, at, list, err, one
}

// resultsOfDeferringInLoop defers more calls than the compiler can write out.
//
//go:noinline
func resultsOfDeferringInLoop(seed int) (text string, list []string, err error) {
	for i := 0; i < seed; i++ {
		defer countDeferred()
	}
	text, list, err = opaque("in a loop"), opaque([]string{"a", "b"}), opaque[error](ownCode(seed))
	tell("chan receive", know("text", text), know("list", list), know("err", err))
	<-neverReady
	return text, list, err
}

// resultsOnHeap has results whose address is kept.
//
//go:noinline
func resultsOnHeap(seed int) (text string, pointer *point, list []int, number int) {
	defer countDeferred()
	escapes = []interface{}{&text, &pointer, &list, &number}
	text, pointer, list, number = opaque("heap"), &point{seed, 1}, opaque([]int{seed}), opaque(seed+1)
	tell("chan receive", knowAt("text", &text), knowAt("pointer", &pointer), knowAt("list", &list),
		knowAt("number", &number))
	<-neverReady
	return text, pointer, list, number
}

// resultsBesideOthers has variables of the same names in an inner block and in a function that is inlined.
//
//go:noinline
func resultsBesideOthers(seed int) (text string, err error) {
	defer countDeferred()
	text, err = opaque("outer"), opaque(errors.New("outer"))
	if seed > 0 {
		err := opaque(errors.New("inner"))
		inner := &err
		escapes = inner
		keep(inner)
	}
	joined := joinedText(seed, text)
	tell("chan receive", know("seed", seed), know("text", text), know("err", err), know("joined", joined))
	<-neverReady
	keep(joined)
	return text, err
}

// joinedText is small enough to be inlined.
func joinedText(seed int, with string) (text string) {
	text = with
	if seed > 1 {
		text += " joined"
	}
	return text
}

type visitor interface{ byPointer2(int) }

type guest struct {
	name  string
	party int
}

//go:noinline
func (g *guest) byPointer(table int) {
	tell("chan receive", know("g", g), know("table", table))
	<-neverReady
	keep(g, table)
}

//go:noinline
func (g guest) byValue(table int) {
	tell("chan receive", know("g", g), know("table", table))
	<-neverReady
	keep(g, table)
}

//go:noinline
func (g *guest) byPointer2(table int) {
	tell("chan receive", know("g", g), know("table", table))
	<-neverReady
	keep(g, table)
}

// changed gives its parameters new values before it waits.
//
//go:noinline
func changed(text string, number int, at point) {
	text, number, at.x = opaque(text+" and after"), opaque(number+1), opaque(9)
	tell("chan receive", know("text", text), know("number", number), know("at", at))
	<-neverReady
	keep(text, number, at)
}

// callsOn waits in a function that it calls; so do its own variables.
//
//go:noinline
func callsOn(number int) {
	list, at := opaque([]int{number, number + 1}), opaque(point{number, -number})
	tellOuter("called", know("number", number), know("list", list), know("at", at))
	total := called(at, "argument")
	keep(number, list, at, total)
}

//go:noinline
func called(at point, text string) int {
	started := opaque(madeAt)
	tell("sleep", know("at", at), know("text", text), know("started", started))
	time.Sleep(1000 * time.Hour)
	keep(at, text, started)
	return at.x
}

// recursive has four frames, each with values of its own.
//
//go:noinline
func recursive(left int, path string) int {
	here := opaque(path + "/" + key(left))
	if left == 0 {
		tell("chan receive", know("left", left), know("path", path), know("here", here))
		<-neverReady
		keep(left, path, here)
		return 1
	}
	tellOuter("recursive", know("left", left), know("path", path), know("here", here))
	below := recursive(left-1, here)
	keep(left, path, here)
	return below + left
}

// unused never looks at its parameters again: an optimised build need not keep them.
//
//go:noinline
func unused(number int, text string) {
	tell("chan receive", know("number", number), know("text", text))
	<-neverReady
}
