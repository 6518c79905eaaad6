package main

import "unsafe"

type ring struct {
	value int
	next  *ring
}

type tree struct {
	left, right *tree
	parent      *tree
	key         string
}

type recursiveSlice []recursiveSlice

func startPointers() { start(pointers, cycles) }

func pointers() {
	number, text := opaque(new(int)), opaque(new(string))
	*number, *text = 17, "pointed at"
	none := opaque((*int)(nil))
	twice, thrice := opaque(&number), opaque(new(***int))
	both := opaque([2]*int{number, number})
	raw, noRaw := opaque(unsafe.Pointer(number)), opaque(unsafe.Pointer(nil))
	toArray, toSlice := opaque(&[2]int{1, 2}), opaque(&[]string{"s"})
	tell("chan receive", know("number", number), know("text", text), know("none", none), know("twice", twice),
		know("thrice", thrice), know("both", both), know("raw", raw), know("noRaw", noRaw),
		know("toArray", toArray), know("toSlice", toSlice))
	<-neverReady
	keep(number, text, none, twice, thrice, both, raw, noRaw, toArray, toSlice)
}

func cycles() {
	first := opaque(&ring{value: 1})
	first.next = &ring{2, &ring{3, first}}
	self := opaque(&ring{value: 9})
	self.next = self
	root := opaque(&tree{key: "root"})
	root.left = &tree{key: "left", parent: root}
	root.right = &tree{key: "right", parent: root}
	root.right.left = &tree{key: "right.left", parent: root.right}
	slice := opaque(recursiveSlice{nil, {}, {nil}})
	tell("chan receive", know("first", first), know("self", self), know("root", root), know("slice", slice))
	<-neverReady
	keep(first, self, root, slice)
}
