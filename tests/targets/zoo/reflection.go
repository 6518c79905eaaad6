package main

import (
	"reflect"

	"sideeye.test/targets/control"
)

func startReflection() {
	control.Expect(4)
	go reflectCall()
	go reflectMakeFunc()
	go reflectMethod()
	go reflectSelect()
}

func reflectCall() {
	reflect.ValueOf(reflectCalled).Call([]reflect.Value{reflect.ValueOf(1), reflect.ValueOf("two")})
}

//go:noinline
func reflectCalled(number int, text string) (string, int) {
	control.Here("reflectCall", "chan receive")
	return text, number + <-neverReady
}

// reflectMakeFunc passes through the assembly of reflect.makeFuncStub.
func reflectMakeFunc() {
	var made func(a, b int) int
	body := func(arguments []reflect.Value) []reflect.Value {
		control.Here("reflectMakeFunc", "chan receive")
		return []reflect.Value{reflect.ValueOf(<-neverReady)}
	}
	made = reflect.MakeFunc(reflect.TypeOf(made), body).Interface().(func(a, b int) int)
	println(made(1, 2))
}

type reflected struct{ name string }

//go:noinline
func (r *reflected) Wait(extra int) int {
	control.Here("reflectMethod", "chan receive")
	return extra + <-neverReady
}

// reflectMethod passes through the assembly of reflect.methodValueCall.
func reflectMethod() {
	method := reflect.ValueOf(&reflected{"r"}).MethodByName("Wait").Interface().(func(int) int)
	println(method(3))
}

func reflectSelect() {
	control.Here("reflectSelect", "select")
	reflect.Select([]reflect.SelectCase{
		{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(neverReady)},
		{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(make(chan string))},
	})
}
