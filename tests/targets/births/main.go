// Births starts goroutines when it is told to, on several processors at a time, and knows when it started each.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"

	"sideeye.test/targets/control"
)

const starters = 4

// birth is a goroutine's: the go statement was carried out between two times, in nanoseconds of CLOCK_MONOTONIC.
type birth struct {
	Goid     int64 `json:"goid"`
	Earliest int64 `json:"earliest"`
	Latest   int64 `json:"latest"`
}

var (
	never = make(chan int)
	jobs  [starters]chan int
	done  = make(chan []birth, starters)
	ready int32
)

func main() {
	runtime.GOMAXPROCS(starters)
	for i := range jobs {
		jobs[i] = make(chan int)
		go start(jobs[i])
	}
	control.Serve(control.Commands{"spawn": spawn, "churn": churn, "storm": storm, "procs": procs})
}

// spawn N: each starter starts N goroutines, which stay. They are told of on one line.
func spawn(arguments []string) string {
	count := number(arguments)
	atomic.StoreInt32(&ready, 0)
	for _, job := range jobs {
		job <- count
	}
	var all []birth
	for range jobs {
		all = append(all, <-done...)
	}
	text, err := json.Marshal(all)
	if err != nil {
		fail(err)
	}
	return string(text) + "\n"
}

// churn N: N goroutines one after the other, which end.
func churn(arguments []string) string {
	for i := number(arguments); i > 0; i-- {
		var ended sync.WaitGroup
		ended.Add(1)
		go ended.Done()
		ended.Wait()
	}
	return "ok\n"
}

// storm N: from now on N goroutines start others that end, as fast as they can.
func storm(arguments []string) string {
	for i := number(arguments); i > 0; i-- {
		go func() {
			for {
				ended := make(chan int)
				go close(ended)
				<-ended
			}
		}()
	}
	return "ok\n"
}

func procs(arguments []string) string {
	runtime.GOMAXPROCS(number(arguments))
	return "ok\n"
}

// start has a thread of its own, and begins when the others have begun: on as many processors as there are.
func start(job chan int) {
	runtime.LockOSThread()
	for count := range job {
		atomic.AddInt32(&ready, 1)
		for deadline := control.Monotonic() + 20e6; atomic.LoadInt32(&ready) < starters; {
			if control.Monotonic() > deadline {
				break // there are fewer processors than starters
			}
		}
		var born []birth
		for i := 0; i < count; i++ {
			born = append(born, bear())
		}
		done <- born
	}
}

func bear() birth {
	goid := make(chan int64)
	earliest := control.Monotonic()
	go func() {
		goid <- control.Goid()
		<-never
	}()
	latest := control.Monotonic()
	return birth{Goid: <-goid, Earliest: earliest, Latest: latest}
}

func number(arguments []string) int {
	value, err := strconv.Atoi(arguments[0])
	if err != nil {
		fail(err)
	}
	return value
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
