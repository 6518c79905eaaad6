package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Package-level variables that specs name: all of them begin with g.
var (
	gInt       = -7
	gText      = "package-level"
	gZero      int64
	gFloat     = 0.1
	gList      = []point{{1, 2}, {3, 4}}
	gStruct    = newOuter()
	gPointer   = &gStruct
	gNil       *outer
	gMap                   = map[string]int{"one": 1, "two": 2}
	gArray                 = [3]string{"x", "", "z"}
	gInterface interface{} = &point{5, 6}
	gError                 = errors.New("package-level error")
	gTime                  = time.Date(2025, 1, 2, 3, 4, 5, 6000, time.UTC)
	gDuration              = 90 * time.Second
	gFunction              = key
	gChannel               = make(chan int, 2)
	gLock      sync.Mutex
	gCounter   atomic.Int64
	gContext   = context.Background()
	gBox       = box[string]{"boxed", "global"}
	gPassword  = "global-should-not-leak"
)

func init() {
	gChannel <- 1
	gLock.Lock()
	gCounter.Store(99)
	globals = []variable{
		knowAt("main.gInt", &gInt), knowAt("main.gText", &gText), knowAt("main.gZero", &gZero),
		knowAt("main.gFloat", &gFloat), knowAt("main.gList", &gList), knowAt("main.gStruct", &gStruct),
		knowAt("main.gPointer", &gPointer), knowAt("main.gNil", &gNil), knowAt("main.gMap", &gMap),
		knowAt("main.gArray", &gArray), knowAt("main.gInterface", &gInterface), knowAt("main.gError", &gError),
		knowAt("main.gTime", &gTime), knowAt("main.gDuration", &gDuration), knowAt("main.gFunction", &gFunction),
		knowAt("main.gChannel", &gChannel), knowAt("main.gLock", &gLock), knowAt("main.gCounter", &gCounter),
		knowAt("main.gContext", &gContext), knowAt("main.gBox", &gBox), knowAt("main.gPassword", &gPassword),
	}
}
