// Timers sets a timer of every kind that Go has, and of some states. The command "timers" answers with those that are
// set, as the program itself knows them.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"time"

	"sideeye.test/targets/control"
)

// timer is one that is set.
type timer struct {
	Kind       string        `json:"kind"`
	Goroutines []string      `json:"goroutines"` // by name, those that it wakes
	Function   string        `json:"function"`   // that it calls, or that they wait in
	Period     time.Duration `json:"period_ns"`
	// When it is due is between these, in nanoseconds of CLOCK_MONOTONIC.
	Earliest int64 `json:"earliest"`
	Latest   int64 `json:"latest"`
}

var (
	set    []timer
	never  = make(chan int)
	ticker *time.Ticker
)

func main() {
	sleep()
	after()
	selecting()
	ticking()
	functions()
	deadline()
	control.AwaitParked()
	control.Serve(control.Commands{"timers": func([]string) string { return inWords() }})
}

func sleep() {
	within("sleep", "main.sleep.func1", time.Hour, 0, "sleeper")
	park("sleeper", "sleep", func() { time.Sleep(time.Hour) })
}

func after() {
	within("channel", "main.after.func1", 2*time.Hour, 0, "after")
	park("after", "chan receive", func() { <-time.After(2 * time.Hour) })
}

// A select of two channels, one of them a timer's that was set to another time before.
func selecting() {
	changed := time.NewTimer(time.Minute)
	if !changed.Stop() {
		fail("stop", fmt.Errorf("it has fired"))
	}
	within("channel", "main.selecting.func1", 3*time.Hour, 0, "selecting")
	changed.Reset(3 * time.Hour)
	park("selecting", "select", func() {
		select {
		case <-changed.C:
		case <-never:
		}
	})
}

func ticking() {
	within("channel", "main.ticking.func1", 4*time.Hour, 4*time.Hour, "first", "second")
	ticker = time.NewTicker(4 * time.Hour)
	wait := func() { <-ticker.C }
	park("first", "chan receive", wait)
	park("second", "chan receive", wait)
}

// What is called: a function, one whose time was changed to an earlier one, and one of package context. One that was
// stopped is not set.
func functions() {
	within("function", "main.ring", 5*time.Hour, 0)
	time.AfterFunc(5*time.Hour, ring)
	changed := time.AfterFunc(500*time.Hour, ringAgain)
	within("function", "main.ringAgain", 6*time.Hour, 0)
	changed.Reset(6 * time.Hour)
	within("function", "context.WithDeadline", 7*time.Hour, 0)
	ctx, cancel := context.WithTimeout(context.Background(), 7*time.Hour)
	kept = append(kept, ctx, cancel)
	if !time.AfterFunc(8*time.Hour, ring).Stop() {
		fail("stop", fmt.Errorf("it has fired"))
	}
}

var kept []interface{}

//go:noinline
func ring() { fail("ring", fmt.Errorf("it is too early")) }

//go:noinline
func ringAgain() { fail("ring again", fmt.Errorf("it is too early")) }

func deadline() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail("listen", err)
	}
	connection, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		fail("dial", err)
	}
	within("network deadline", "", 9*time.Hour, 0)
	if err := connection.SetReadDeadline(time.Now().Add(9 * time.Hour)); err != nil {
		fail("deadline", err)
	}
	park("reader", "IO wait", func() { connection.Read(make([]byte, 1)) })
}

// within notes a timer that is set right after it.
func within(kind string, function string, in time.Duration, period time.Duration, goroutines ...string) {
	// Half a minute is more than it takes until it is set, and less than what lies between two of them.
	earliest := control.Monotonic() + int64(in)
	set = append(set, timer{
		Kind: kind, Function: function, Period: period, Goroutines: goroutines,
		Earliest: earliest, Latest: earliest + int64(30*time.Second),
	})
}

// park starts a goroutine that waits.
func park(name string, state string, wait func()) {
	control.Expect(1)
	go func() {
		control.Here(name, state)
		wait()
		fail(name, fmt.Errorf("it waits no longer"))
	}()
}

func inWords() string {
	text, err := json.Marshal(set)
	if err != nil {
		fail("timers", err)
	}
	return string(text) + "\n"
}

func fail(what string, why error) {
	fmt.Fprintf(os.Stderr, "timers: %s: %v\n", what, why)
	os.Exit(1)
}
