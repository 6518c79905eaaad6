package main

func startLocals() {
	start(shadowed, nestedBlocks, declaredLater, loops, escaped, dead, inSwitch, deferred)
}

// shadowed has four variables called x; the innermost counts.
func shadowed() {
	x := opaque(1)
	outerX := x
	{
		x := opaque("two")
		if x := opaque(3.5); x > 1 {
			tell("chan receive", know("x", x), know("outerX", outerX))
			<-neverReady
			keep(x)
		}
		keep(x)
	}
	x2 := opaque(x)
	keep(x, x2)
}

func nestedBlocks() {
	outermost := opaque("a")
	{
		middle := opaque(2)
		for round := opaque(0); round < 3; round++ {
			if round == 1 {
				innermost := opaque([]int{round, middle})
				tell("chan receive", know("outermost", outermost), know("middle", middle), know("round", round),
					know("innermost", innermost), absent("elsewhere"))
				<-neverReady
				keep(innermost)
			} else {
				elsewhere := opaque(8)
				keep(elsewhere)
			}
		}
		keep(middle)
	}
	keep(outermost)
}

// declaredLater waits before two of its variables exist.
func declaredLater() {
	early := opaque(1)
	tell("chan receive", know("early", early), absent("late"), absent("lateEscaped"))
	<-neverReady
	late := opaque(2)
	lateEscaped := opaque("three")
	escapes = &lateEscaped
	keep(early, late)
}

var escapes interface{}

func loops() {
	words := opaque([]string{"zero", "one", "two"})
	total := 0
	for i, word := range words {
		total += len(word)
		if i == 1 {
			tell("chan receive", know("words", words), know("total", total), know("i", i), know("word", word))
			<-neverReady
		}
	}
	keep(words, total)
}

// escaped has variables on the heap, of several kinds.
func escaped() {
	number, text, at := opaque(21), opaque("on the heap"), opaque(point{1, 2})
	list, err := opaque([]string{"x"}), opaque[error](ownCode(1))
	var pointer *point
	escapes = []interface{}{&number, &text, &at, &list, &err, &pointer}
	pointer = opaque(&at)
	number++
	tell("chan receive", knowAt("number", &number), knowAt("text", &text), knowAt("at", &at), knowAt("list", &list),
		knowAt("err", &err), knowAt("pointer", &pointer))
	<-neverReady
	keep(number, text, at, list, err, pointer)
}

// dead has variables that are never used after the wait: their values may be gone.
func dead() {
	number, text := opaque(31), opaque("dead")
	list := opaque([]int{1})
	tell("chan receive", know("number", number), know("text", text), know("list", list))
	<-neverReady
}

func inSwitch() {
	anything := opaque[interface{}](point{3, 4})
	switch exact := anything.(type) {
	case string:
		keep(exact)
	case point:
		tell("chan receive", know("anything", anything), know("exact", exact))
		<-neverReady
		keep(anything, exact)
	}
}

// deferred waits in a deferred call while its caller has a result to return.
func deferred() {
	result := opaque(12)
	defer deferredCall(opaque("argument"))
	tellOuter("deferredCall")
	keep(result)
}

//go:noinline
func deferredCall(text string) {
	tell("chan receive", know("text", text))
	<-neverReady
	keep(text)
}
