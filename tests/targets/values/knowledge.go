package main

import (
	"bytes"
	"debug/elf"
	"encoding/json"
	"reflect"
	"runtime"
	"strings"
	"sync"

	"sideeye.test/targets/control"
)

// frame is one function in one goroutine's stack, and its variables as they are while it waits. Frames of one goroutine
// come outermost first.
type frame struct {
	Case      string     `json:"case"`     // name of its goroutine, as in the answer to "ids"
	Goroutine int64      `json:"goid"`     //
	Function  string     `json:"function"` // as in the symbol table; without one, type arguments are "[...]"
	Variables []variable `json:"variables"`
	entry     uintptr
}

// variable is one variable, or a path from one in the notation of specs, as items[3].name. Value is what the program
// knows, in the terms of describe.go; Plain the same without any special treatment of types of the standard library. A
// variable that has not come to be yet is Absent, and so is what a path does not lead to: then Plain says why.
type variable struct {
	Name   string      `json:"name"`
	Type   string      `json:"type"`
	Absent bool        `json:"absent"`
	Value  interface{} `json:"value"`
	Plain  interface{} `json:"plain"`
	at     reflect.Value
}

var (
	framesLock sync.Mutex
	frames     []frame
	globals    []variable
)

// know says what a variable holds, without touching where it lives: the value is copied. What the copy points to is
// looked at when a test asks.
//
//go:noinline
func know[T any](name string, value T) variable { return knowAt(name, &value) }

// knowAt is for variables that may have their address taken.
//
//go:noinline
func knowAt[T any](name string, address *T) variable {
	at := reflect.ValueOf(address).Elem()
	return variable{Name: name, Type: at.Type().String(), at: at}
}

// absent is a variable of the function that does not exist yet, or no longer.
func absent(name string) variable { return variable{Name: name, Absent: true} }

// nothingAt is a path that leads nowhere.
func nothingAt(path string, reason string) variable {
	return variable{Name: path, Absent: true, Plain: reason}
}

// tell says what the variables of the calling function hold, and names the goroutine after the function. state is what
// it is about to wait in.
//
//go:noinline
func tell(state string, variables ...variable) {
	told := callerFrame()
	name := strings.TrimPrefix(told.Function, "main.")
	tellFrame(name, told, variables)
	control.Here(name, state)
}

// tellAs is tell for goroutines that share a function.
//
//go:noinline
func tellAs(name string, state string, variables ...variable) {
	tellFrame(name, callerFrame(), variables)
	control.Here(name, state)
}

// tellOuter is for a function that is about to call another one which waits, on the goroutine called name.
//
//go:noinline
func tellOuter(name string, variables ...variable) { tellFrame(name, callerFrame(), variables) }

// tellOf speaks for a function that is too small to speak for itself if it is to be inlined.
//
//go:noinline
func tellOf(function string, name string, variables ...variable) {
	tellFrame(name, frame{Function: function}, variables)
}

// tellHere is tellOf for the function that waits; name is the goroutine's.
//
//go:noinline
func tellHere(name string, function string, state string, variables ...variable) {
	tellFrame(name, frame{Function: function}, variables)
	control.Here(name, state)
}

func tellFrame(name string, told frame, variables []variable) {
	told.Case, told.Goroutine, told.Variables = name, control.Goid(), variables
	framesLock.Lock()
	frames = append(frames, told)
	framesLock.Unlock()
}

// callerFrame is the function that called our caller.
//
//go:noinline
func callerFrame() frame {
	pcs := make([]uintptr, 1)
	runtime.Callers(3, pcs)
	caller, _ := runtime.CallersFrames(pcs).Next()
	if caller.Func == nil {
		return frame{Function: caller.Function} // inlined: the entry is that of the function around it
	}
	return frame{Function: caller.Function, entry: caller.Entry}
}

func knownFrames() interface{} {
	framesLock.Lock()
	defer framesLock.Unlock()
	symbols := functionSymbols()
	for i := range frames {
		if name, ok := symbols[frames[i].entry]; ok {
			frames[i].Function = name
		}
		describeAll(frames[i].Variables)
	}
	return frames
}

func knownGlobals() interface{} {
	describeAll(globals)
	return globals
}

func describeAll(variables []variable) {
	for i := range variables {
		if each := &variables[i]; !each.Absent {
			each.Value = nameOrDocument(each.Name, each.at)
			each.Plain = describePlain(each.at)
		}
	}
}

// functionSymbols maps addresses of functions to their names in the symbol table, where type arguments are spelt out.
func functionSymbols() map[uintptr]string {
	names := map[uintptr]string{}
	file, err := elf.Open("/proc/self/exe")
	if err != nil {
		return names
	}
	defer file.Close()
	symbols, err := file.Symbols()
	if err != nil {
		return names
	}
	var linked uintptr
	for _, symbol := range symbols {
		if symbol.Name == "main.main" {
			linked = uintptr(symbol.Value)
		}
	}
	slide := reflect.ValueOf(main).Pointer() - linked
	for _, symbol := range symbols {
		if elf.ST_TYPE(symbol.Info) == elf.STT_FUNC && strings.HasPrefix(symbol.Name, "main.") {
			names[uintptr(symbol.Value)+slide] = symbol.Name
		}
	}
	return names
}

// asLine has everything as it is: & and < too.
func asLine(document interface{}) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(document); err != nil {
		panic(err)
	}
	return text.String()
}
