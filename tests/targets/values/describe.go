package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// How values are written:
//
//	numbers           as numbers; NaN, +Inf and -Inf as texts; complex numbers as Go prints them: "(1+2i)"
//	string            as text, invalid UTF-8 as U+FFFD
//	[]byte            as text when valid UTF-8, else in base64; an array of bytes in hexadecimal
//	array, slice      as an array; nil slice as null
//	struct            as an object by field name, in order of declaration, without fields called _
//	pointer           as what it points to; nil, and one that is on its own path, as null
//	interface         as the value in it; see standard.go for errors and contexts
//	map               as an object when keys are strings, integers or bools, else as an array of {"key", "value"};
//	                  nil as null
//	chan              as {"len", "cap", "closed", "elem_type", "senders", "receivers", "buffer"}, of which senders
//	                  and receivers are ids of goroutines; nil as null
//	func              as its name, type arguments as "[...]"; nil as null
//	unsafe.Pointer    as "0x" and hexadecimal digits; nil as null
//
// and types of the standard library as standard.go says. A field, variable or key whose name tells a secret is
// "[redacted]".
//
// The plain form has none of these: numbers of complex numbers and bytes stand in arrays, channels are {"len", "cap",
// "closed"}, unsafe.Pointer is "[address]", a pointer on its own path "[cycle]", and secrets are told.
type describer struct {
	plain bool // no redaction, nothing special about types of the standard library
	path  []visit
	depth int
}

// visit is a pointer that is being followed.
type visit struct {
	address unsafe.Pointer
	element reflect.Type
}

const depthMax = 60

// document is an object whose fields keep their order.
type document []field

type field struct {
	name  string
	value interface{}
}

func describe(v reflect.Value) interface{}      { return (&describer{}).value(v) }
func describePlain(v reflect.Value) interface{} { return (&describer{plain: true}).value(v) }

// nameOrDocument is what stands under a name.
func nameOrDocument(name string, v reflect.Value) interface{} {
	if isSecret(name) {
		return redacted
	}
	return describe(v)
}

// value describes an addressable value that was not reached through unexported fields.
func (d *describer) value(v reflect.Value) interface{} {
	if d.depth >= depthMax {
		return "[deep]"
	}
	d.depth++
	defer func() { d.depth-- }()
	if !d.plain {
		if special, ok := d.standard(v); ok {
			return special
		}
	}
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return v.Uint()
	case reflect.Float32:
		return float(v.Float(), 32)
	case reflect.Float64:
		return float(v.Float(), 64)
	case reflect.Complex64, reflect.Complex128:
		return d.complex(v)
	case reflect.String:
		return v.String()
	case reflect.Slice, reflect.Array:
		return d.elements(v)
	case reflect.Struct:
		return d.structure(v)
	case reflect.Map:
		return d.mapping(v)
	}
	return d.reference(v)
}

func (d *describer) complex(v reflect.Value) interface{} {
	if d.plain {
		bits := v.Type().Bits() / 2
		return []interface{}{float(real(v.Complex()), bits), float(imag(v.Complex()), bits)}
	}
	return strconv.FormatComplex(v.Complex(), 'g', -1, v.Type().Bits())
}

func (d *describer) reference(v reflect.Value) interface{} {
	if v.IsNil() {
		return nil
	}
	switch v.Kind() {
	case reflect.Interface:
		if special, ok := d.inInterface(v); ok {
			return special
		}
		return d.value(addressable(v.Elem()))
	case reflect.Ptr:
		return d.pointer(v)
	case reflect.Chan:
		return d.channel(v)
	case reflect.Func:
		return functionName(v)
	case reflect.UnsafePointer:
		if d.plain {
			return "[address]"
		}
		return fmt.Sprintf("%#x", v.Pointer())
	}
	panic("values of kind " + v.Kind().String())
}

func (d *describer) pointer(v reflect.Value) interface{} {
	here := visit{unsafe.Pointer(v.Pointer()), v.Type().Elem()}
	for _, each := range d.path {
		if each == here && d.plain {
			return "[cycle]"
		} else if each == here {
			return nil
		}
	}
	d.path = append(d.path, here)
	defer func() { d.path = d.path[:len(d.path)-1] }()
	return d.value(v.Elem())
}

func (d *describer) elements(v reflect.Value) interface{} {
	if v.Kind() == reflect.Slice && v.IsNil() {
		return nil
	}
	if v.Type().Elem().Kind() == reflect.Uint8 && !d.plain {
		return bytesText(v)
	}
	all := make([]interface{}, v.Len())
	for i := range all {
		all[i] = d.value(v.Index(i))
	}
	return all
}

func bytesText(v reflect.Value) string {
	all := make([]byte, v.Len())
	for i := range all {
		all[i] = byte(v.Index(i).Uint())
	}
	switch {
	case v.Kind() == reflect.Array:
		return hex.EncodeToString(all)
	case utf8.Valid(all):
		return string(all)
	}
	return base64.StdEncoding.EncodeToString(all)
}

func (d *describer) structure(v reflect.Value) interface{} {
	all := document{}
	for i := 0; i < v.NumField(); i++ {
		name := v.Type().Field(i).Name
		if name == "_" {
			continue
		}
		if !d.plain && isSecret(name) {
			all = append(all, field{name, redacted})
			continue
		}
		all = append(all, field{name, d.value(readable(v.Field(i)))})
	}
	return all
}

func (d *describer) mapping(v reflect.Value) interface{} {
	if v.IsNil() {
		return nil
	}
	pairs := []interface{}{}
	object := map[string]interface{}{}
	for entries := v.MapRange(); entries.Next(); {
		key, value := addressable(entries.Key()), addressable(entries.Value())
		name, isName := keyName(key)
		if isName && !d.plain && isSecret(name) {
			object[name] = redacted
		} else if isName {
			object[name] = d.value(value)
		} else {
			pairs = append(pairs, document{{"key", d.value(key)}, {"value", d.value(value)}})
		}
	}
	if _, isObject := keyName(reflect.New(v.Type().Key()).Elem()); isObject {
		return object
	}
	return pairs
}

func keyName(key reflect.Value) (string, bool) {
	switch key.Kind() {
	case reflect.String:
		return key.String(), true
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return fmt.Sprint(key.Interface()), true
	}
	return "", false
}

// readable lifts reflection's ban on unexported fields off a field of an addressable struct.
func readable(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}

func addressable(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v
	}
	copied := reflect.New(v.Type()).Elem()
	copied.Set(v)
	return copied
}

func float(value float64, bits int) interface{} {
	switch {
	case math.IsNaN(value):
		return "NaN"
	case math.IsInf(value, 1):
		return "+Inf"
	case math.IsInf(value, -1):
		return "-Inf"
	}
	return number(strconv.FormatFloat(value, 'g', -1, bits))
}

// number is a number's digits as JSON takes them.
type number string

func (n number) MarshalJSON() ([]byte, error) { return []byte(n), nil }

func functionName(v reflect.Value) string {
	name := runtime.FuncForPC(v.Pointer()).Name()
	open, shut := strings.Index(name, "["), strings.LastIndex(name, "]")
	if open < 0 || shut < open {
		return name
	}
	return name[:open] + "[...]" + name[shut+1:]
}

// channel reads runtime.hchan: closed stands behind buf and elemsize (runtime/chan.go, Go 1.19 to 1.27).
func (d *describer) channel(v reflect.Value) interface{} {
	const closedOffset = 28
	closed := *(*uint32)(unsafe.Add(v.UnsafePointer(), closedOffset))
	all := document{{"len", v.Len()}, {"cap", v.Cap()}, {"closed", closed != 0}}
	if d.plain {
		return all
	}
	senders, receivers := waitersOf(v.Pointer())
	return append(all, field{"elem_type", v.Type().Elem().String()}, field{"senders", senders},
		field{"receivers", receivers}, field{"buffer", d.buffered(v)})
}

// buffered takes the elements out of the channel's buffer and leaves them there: buf and recvx of runtime.hchan.
func (d *describer) buffered(v reflect.Value) interface{} {
	const bufferOffset = 16
	buffer := *(*unsafe.Pointer)(unsafe.Add(v.UnsafePointer(), bufferOffset))
	first := *(*uint)(unsafe.Add(v.UnsafePointer(), firstOffset))
	all := make([]interface{}, v.Len())
	for i := range all {
		slot := (first + uint(i)) % uint(v.Cap())
		at := unsafe.Add(buffer, uintptr(slot)*v.Type().Elem().Size())
		all[i] = d.value(reflect.NewAt(v.Type().Elem(), at).Elem())
	}
	return all
}

func (d document) MarshalJSON() ([]byte, error) {
	text := "{"
	for i, each := range d {
		if i > 0 {
			text += ","
		}
		text += strings.TrimSpace(asLine(each.name)) + ":" + strings.TrimSpace(asLine(each.value))
	}
	return []byte(text + "}"), nil
}
