package main

import (
	"context"
	"math/big"
	"net"
	"net/netip"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

const redacted = "[redacted]"

// standard is how types of the standard library are written:
//
//	time.Time, time.Duration   as RFC 3339 in UTC with nanoseconds where there are any; as Go prints it
//	net.IP, net.TCPAddr ...    as their text
//	big.Int                    as decimal text
//	atomic.*                   as what is in it
//	sync.Mutex                 as {"locked", "waiters", "starving"}
//	sync.RWMutex               as {"locked", "readers", "readers_waiting", "writers_waiting"}
//	sync.WaitGroup             as {"counter", "waiters"}
//	sync.Once                  as {"done"}
//
// and in interfaces of type error and context.Context:
//
//	errors                     as their message; of a type of our own as {"__type"} and the fields, or the "value"
//	contexts                   as {"deadline", "cancelled", "err", "values"}, the latter with the nearest one under a
//	                           key of type main.contextKey as "request_id", and of type main.depthKey as "depth"
func (d *describer) standard(v reflect.Value) (interface{}, bool) {
	switch value := v.Addr().Interface().(type) {
	case *time.Time:
		return value.UTC().Format(time.RFC3339Nano), true
	case *time.Duration:
		return value.String(), true
	case *net.IP:
		if *value == nil {
			return nil, true
		}
		return value.String(), true
	case *net.TCPAddr:
		return value.String(), true
	case *net.UDPAddr:
		return value.String(), true
	case *net.UnixAddr:
		return value.String(), true
	case *netip.Addr:
		return value.String(), true
	case *netip.AddrPort:
		return value.String(), true
	case *netip.Prefix:
		return value.String(), true
	case *big.Int:
		return value.String(), true
	case *sync.Mutex:
		return lock(value), true
	case *sync.RWMutex:
		return readWriteLock(value), true
	case *sync.WaitGroup:
		return waitGroup(value), true
	case *sync.Once:
		return document{{"done", isDone(value)}}, true
	case *atomic.Value:
		return d.boxed(value.Load()), true
	}
	if unwrapped, ok := d.atomic(v); ok {
		return unwrapped, true
	}
	return standardError(v)
}

// inInterface is what stands for a value in an interface of a known type.
func (d *describer) inInterface(v reflect.Value) (interface{}, bool) {
	if d.plain {
		return nil, false
	}
	switch held := v.Interface().(type) {
	case context.Context:
		if v.Type() == reflect.TypeOf((*context.Context)(nil)).Elem() {
			return describeContext(held), true
		}
	case error:
		if v.Type() != reflect.TypeOf((*error)(nil)).Elem() {
			return nil, false
		}
		inner := addressable(v.Elem())
		if message, ok := standardError(inner); ok {
			return message, true
		}
		return d.ownError(inner), true
	}
	return nil, false
}

func (d *describer) ownError(v reflect.Value) interface{} {
	all := document{{"__type", v.Type().String()}}
	if v.Kind() == reflect.Ptr && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct {
		return append(all, d.structure(v).(document)...)
	}
	return append(all, field{"value", d.value(v)})
}

func describeContext(ctx context.Context) interface{} {
	var ends, message interface{}
	if at, ok := ctx.Deadline(); ok {
		ends = at.UTC().Format(time.RFC3339Nano)
	}
	if err := ctx.Err(); err != nil {
		message = err.Error()
	}
	values := document{}
	if id := ctx.Value(requestIDKey); id != nil {
		values = append(values, field{"request_id", id})
	}
	for i := depthKey(20); i >= 0; i-- {
		if value := ctx.Value(i); value != nil {
			values = append(values, field{"depth", value})
			break
		}
	}
	return document{{"deadline", ends}, {"cancelled", message != nil}, {"err", message}, {"values", values}}
}

func (d *describer) boxed(value interface{}) interface{} {
	if value == nil {
		return nil
	}
	return d.value(addressable(reflect.ValueOf(value)))
}

// atomic calls the method Load, which all types of sync/atomic have.
func (d *describer) atomic(v reflect.Value) (interface{}, bool) {
	if v.Type().PkgPath() != "sync/atomic" || v.Kind() != reflect.Struct {
		return nil, false
	}
	load := v.Addr().MethodByName("Load")
	if !load.IsValid() {
		return nil, false
	}
	return d.value(addressable(load.Call(nil)[0])), true
}

// standardError tells errors by their types: values of such a type, or pointers to one, whichever is the error.
func standardError(v reflect.Value) (interface{}, bool) {
	element := v.Type()
	if v.Kind() == reflect.Ptr {
		if v.IsNil() {
			return nil, false
		}
		element = element.Elem()
	}
	if path := element.PkgPath(); path == "" || path == "main" || strings.HasPrefix(path, "sideeye.test/") {
		return nil, false
	}
	if v.Kind() == reflect.Interface {
		return nil, false // the value in it is asked
	}
	err, ok := v.Interface().(error)
	if !ok {
		return nil, false
	}
	return err.Error(), true
}

// lock reads the state, with which a mutex begins (sync/mutex.go; internal/sync/mutex.go from Go 1.24).
func lock(mutex *sync.Mutex) interface{} {
	const locked, starving, waiterShift = 1, 4, 3
	state := *(*int32)(unsafe.Pointer(mutex))
	return document{
		{"locked", state&locked != 0}, {"waiters", state >> waiterShift}, {"starving", state&starving != 0}}
}

// waitGroup reads the state, with which a wait group begins (sync/waitgroup.go).
func waitGroup(group *sync.WaitGroup) interface{} {
	state := *(*uint64)(unsafe.Pointer(group))
	return document{{"counter", int32(state >> 32)}, {"waiters", uint32(state) &^ (1 << 31)}}
}

func readWriteLock(lock *sync.RWMutex) interface{} {
	const readersMax, waiterShift = 1 << 30, 3
	fields := reflect.ValueOf(lock).Elem()
	readers := *(*int32)(unsafe.Pointer(fields.FieldByName("readerCount").UnsafeAddr()))
	before := *(*int32)(unsafe.Pointer(fields.FieldByName("readerWait").UnsafeAddr()))
	writers := *(*int32)(unsafe.Pointer(lock)) >> waiterShift // w is a mutex, and comes first
	if readers >= 0 {
		return document{
			{"locked", false}, {"readers", readers}, {"readers_waiting", 0}, {"writers_waiting", writers}}
	}
	if before > 0 {
		writers++
	}
	return document{
		{"locked", before == 0}, {"readers", before}, {"readers_waiting", readers + readersMax - before},
		{"writers_waiting", writers}}
}

func isDone(once *sync.Once) bool {
	done := readable(reflect.ValueOf(once).Elem().FieldByName("done"))
	return *(*byte)(unsafe.Pointer(done.UnsafeAddr())) != 0
}

// secretWords are those that redaction knows without being told.
var secretWords = []string{
	"password", "passwd", "secret", "token", "apikey", "authorization", "cookie", "credential", "privatekey",
	"passphrase", "accesskey", "sessionid", "sessionkey",
}

func isSecret(name string) bool {
	normal := strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
	for _, word := range secretWords {
		if strings.Contains(normal, word) {
			return true
		}
	}
	return false
}
