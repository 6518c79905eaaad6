package main

func startInlined() { start(inlining, inliningTwice, inliningMethod) }

// inlining and the functions below it share one frame when the compiler optimises.
func inlining() {
	first, text := opaque(5), opaque("inlined")
	tellOuter("inlining", know("first", first), know("text", text))
	tellOf("main.inlinedOuter", "inlining", know("base", first), know("name", text), know("scaled", first*10))
	tellHere("inlining", "main.inlinedInner", "chan receive", know("left", first*10), know("right", len(text)))
	result := inlinedOuter(first, text)
	keep(first, text, result)
}

func inlinedOuter(base int, name string) int {
	scaled := base * 10
	return inlinedInner(scaled, len(name)) + scaled + base + len(name)
}

func inlinedInner(left, right int) int {
	return <-neverReady + left*right
}

// inliningTwice has two copies of one function, and waits in the second.
func inliningTwice() {
	ready, never := opaque(make(chan int, 1)), opaque(make(chan int))
	ready <- 1
	waits(never, waiters{receivers: []string{"inliningTwice"}})
	other := opaque(3)
	sum := inlinedFrom(ready, other)
	tellOuter("inliningTwice", know("ready", ready), know("never", never), know("other", other), know("sum", sum))
	tellHere("inliningTwice", "main.inlinedFrom", "chan receive", know("from", never), know("extra", sum*2))
	sum += inlinedFrom(never, sum*2)
	keep(ready, never, other, sum)
}

func inlinedFrom(from chan int, extra int) int {
	before := extra
	return <-from + before
}

type meter struct {
	reading int
	unit    string
}

func (m *meter) inlinedMethod(by int) int {
	next := m.reading + by
	return <-neverReady + next + m.reading
}

func inliningMethod() {
	gauge, step := opaque(&meter{100, "kPa"}), opaque(7)
	tellOuter("inliningMethod", know("gauge", gauge), know("step", step))
	tellHere("inliningMethod", "main.(*meter).inlinedMethod", "chan receive",
		know("m", gauge), know("by", step), know("next", gauge.reading+step))
	result := gauge.inlinedMethod(step)
	keep(gauge, step, result)
}
