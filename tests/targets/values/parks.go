package main

import (
	"os"
	"sync"
	"time"
)

func startParks() { start(parkSelect, parkSend, parkSleep, parkLock, parkGroup, parkRead, parkCond) }

func parkSelect() {
	number, done := opaque(1), opaque(make(chan string))
	waits(done, waiters{receivers: []string{"parkSelect"}})
	tell("select", know("number", number), know("done", done))
	select {
	case got := <-neverReady:
		keep(got)
	case text := <-done:
		keep(text)
	}
	keep(number, done)
}

func parkSend() {
	value := opaque(point{7, 8})
	tell("chan send", know("value", value))
	neverTaken <- value
	keep(value)
}

var neverTaken = make(chan point)

func parkSleep() {
	value := opaque("asleep")
	tell("sleep", know("value", value))
	time.Sleep(1000 * time.Hour)
	keep(value)
}

var neverFree sync.Mutex

func parkLock() {
	value := opaque([]int{1, 2})
	neverFree.Lock()
	tell("sync.Mutex.Lock|semacquire", know("value", value))
	neverFree.Lock()
	keep(value)
}

func parkGroup() {
	value := opaque(3.25)
	var group sync.WaitGroup
	group.Add(2)
	tell("sync.WaitGroup.Wait|semacquire", know("value", value), knowAt("group", &group))
	group.Wait()
	keep(value, &group)
}

func parkRead() {
	reader, writer, err := os.Pipe()
	value, buffer := opaque("reading"), make([]byte, 4)
	tell("IO wait", know("value", value), know("buffer", buffer), know("err", err))
	count, _ := reader.Read(buffer)
	keep(value, buffer, count, writer, err)
}

func parkCond() {
	value := opaque(true)
	var lock sync.Mutex
	condition := sync.NewCond(&lock)
	lock.Lock()
	tell("sync.Cond.Wait", know("value", value), knowAt("lock", &lock))
	condition.Wait()
	keep(value, &lock)
}
