// Swarm parks very many goroutines and measures, from inside, how long anything stops it.
package main

import (
	"flag"
	"sync"

	"sideeye.test/targets/control"
)

var (
	count     = flag.Int("n", 1000, "parked goroutines")
	busyCount = flag.Int("busy", 0, "so many of them are parked in a handler with some 2 KB of variables in hand")
	depth     = flag.Int("depth", 14, "frames of ours on each parked stack, at least 2; 4 with -busy")
	heartbeat = flag.Bool("heartbeat", false, "measure the largest gap of a thread that only reads the clock")
	churning  = flag.Bool("churn", false, "begin with `churn on`")
)

var never = make(chan int)

func main() {
	flag.Parse()
	var begun sync.WaitGroup
	begun.Add(*count)
	for i := 0; i < *count; i++ {
		if i < *busyCount {
			go busy(i, *depth, &begun)
		} else {
			go parked(*depth, &begun)
		}
	}
	begun.Wait()
	if *heartbeat {
		startHeartbeat()
	}
	if *churning {
		setChurn(true)
	}
	go work()
	awaitReceivers()
	control.Serve(control.Commands{
		"gap":    func([]string) string { return reply("gap", takeGap()) },
		"debug2": func([]string) string { return measured("debug2", writeProfile) },
		"stack":  func([]string) string { return measured("stack", func() { control.Stacks() }) },
		"count":  func([]string) string { return reply("count", worked()) },
		"churn":  commandChurn,
		"wait":   func([]string) string { go waitFromNowOn(); return "ok\n" },
	})
}

// waitFromNowOn is one more goroutine that waits for good.
func waitFromNowOn() { <-never }

// parked and the steps below make a stack of depth frames, all of the same few functions.
func parked(depth int, begun *sync.WaitGroup) {
	if depth <= 2 {
		receive(0, begun)
		return
	}
	stepOne(depth-2, begun)
}

//go:noinline
func stepOne(left int, begun *sync.WaitGroup) int {
	if left <= 1 {
		return receive(left, begun)
	}
	return stepTwo(left-1, begun) + left
}

//go:noinline
func stepTwo(left int, begun *sync.WaitGroup) int {
	if left <= 1 {
		return receive(left, begun)
	}
	return stepThree(left-1, begun) + left
}

//go:noinline
func stepThree(left int, begun *sync.WaitGroup) int {
	if left <= 1 {
		return receive(left, begun)
	}
	return stepFour(left-1, begun) + left
}

//go:noinline
func stepFour(left int, begun *sync.WaitGroup) int {
	if left <= 1 {
		return receive(left, begun)
	}
	return stepOne(left-1, begun) + left
}

//go:noinline
func receive(left int, begun *sync.WaitGroup) int {
	begun.Done()
	return left + <-never
}
