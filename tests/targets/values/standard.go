package main

import (
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
//	net.IP, netip.Addr ...     as their text
//	big.Int                    as decimal text
//	atomic.*                   as what is in it
//	sync.Mutex                 as {"locked", "waiters"}
//	sync.RWMutex               as {"locked", "readers"}
//	sync.WaitGroup             as {"counter"}
//	sync.Once                  as {"done"}
//	errors                     of a type of the standard library as their message
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
		return document{{"counter", waitGroupCounter(value)}}, true
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
	const locked, waiterShift = 1, 3
	state := *(*int32)(unsafe.Pointer(mutex))
	return document{{"locked", state&locked != 0}, {"waiters", state >> waiterShift}}
}

// waitGroupCounter is the upper half of the state, with which a wait group begins (sync/waitgroup.go).
func waitGroupCounter(group *sync.WaitGroup) int32 {
	return int32(*(*uint64)(unsafe.Pointer(group)) >> 32)
}

func readWriteLock(lock *sync.RWMutex) interface{} {
	const readersMax = 1 << 30
	fields := reflect.ValueOf(lock).Elem()
	readers := int64(0)
	switch count := readable(fields.FieldByName("readerCount")); count.Kind() {
	case reflect.Int32: // before Go 1.20
		readers = count.Int()
	default:
		readers = int64(count.Addr().Interface().(*atomic.Int32).Load())
	}
	locked := readers < 0
	if locked {
		readers += readersMax
	}
	return document{{"locked", locked}, {"readers", readers}}
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
