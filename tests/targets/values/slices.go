package main

func startSlices() { start(slices, slicesOfMore) }

func slices() {
	none, empty := opaque([]int(nil)), opaque([]int{})
	spare := opaque(make([]int, 2, 10))
	spare[1] = 5
	middle := opaque([]int{1, 2, 3, 4, 5})[1:3:4]
	long := make([]int, 200)
	for i := range long {
		long[i] = i * i
	}
	long = opaque(long)
	tell("chan receive", know("none", none), know("empty", empty), know("spare", spare), know("middle", middle),
		know("long", long))
	<-neverReady
	keep(none, empty, spare, middle, long)
}

func slicesOfMore() {
	points := opaque([]point{{1, 2}, {3, 4}})
	pointers := opaque([]*point{{5, 6}, nil, {7, 8}})
	words := opaque([]string{"", "a", "bc"})
	nested := opaque([][]int{nil, {}, {1}, {2, 3}})
	anything := opaque([]interface{}{1, "two", nil, 3.5, point{9, 10}, &point{11, 12}, []int{13}})
	switches := opaque([]bool{true, false, true})
	tell("chan receive", know("points", points), know("pointers", pointers), know("words", words),
		know("nested", nested), know("anything", anything), know("switches", switches))
	<-neverReady
	keep(points, pointers, words, nested, anything, switches)
}
