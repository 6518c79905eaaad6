package main

import (
	"reflect"
	"strings"
)

func startFunctions() { start(functions) }

func pointerOf(reference interface{}) uintptr { return reflect.ValueOf(reference).Pointer() }

func (p *point) shift(by int) { p.x += by }

func (p point) sum() int { return p.x + p.y }

func functions() {
	captured := opaque(5)
	none := opaque((func())(nil))
	plain, library := opaque(channels), opaque(strings.ToUpper)
	closure := opaque(func() int { return captured })
	literal := opaque(func() {})
	here := &point{1, 2}
	bound, boundValue := opaque(here.shift), opaque(here.sum)
	expression := opaque((*point).shift)
	tell("chan receive", know("captured", captured), know("none", none), know("plain", plain),
		know("library", library), know("closure", closure), know("literal", literal), know("bound", bound),
		know("boundValue", boundValue), know("expression", expression))
	<-neverReady
	keep(captured, none, plain, library, closure, literal, bound, boundValue, expression)
}
