// Command symbols answers questions about its own program counters with what the Go runtime itself says.
// For every line on standard input, a hexadecimal distance of a pc from main.main, it prints one line: the frames of
// runtime.CallersFrames, innermost first, as function|file|line joined by tabs.
package main

import (
	"bufio"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/symbols.v1/dotted.v2"
)

type number interface{ ~int | ~float64 }

type list[T any] struct{ items []T }

func (l *list[T]) add(item T) { l.items = append(l.items, item) }

func (l *list[T]) each(f func(T)) {
	for _, item := range l.items {
		f(item)
	}
}

func sum[T number](values ...T) (total T) {
	for _, v := range values {
		total += v
	}
	return total
}

type account struct {
	mu      sync.Mutex
	balance int
}

func (a *account) deposit(n int) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.grow(n)
}

func (a *account) grow(n int) int { a.balance = addTwice(a.balance, n); return a.balance }

func addTwice(a, b int) int { return addOnce(addOnce(a, b), b) }

func addOnce(a, b int) int { return a + b }

type depositor interface{ deposit(int) int }

type savings struct{ *account }

//go:noinline
func words(a int64, b string, c []byte, d bool, e struct{ x, y int32 }) int {
	time.Sleep(time.Duration(a))
	return len(b) + len(c) + int(e.x) + bool2int(d)
}

func bool2int(b bool) int {
	if b {
		return 1
	}
	return 0
}

func exercise() int {
	l := &list[string]{}
	l.add("a")
	total := 0
	l.each(func(s string) { total += len(s) })
	var d depositor = savings{&account{}}
	bound := d.deposit
	var wait sync.WaitGroup
	for i := 0; i < 4; i++ {
		wait.Add(1)
		go func(n int) {
			defer wait.Done()
			bound(n)
		}(i)
	}
	wait.Wait()
	sort.Slice(l.items, func(i, j int) bool { return l.items[i] < l.items[j] })
	return total + bound(1) + sum(1, 2, 3) + int(sum(1.5, 2.5)) + dotted.Answer() +
		words(1, "x", nil, true, struct{ x, y int32 }{1, 2})
}

func frames(pc uintptr) string {
	// A pc that belongs to nothing behind the one asked for makes CallersFrames expand inlined calls (1.21 and later).
	iterator := runtime.CallersFrames([]uintptr{pc, 0})
	var out []string
	for {
		frame, more := iterator.Next()
		if frame.PC != 0 {
			out = append(out, frame.Function+"|"+frame.File+"|"+strconv.Itoa(frame.Line))
		}
		if !more {
			return strings.Join(out, "\t")
		}
	}
}

func main() {
	if exercise() < 0 {
		return
	}
	in := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	base := uint64(reflect.ValueOf(main).Pointer())
	for in.Scan() {
		distance, err := strconv.ParseUint(in.Text(), 16, 64)
		if err != nil {
			panic(err)
		}
		fmt.Fprintln(out, frames(uintptr(base+distance)))
	}
}
