package control

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Goroutine is one that a test can find by name.
type Goroutine struct {
	Goid   int64             `json:"goid"`
	States []string          `json:"states"` // one of these, as runtime.Stack words them, which changes between Go versions
	Labels map[string]string `json:"labels"`
}

var (
	namedLock sync.Mutex
	named     = map[string]Goroutine{}
	expected  int
)

// Expect says that so many more goroutines are going to call Here.
func Expect(count int) {
	namedLock.Lock()
	expected += count
	namedLock.Unlock()
}

// Here names the calling goroutine. state is what it is about to wait in; alternatives are separated by "|", and an
// empty state means that any will do.
func Here(name string, state string) { HereLabelled(name, state, map[string]string{}) }

// HereLabelled is Here for a goroutine that carries profiler labels.
//
//go:noinline
func HereLabelled(name string, state string, labels map[string]string) {
	goroutine := Goroutine{Goid: Goid(), States: strings.Split(state, "|"), Labels: labels}
	namedLock.Lock()
	defer namedLock.Unlock()
	if _, twice := named[name]; twice {
		fmt.Fprintln(os.Stderr, "two goroutines are named", name)
		os.Exit(1)
	}
	named[name] = goroutine
}

// Goid is the calling goroutine's id, read off its own traceback.
func Goid() int64 {
	var buffer [64]byte
	words := bytes.Fields(buffer[:runtime.Stack(buffer[:], false)])
	goid, err := strconv.ParseInt(string(words[1]), 10, 64)
	if err != nil {
		panic(err)
	}
	return goid
}

// Ids is the JSON object of all named goroutines, on one line.
func Ids() string {
	namedLock.Lock()
	defer namedLock.Unlock()
	text, err := json.Marshal(named)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// AwaitParked returns once all expected goroutines have called Here and each shows the state it announced.
// A state that does not come within a minute ends the process: the fixture is broken.
func AwaitParked() {
	deadline := time.Now().Add(time.Minute)
	for {
		laggard := notParked()
		if laggard == "" {
			return
		}
		if time.Now().After(deadline) {
			fmt.Fprintf(os.Stderr, "not parked: %s\n%s\n", laggard, Stacks())
			os.Exit(1)
		}
		time.Sleep(time.Millisecond)
	}
}

func notParked() string {
	namedLock.Lock()
	defer namedLock.Unlock()
	if len(named) < expected {
		return fmt.Sprintf("%d of %d goroutines have started", len(named), expected)
	}
	blocks := map[int64]string{}
	for _, block := range strings.Split(string(Stacks()), "\n\n") {
		words := strings.Fields(block)
		if len(words) > 1 {
			if goid, err := strconv.ParseInt(words[1], 10, 64); err == nil {
				blocks[goid] = block
			}
		}
	}
	for name, goroutine := range named {
		block, ok := blocks[goroutine.Goid]
		if !ok || !goroutine.isParked(block) {
			return name
		}
	}
	return ""
}

func (goroutine Goroutine) isParked(block string) bool {
	// A goroutine that still waits for the lock of the names is not where it said it would be.
	if strings.Contains(block, "control.HereLabelled(") {
		return false
	}
	open := strings.Index(block, "[")
	for _, state := range goroutine.States {
		header := block[open+1:]
		if state == "" || strings.HasPrefix(header, state+"]") || strings.HasPrefix(header, state+", ") {
			return true
		}
	}
	return false
}
