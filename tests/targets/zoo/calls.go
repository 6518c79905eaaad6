package main

import (
	"sort"

	"sideeye.test/targets/control"
)

func startCalls() {
	control.Expect(11)
	go recursion(*depth)
	go deepRecursion(*deep)
	go mutualEven(41)
	go inlinedChain()
	go inlinedLoop([]int{1, 2, 3})
	go manyArguments(1, "two", 3.0, []byte{4}, [3]int{5, 6, 7}, map[string]int{"eight": 8}, 9, 10, 11)
	go bigFrame()
	holder := &keeper{name: "holder"}
	waiting := holder.methodValue
	go waiting()
	go keeper.valueMethod(*holder)
	var any waiter = wrapped{holder}
	go any.embeddedMethod()
	go callback()

	// The closures capture locals, and one of them starts another.
	word, number := "captured", 42
	start(
		func() {
			control.Here("closure", "chan receive")
			nested := func() { <-neverReady }
			nested()
			println(word, number)
		},
		func() {
			control.Expect(1)
			control.Here("closureStarter", "chan receive")
			go func(text string) {
				control.Here("closureStarted", "chan receive")
				<-neverReady
				println(text)
			}(word)
			<-neverReady
		})
}

// recursion ends in a wait, frames deep.
func recursion(frames int) int {
	if frames <= 1 {
		control.Here("recursion", "chan receive")
		return <-neverReady
	}
	return recursion(frames-1) + 1
}

func deepRecursion(frames int) int {
	if frames <= 1 {
		control.Here("deepRecursion", "chan receive")
		return <-neverReady
	}
	return deepRecursion(frames-1) + 1
}

func mutualEven(left int) int {
	if left <= 0 {
		control.Here("mutualRecursion", "select")
		select {
		case value := <-neverReady:
			return value
		case make(chan int) <- 1:
			return 1
		}
	}
	return mutualOdd(left-1) * 2
}

//go:noinline
func mutualOdd(left int) int { return mutualEven(left-1) * 3 }

// inlinedChain and the three below it share one physical frame.
func inlinedChain() {
	control.Here("inlinedChain", "chan receive")
	println(inlinedOuter(neverReady))
}

func inlinedOuter(from chan int) int  { return inlinedMiddle(from) + 1 }
func inlinedMiddle(from chan int) int { return inlinedLeaf(from) + 2 }
func inlinedLeaf(from chan int) int   { return <-from }

// inlinedLoop waits in one of several inlined copies of the same function.
func inlinedLoop(steps []int) {
	control.Here("inlinedLoop", "chan receive")
	closed := make(chan int)
	close(closed)
	inlinedLeaf(closed)
	for range steps {
		inlinedMiddle(closed)
	}
	notInlined(inlinedLeaf(neverReady), inlinedLeaf(closed))
}

//go:noinline
func notInlined(a, b int) { println(a, b) }

//go:noinline
func manyArguments(a int, b string, c float64, d []byte, e [3]int, f map[string]int, g, h, i uint8) {
	control.Here("manyArguments", "chan receive")
	<-neverReady
	println(a, b, c, d, e[0], len(f), g, h, i)
}

// bigFrame has a frame of more than 48 KiB, far beyond one page.
func bigFrame() {
	var local [48 << 10]byte
	fill(&local)
	control.Here("bigFrame", "chan receive")
	local[<-neverReady] = 1
	fill(&local)
}

//go:noinline
func fill(bytes *[48 << 10]byte) {
	for i := range bytes {
		bytes[i] = byte(i)
	}
}

type waiter interface{ embeddedMethod() }

type keeper struct{ name string }

type wrapped struct{ *keeper }

func (k *keeper) methodValue() {
	control.Here("methodValue", "chan receive")
	<-neverReady
	println(k.name)
}

func (k keeper) valueMethod() {
	control.Here("valueMethod", "chan receive")
	<-neverReady
	println(k.name)
}

//go:noinline
func (k *keeper) embeddedMethod() {
	control.Here("embeddedMethod", "chan receive")
	<-neverReady
	println(k.name)
}

// callback waits in a function that the standard library calls back.
func callback() {
	names := []string{"b", "a"}
	sort.Slice(names, func(i, j int) bool {
		control.Here("callback", "chan receive")
		<-neverReady
		return names[i] < names[j]
	})
}
