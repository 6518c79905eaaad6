// Captures holds values of known shapes, in global variables and on the stacks of parked goroutines, for capture
// programs that are written by hand.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"

	"sideeye.test/targets/control"
)

const (
	magic    = 0x5e1f5e1f5e1f5e1f
	pageSize = 4096
)

var (
	count  = flag.Int("n", 100, "parked goroutines without anything to capture")
	wanted = flag.Int("wanted", 10, "parked goroutines with locals to capture")
	spin   = flag.Int("spin", 0, "so many of the wanted ones never park but keep a processor busy")
	lost   = flag.Int("lost", 0, "pointers to memory that is not there, in wild")
)

type node struct {
	value int64
	next  *node
}

type account struct {
	name     string
	password [16]byte
	limit    int64
	friend   *account
}

type named interface{ Name() string }

func (n *node) Name() string   { return "node" }
func (a account) Name() string { return a.name }

// What a capturing function has on its stack, all in one place.
type locals struct {
	magic   uint64
	ring    *node
	text    string
	numbers []int64
	account *account
	inside  named
	either  any
	few     map[string]int64
	many    map[string]int64
}

// Found by their symbols.
var (
	ring     *node // of five
	chain    *node // of a hundred
	words    []*node
	accounts []account
	text     string
	inside   named
	either   any
	few      map[string]int64
	many     map[string]int64
	huge     map[string]int64 // of many tables
	cold     *node // on a page of a file that is in nobody's page table; points to ring
	garbage  [4]uintptr
	wild     []uintptr
)

var stopped atomic.Bool

var never = make(chan int)

func main() {
	flag.Parse()
	debug.SetGCPercent(-1) // stacks stay where they are
	fillGlobals()
	var begun sync.WaitGroup
	begun.Add(*count + *wanted)
	for i := 0; i < *count; i++ {
		go plain(12, &begun)
	}
	for i := 0; i < *wanted; i++ {
		go deep(6, int64(i), &begun)
	}
	begun.Wait()
	control.Serve(control.Commands{"cool": func([]string) string { cool(); return "ok\n" }})
}

func fillGlobals() {
	ring = newRing(0, 5)
	for i := int64(100); i > 0; i-- {
		chain = &node{i, chain}
		words = append(words, chain)
	}
	for i := len(words); i < 3000; i++ {
		words = append(words, &node{int64(i), nil})
	}
	for i := 0; i < 3; i++ {
		a := account{name: fmt.Sprint("account ", i), limit: int64(i)}
		copy(a.password[:], fmt.Sprint("secret word ", i))
		accounts = append(accounts, a)
	}
	accounts[0].friend = &accounts[1]
	text = fmt.Sprint("a text of ", 20, " bytes")
	inside, either = ring, accounts[2]
	few, many, huge = newMap(0, 3), newMap(0, 100), newMap(0, 50000)
	cold = coldNode()
	for i := 0; i < *lost; i++ {
		wild = append(wild, 0x123400000000+uintptr(i)*64)
	}
	garbage = [4]uintptr{1, 0x123456789abc, 0xffff888000000000, 0xdeadbeefdeadbeef}
}

func newRing(first, length int64) *node {
	start := &node{first, nil}
	start.next = start
	for i := length - 1; i > 0; i-- {
		start.next = &node{first + i, start.next}
	}
	return start
}

func newMap(first int64, length int) map[string]int64 {
	m := make(map[string]int64)
	for i := 0; i < length; i++ {
		m[fmt.Sprint("key ", first, ".", i)] = int64(i)
	}
	return m
}

var coldPage []byte

// A node in a private mapping of a file: the kernel brings its page in again whenever it is asked for.
func coldNode() *node {
	file, err := os.CreateTemp("", "captures")
	if err != nil {
		panic(err)
	}
	defer os.Remove(file.Name())
	n := node{4242, ring}
	page := make([]byte, pageSize)
	copy(page, unsafe.Slice((*byte)(unsafe.Pointer(&n)), unsafe.Sizeof(n)))
	if _, err := file.Write(page); err != nil {
		panic(err)
	}
	coldPage, err = syscall.Mmap(int(file.Fd()), 0, pageSize, syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		panic(err)
	}
	return (*node)(unsafe.Pointer(&coldPage[0]))
}

func cool() {
	if err := syscall.Madvise(coldPage, syscall.MADV_DONTNEED); err != nil {
		panic(err)
	}
}

//go:noinline
func plain(depth int, begun *sync.WaitGroup) int {
	if depth == 0 {
		begun.Done()
		return <-never
	}
	return plain(depth-1, begun) + depth
}

//go:noinline
func deep(depth int, id int64, begun *sync.WaitGroup) int64 {
	if depth == 0 {
		return capture(id, begun)
	}
	return deep(depth-1, id, begun) + id
}

//go:noinline
func capture(id int64, begun *sync.WaitGroup) int64 {
	a := &account{name: fmt.Sprint("account of ", id), limit: id}
	copy(a.password[:], fmt.Sprint("secret word ", id))
	l := locals{magic, newRing(1000*id, 5), fmt.Sprint("a text of ", id), make([]int64, 100), a, a, *a,
		newMap(id, 5), newMap(id, 30)}
	if id < int64(*spin) {
		keepBusy(&l, begun)
	} else {
		block(&l, begun)
	}
	return l.numbers[0] + id
}

// keepBusy runs until the end, with the locals of its caller in hand.
//
//go:noinline
func keepBusy(l *locals, begun *sync.WaitGroup) {
	begun.Done()
	for !stopped.Load() {
		l.numbers[1]++
	}
}

//go:noinline
func block(l *locals, begun *sync.WaitGroup) {
	begun.Done()
	<-never
	if l.magic == 0 {
		panic("unreachable")
	}
}
