package main

import "math"

type weekday uint8

type celsius float64

type flag bool

type label string

func startScalars() {
	start(integers, unsignedIntegers, floats, complexNumbers, named, constants)
}

func integers() {
	a, b, c, d := opaque(int8(-128)), opaque(int16(-32768)), opaque(int32(math.MinInt32)), opaque(int64(math.MinInt64))
	e, f := opaque(-1), opaque('ß')
	yes, no := opaque(true), opaque(false)
	tell("chan receive", know("a", a), know("b", b), know("c", c), know("d", d), know("e", e), know("f", f),
		know("yes", yes), know("no", no))
	<-neverReady
	keep(a, b, c, d, e, f, yes, no)
}

func unsignedIntegers() {
	a, b, c := opaque(uint8(math.MaxUint8)), opaque(uint16(math.MaxUint16)), opaque(uint32(math.MaxUint32))
	d, e, f := opaque(uint64(math.MaxUint64)), opaque(uint(1)<<63), opaque(uintptr(4096))
	tell("chan receive", know("a", a), know("b", b), know("c", c), know("d", d), know("e", e), know("f", f))
	<-neverReady
	keep(a, b, c, d, e, f)
}

func floats() {
	nan, inf, negative := opaque(math.NaN()), opaque(math.Inf(1)), opaque(math.Inf(-1))
	minusZero, tiny, tenth := opaque(math.Copysign(0, -1)), opaque(math.SmallestNonzeroFloat64), opaque(0.1)
	huge, third := opaque(float32(math.MaxFloat32)), opaque(float32(1)/3)
	whole, nan32 := opaque(1e21), opaque(float32(math.NaN()))
	tell("chan receive", know("nan", nan), know("inf", inf), know("negative", negative),
		know("minusZero", minusZero), know("tiny", tiny), know("tenth", tenth), know("huge", huge),
		know("third", third), know("whole", whole), know("nan32", nan32))
	<-neverReady
	keep(nan, inf, negative, minusZero, tiny, tenth, huge, third, whole, nan32)
}

func complexNumbers() {
	single, double := opaque(complex64(complex(1.5, -2.25))), opaque(complex(0.1, 1e100))
	notFinite := opaque(complex(math.Inf(-1), math.NaN()))
	tell("chan receive", know("single", single), know("double", double), know("notFinite", notFinite))
	<-neverReady
	keep(single, double, notFinite)
}

// named types of every basic kind, with methods or not, are what their kinds are.
func named() {
	day, heat, on, text := opaque(weekday(3)), opaque(celsius(36.6)), opaque(flag(true)), opaque(label("fragile"))
	tell("chan receive", know("day", day), know("heat", heat), know("on", on), know("text", text))
	<-neverReady
	keep(day, heat, on, text)
}

// constants are in no register or slot when the compiler optimises.
func constants() {
	answer, word, half := 42, "constant", 0.5
	pair := [2]int{1, 2}
	tell("chan receive", know("answer", answer), know("word", word), know("half", half), know("pair", pair))
	<-neverReady
	keep(answer, word, half, pair)
}
