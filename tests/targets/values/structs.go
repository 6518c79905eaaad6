package main

type point struct{ x, y int }

type inner struct {
	Depth  int
	hidden string
}

type byPointer struct{ note string }

type outer struct {
	inner
	*byPointer
	point
	Name string
	_    int64
	tail struct {
		small  int8
		wide   int64
		flag   bool
		nested struct{ text string }
	}
}

type wide struct {
	a, b, c, d, e, f, g, h int64
	i                      string
	j                      []int
}

type single struct{ only *point }

type nothing struct{}

func startStructs() { start(structs, structsByPointer) }

func structs() {
	small, empty, alone := opaque(point{1, -1}), opaque(nothing{}), opaque(single{&point{2, 3}})
	large := opaque(wide{1, 2, 3, 4, 5, 6, 7, 8, "nine", []int{10}})
	whole := opaque(newOuter())
	bare := opaque(outer{})
	anonymous := opaque(struct {
		left, right interface{}
	}{1, "r"})
	tell("chan receive", know("small", small), know("empty", empty), know("alone", alone), know("large", large),
		know("whole", whole), know("bare", bare), know("anonymous", anonymous))
	<-neverReady
	keep(small, empty, alone, large, whole, bare, anonymous)
}

func structsByPointer() {
	whole := opaque(&outer{})
	*whole = newOuter()
	none := opaque((*outer)(nil))
	twice := opaque(&whole)
	field := opaque(&whole.tail.wide)
	tell("chan receive", know("whole", whole), know("none", none), know("twice", twice), know("field", field))
	<-neverReady
	keep(whole, none, twice, field)
}

func newOuter() outer {
	made := outer{inner: inner{3, "hid"}, byPointer: &byPointer{"noted"}, point: point{4, 5}, Name: "outer"}
	made.tail.small, made.tail.wide, made.tail.flag, made.tail.nested.text = -7, 1<<40, true, "deep"
	return made
}
