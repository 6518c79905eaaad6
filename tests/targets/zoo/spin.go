package main

import (
	"bytes"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"sideeye.test/targets/control"
)

// What the spinners compute ends here, so that no loop is optimised away.
var spinResult uint64

// spinners never rest. Every function of ours that they call has a name that begins with "spin".
var spinners = map[string]func(){
	"spinTight":    spinTight,
	"spinCalls":    spinCalls,
	"spinClock":    spinClock,
	"spinCollect":  spinCollect,
	"spinAllocate": spinAllocate,
	"spinBytes":    spinBytes,
	"spinMap":      spinMap,
	"spinSyscall":  spinSyscall,
	"spinGosched":  spinGosched,
	"spinGrow":     spinGrow,
	"spinPanic":    spinPanic,
	"spinChannel":  spinChannel,
	"spinSleep":    spinSleep,
}

func startSpinners(only string) {
	for name, body := range spinners {
		if only == "" || strings.Contains(","+only+",", ","+name+",") {
			control.Expect(1)
			go spinNamed(name, body)
		}
	}
}

func spinNamed(name string, body func()) {
	control.Here(name, "")
	body()
}

// spinTight has no call in its loop: only an asynchronous preemption stops it.
func spinTight() {
	var sum uint64
	for i := uint64(1); ; i++ {
		sum = sum*31 + i
		if sum == i<<60|1 {
			spinResult += sum
		}
	}
}

// spinCalls is stopped in prologues.
func spinCalls() {
	for i := 0; ; i++ {
		atomic.StoreUint64(&spinResult, uint64(spinFibonacci(12)))
	}
}

//go:noinline
func spinFibonacci(n int) int {
	if n < 2 {
		return n
	}
	return spinFibonacci(n-1) + spinFibonacci(n-2)
}

// spinClock is mostly in the vDSO, on the g0 stack.
func spinClock() {
	for {
		atomic.StoreUint64(&spinResult, uint64(time.Now().UnixNano()))
	}
}

func spinCollect() {
	var stats runtime.MemStats
	for {
		runtime.GC()
		runtime.ReadMemStats(&stats)
	}
}

func spinAllocate() {
	var kept [64][]byte
	for i := 0; ; i++ {
		kept[i%len(kept)] = make([]byte, 100+i%3000)
	}
}

// spinBytes is mostly in assembly without frames of its own: memmove, memequal, IndexByte, Count.
func spinBytes() {
	from, to := bytes.Repeat([]byte{'a'}, 8000), make([]byte, 8000)
	for i := 0; ; i++ {
		copy(to, from[:7000+i%1000])
		if bytes.Equal(to, from) && bytes.IndexByte(to, 'b') >= 0 && bytes.Count(to, []byte{'c'}) > 0 {
			spinResult++
		}
	}
}

func spinMap() {
	words := map[string]int{}
	keys := []string{"one", "twenty-two characters!", "three", "a key that is a good deal longer than the others are"}
	for i := 0; ; i++ {
		words[keys[i%len(keys)]] += i
		if i%100 == 0 {
			delete(words, keys[i%3])
		}
	}
}

func spinSyscall() {
	for {
		_, _, _ = syscall.Syscall(syscall.SYS_GETPID, 0, 0, 0)
	}
}

func spinGosched() {
	for {
		runtime.Gosched()
	}
}

// spinGrow starts goroutines, one after another, that outgrow their first stacks.
func spinGrow() {
	done := make(chan int)
	for {
		go spinGrowChild(done)
		<-done
	}
}

func spinGrowChild(done chan<- int) { done <- spinDeeper(60) }

//go:noinline
func spinDeeper(levels int) int {
	var pad [32]int
	pad[levels%32] = levels
	if levels == 0 {
		return 0
	}
	return spinDeeper(levels-1) + pad[levels%32]
}

func spinPanic() {
	for {
		spinRecover()
	}
}

//go:noinline
func spinRecover() {
	defer func() { _ = recover() }()
	spinThrow(4)
}

//go:noinline
func spinThrow(levels int) int {
	if levels == 0 {
		panic("spinning")
	}
	return spinThrow(levels-1) + 1
}

// spinChannel plays ping-pong with a goroutine of its own.
func spinChannel() {
	ping, pong := make(chan int), make(chan int)
	go spinPong(ping, pong)
	for i := 0; ; i++ {
		ping <- i
		<-pong
	}
}

func spinPong(ping <-chan int, pong chan<- int) {
	for i := range ping {
		pong <- i
	}
}

func spinSleep() {
	for {
		time.Sleep(50 * time.Microsecond)
	}
}
