package main

import "fmt"

type cell struct {
	row, column int32
	sheet       string
}

type bulky struct{ words [40]uint64 }

func startMaps() { start(mapsBySize, mapsByKey, mapsOfMore, mapsChanged) }

func mapsBySize() {
	none, empty := opaque(map[string]int(nil)), opaque(map[string]int{})
	one, eight, nine := opaque(numbered(1)), opaque(numbered(8)), opaque(numbered(9))
	thousand := opaque(numbered(1000))
	tell("chan receive", know("none", none), know("empty", empty), know("one", one), know("eight", eight),
		know("nine", nine), know("thousand", thousand))
	<-neverReady
	keep(none, empty, one, eight, nine, thousand)
}

func mapsByKey() {
	byInt, byByte := opaque(map[int]string{-1: "minus", 0: "zero", 1 << 60: "big"}), opaque(map[uint8]bool{0: true, 255: false})
	byBool := opaque(map[bool]string{true: "yes", false: "no"})
	byStruct := opaque(map[cell]string{{1, 2, "s"}: "a", {3, 4, "t"}: "b"})
	byArray := opaque(map[[2]string]int{{"a", "b"}: 1, {"c", ""}: 2})
	byInterface := opaque(map[interface{}]string{1: "int", "1": "string", cell{1, 1, ""}: "cell", 2.5: "float"})
	byFloat := opaque(map[float64]int{0.5: 1, -2: 2})
	byPointer := opaque(map[*point]int{{1, 2}: 3})
	byName := opaque(map[label]weekday{"mon": 1})
	byLong := opaque(map[[20]int64]string{{0: 1}: "long key"})
	tell("chan receive", know("byInt", byInt), know("byByte", byByte), know("byBool", byBool),
		know("byStruct", byStruct), know("byArray", byArray), know("byInterface", byInterface),
		know("byFloat", byFloat), know("byPointer", byPointer), know("byName", byName), know("byLong", byLong))
	<-neverReady
	keep(byInt, byByte, byBool, byStruct, byArray, byInterface, byFloat, byPointer, byName, byLong)
}

// mapsOfMore have values that a map keeps in place, and such over 128 bytes, which it does not.
func mapsOfMore() {
	toStruct := opaque(map[string]point{"p": {1, 2}, "q": {3, 4}})
	toPointer := opaque(map[string]*point{"p": {5, 6}, "nil": nil})
	toBulky := opaque(map[string]bulky{"b": {[40]uint64{0: 1, 39: 2}}})
	toSlice := opaque(map[int][]string{1: {"a"}, 2: nil})
	toMap := opaque(map[string]map[string]int{"m": {"n": 1}, "nil": nil})
	toAny := opaque(map[string]interface{}{"int": 1, "nil": nil, "list": []interface{}{1, "x"}})
	set := opaque(map[string]struct{}{"member": {}})
	tell("chan receive", know("toStruct", toStruct), know("toPointer", toPointer), know("toBulky", toBulky),
		know("toSlice", toSlice), know("toMap", toMap), know("toAny", toAny), know("set", set))
	<-neverReady
	keep(toStruct, toPointer, toBulky, toSlice, toMap, toAny, set)
}

// mapsChanged have holes where entries were deleted, or are in the middle of growing.
func mapsChanged() {
	few := opaque(numbered(8))
	for i := 0; i < 8; i += 2 {
		delete(few, key(i))
	}
	emptied := opaque(numbered(100))
	for name := range emptied {
		delete(emptied, name)
	}
	holes := opaque(numbered(500))
	for i := 0; i < 500; i++ {
		if i%5 != 0 {
			delete(holes, key(i))
		}
	}
	refilled := opaque(numbered(60))
	for i := 0; i < 60; i++ {
		delete(refilled, key(i))
		refilled[key(1000+i)] = i
	}
	// Before Go 1.24 a map doubles when it has more than 6.5 entries a bucket: 105 is one more than 16 buckets hold,
	// and of the old buckets only two have moved by then.
	growing := opaque(numbered(105))
	sameSize := opaque(map[int]int{})
	for i := 0; i < 3000; i++ {
		sameSize[i] = i
		delete(sameSize, i-20)
	}
	tell("chan receive", know("few", few), know("emptied", emptied), know("holes", holes),
		know("refilled", refilled), know("growing", growing), know("sameSize", sameSize))
	<-neverReady
	keep(few, emptied, holes, refilled, growing, sameSize)
}

func key(i int) string { return fmt.Sprintf("key-%04d", i) }

func numbered(count int) map[string]int {
	made := map[string]int{}
	for i := 0; i < count; i++ {
		made[key(i)] = i
	}
	return made
}
