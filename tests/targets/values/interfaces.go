package main

import "fmt"

type shape interface{ area() float64 }

type square struct{ side float64 }

func (s square) area() float64 { return s.side * s.side }

type circle struct {
	radius float64
	centre *point
}

func (c *circle) area() float64 { return c.radius * c.radius * 3 }

type count int

func (c count) area() float64 { return float64(c) }

type table map[string]int

func (t table) area() float64 { return float64(len(t)) }

type routine func() float64

func (r routine) area() float64 { return r() }

func startInterfaces() { start(interfaces, interfacesInside) }

func interfaces() {
	var none interface{}
	none = opaque(none)
	number, text, truth := opaque[interface{}](7), opaque[interface{}]("boxed"), opaque[interface{}](true)
	small, large := opaque[interface{}](uint8(200)), opaque[interface{}](int64(1<<50))
	structure, pointer := opaque[interface{}](square{2}), opaque[interface{}](&square{3})
	direct := opaque[interface{}](single{&point{1, 2}})
	array := opaque[interface{}]([1]*point{{3, 4}})
	list, mapping := opaque[interface{}]([]int{1, 2}), opaque[interface{}](map[string]int{"k": 1})
	zero, empty := opaque[interface{}](nothing{}), opaque[interface{}]("")
	nilInside := opaque[interface{}]((*point)(nil))
	tell("chan receive", know("none", none), know("number", number), know("text", text), know("truth", truth),
		know("small", small), know("large", large), know("structure", structure), know("pointer", pointer),
		know("direct", direct), know("array", array), know("list", list), know("mapping", mapping),
		know("zero", zero), know("empty", empty), know("nilInside", nilInside))
	<-neverReady
	keep(none, number, text, truth, small, large, structure, pointer, direct, array, list, mapping, zero, empty, nilInside)
}

func interfacesInside() {
	var none shape
	none = opaque(none)
	byValue, byPointer := opaque[shape](square{4}), opaque[shape](&circle{5, &point{6, 7}})
	scalar, mapping := opaque[shape](count(8)), opaque[shape](table{"t": 9})
	function := opaque[shape](routine(tenth))
	many := opaque([]shape{square{1}, nil, &circle{radius: 2}, count(3)})
	nested := opaque[interface{}](&holder{opaque[shape](square{6}), []interface{}{holder{nil, nil}, &many}})
	text := opaque[fmt.Stringer](stringer{"printed"})
	tell("chan receive", know("none", none), know("byValue", byValue), know("byPointer", byPointer),
		know("scalar", scalar), know("mapping", mapping), know("function", function), know("many", many),
		know("nested", nested), know("text", text))
	<-neverReady
	keep(none, byValue, byPointer, scalar, mapping, function, many, nested, text)
}

type holder struct {
	held shape
	more []interface{}
}

type stringer struct{ text string }

func (s stringer) String() string { return s.text }

func tenth() float64 { return 0.1 }
