package main

import (
	"net"
	"os"
)

// crate has in it what a path may lead through.
type crate struct {
	label    string
	weights  []int
	contents []crate
	index    map[string][]point
	inside   *crate
	anything interface{}
	shelves  [2][3]point
}

// slab is longer than what is read at once.
type slab struct {
	number int
	bytes  [40000]byte
}

var (
	gCrates = []crate{newCrate("first", 0), newCrate("second", 1), newCrate("third", 2)}
	gByID   = map[int]*crate{-3: &gCrates[1], 7: &gCrates[2]}
)

func startPaths() {
	start(pathsOfSlices, pathsOfMaps, pathsOfInterfaces, pathsOfVariables, pathsToNothing)
}

func pathsOfSlices() {
	numbers, words := opaque([]int{10, 11, 12, 13}), opaque([]string{"", "a", "bc"})
	crates, address := opaque([]crate{newCrate("a", 3), newCrate("b", 4)}), opaque(net.IPv4(192, 0, 2, 77))
	pointers, grid := opaque([]*crate{nil, {label: "pointed to", weights: []int{8, 9}}}), opaque([][]int{nil, {1, 2}, {3}})
	array, toArray := opaque([4]point{2: {5, 6}}), opaque(&[3]crate{1: newCrate("in an array", 5)})
	text, slabs := opaque("text"), opaque([]slab{{number: 1}, {number: 2}, {number: 3}})
	spare, toSlice := opaque(make([]int, 2, 10)), opaque(&[]string{"x", "behind a pointer"})
	tell("chan receive", know("numbers[2]", numbers[2]), know("words[2]", words[2]), know("crates[1].label", crates[1].label),
		know("crates[0].weights[2]", crates[0].weights[2]), know("crates[1].contents[1].label", crates[1].contents[1].label),
		know("crates[1].shelves[1][2].y", crates[1].shelves[1][2].y), know("crates[0].inside.weights[0]", crates[0].inside.weights[0]),
		know(`crates[1].index["b"][1].x`, crates[1].index["b"][1].x), know("crates[0].contents[0]", crates[0].contents[0]),
		know("address[15]", address[15]), know("pointers[1].weights[1]", pointers[1].weights[1]), know("*pointers[1]", *pointers[1]),
		know("grid[1]", grid[1]), know("grid[2][0]", grid[2][0]), know("array[2].y", array[2].y),
		know("toArray[1].weights[1]", toArray[1].weights[1]), know("(*toArray)[1].label", (*toArray)[1].label),
		know("text[1]", text[1]), know("slabs[2].number", slabs[2].number), know("slabs[1].bytes[3]", slabs[1].bytes[3]),
		know("len(spare)", len(spare)), know("cap(spare)", cap(spare)), know("len(crates[1].weights)", len(crates[1].weights)),
		know("cap(grid[1])", cap(grid[1])), know("len(text)", len(text)), know("len(array)", len(array)),
		know("(*toSlice)[1]", (*toSlice)[1]))
	<-neverReady
	keep(numbers, words, crates, address, pointers, grid, array, toArray, text, slabs, spare, toSlice)
}

func pathsOfMaps() {
	headers := opaque(map[string][]string{"X-Id": {"one", "two"}, "Empty": {}})
	byNumber, byTruth := opaque(map[int]crate{-1: newCrate("minus", 1), 300: newCrate("plus", 2)}), opaque(map[bool]point{true: {1, 2}})
	byByte, byLabel := opaque(map[uint8]*crate{200: gByID[7]}), opaque(map[label]weekday{"mon": 1})
	thousand, nested := opaque(numbered(1000)), opaque(map[string]map[string]int{"m": {"n": 12}})
	toBulky, channel := opaque(map[string]bulky{"b": {[40]uint64{39: 2}}}), opaque(make(chan int, 5))
	tell("chan receive", know(`headers["X-Id"][0]`, headers["X-Id"][0]), know(`headers["X-Id"][1]`, headers["X-Id"][1]),
		know(`headers["Empty"]`, headers["Empty"]), know("byNumber[-1].label", byNumber[-1].label),
		know("byNumber[300].contents[1].weights[2]", byNumber[300].contents[1].weights[2]), know("byTruth[true].y", byTruth[true].y),
		know("byByte[200].weights[1]", byByte[200].weights[1]), know(`byLabel["mon"]`, byLabel["mon"]),
		know(`thousand["key-0777"]`, thousand["key-0777"]), know(`nested["m"]["n"]`, nested["m"]["n"]),
		know(`toBulky["b"].words[39]`, toBulky["b"].words[39]), know("len(thousand)", len(thousand)),
		know(`len(headers["X-Id"])`, len(headers["X-Id"])), know("cap(channel)", cap(channel)), know("len(channel)", len(channel)))
	<-neverReady
	keep(headers, byNumber, byTruth, byByte, byLabel, thousand, nested, toBulky, channel)
}

func pathsOfInterfaces() {
	byPointer, byValue := opaque[shape](&circle{5, &point{6, 7}}), opaque[shape](square{4})
	boxed, boxedPointer := opaque[interface{}](newCrate("boxed", 6)), opaque[interface{}](&gCrates[1])
	mapped, many := opaque[interface{}](table{"t": 9}), opaque([]shape{nil, square{8}, &circle{radius: 2, centre: &point{3, 4}}})
	within := opaque(crate{anything: &crate{anything: newCrate("deep", 7)}})
	direct := opaque[interface{}](single{&point{1, 2}})
	tell("chan receive", know("byPointer.(*main.circle).centre.y", byPointer.(*circle).centre.y),
		know("byValue.(main.square).side", byValue.(square).side), know("boxed.(main.crate).weights[1]", boxed.(crate).weights[1]),
		know(`boxed.(main.crate).index["a"][0].y`, boxed.(crate).index["a"][0].y),
		know("boxedPointer.(*main.crate).contents[1].label", boxedPointer.(*crate).contents[1].label),
		know(`mapped.(main.table)["t"]`, mapped.(table)["t"]), know("many[2].(*main.circle).centre.x", many[2].(*circle).centre.x),
		know("many[1].(main.square).side", many[1].(square).side),
		know("within.anything.(*main.crate).anything.(main.crate).label", within.anything.(*crate).anything.(crate).label),
		know("direct.(main.single).only.y", direct.(single).only.y))
	<-neverReady
	keep(byPointer, byValue, boxed, boxedPointer, mapped, many, within, direct)
}

// pathsOfVariables are of variables of packages.
func pathsOfVariables() {
	tell("chan receive", know("gCrates[2].weights[1]", gCrates[2].weights[1]), know("main.gCrates[0].label", gCrates[0].label),
		know("gByID[-3].contents[0].label", gByID[-3].contents[0].label), know(`"os".Args[0]`, os.Args[0]),
		know("len(gCrates)", len(gCrates)), know(`gByID[7].index["c"][1].y`, gByID[7].index["c"][1].y))
	<-neverReady
}

func pathsToNothing() {
	numbers, none := opaque([]int{1, 2, 3}), opaque([]crate(nil))
	crates, mapping := opaque([]crate{newCrate("only", 1)}), opaque(map[string][]int{"k": {1}})
	held := opaque[interface{}](square{1})
	tell("chan receive", nothingAt("numbers[3]", "index 3 of 3 elements"), nothingAt("numbers[4294967296]", "index 4294967296 of 3 elements"),
		nothingAt("none[0].label", "index 0 of 0 elements"), nothingAt("crates[0].weights[9]", "index 9 of 3 elements"),
		nothingAt(`mapping["k"][1]`, "index 1 of 1 elements"), nothingAt(`mapping["l"][0]`, "no such key"),
		nothingAt("crates[0].contents[0].inside.label", "nil pointer on the path at crates[0].contents[0].inside"),
		nothingAt("held.(*main.circle).radius", "dynamic type is main.square"))
	<-neverReady
	keep(numbers, none, crates, mapping, held)
}

func newCrate(label string, number int) crate {
	return crate{
		label: label, weights: []int{number, number * 10, number * 100},
		contents: []crate{{label: label + " 0"}, {label: label + " 1", weights: []int{-1, -2, -3 - number}}},
		index:    map[string][]point{"a": {{1, number}}, "b": {{2, 3}, {4 + number, 5}}, "c": {{6, 7}, {8, number}}},
		inside:   &crate{label: "in " + label, weights: []int{number + 1}},
		shelves:  [2][3]point{1: {2: {number, number + 2}}},
	}
}
