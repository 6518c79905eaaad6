package main

import (
	"sync"

	"sideeye.test/targets/control"
)

var (
	heldMutex   sync.Mutex
	heldRead    sync.RWMutex
	heldWrite   sync.RWMutex
	endless     sync.WaitGroup
	neverCalled = sync.NewCond(new(sync.Mutex))
	slowOnce    sync.Once
)

func startSync() {
	heldMutex.Lock()
	heldRead.RLock()
	heldWrite.Lock()
	endless.Add(1)
	control.Expect(7)
	go mutexLock()
	go rwmutexReadLock()
	go rwmutexLock()
	go waitGroupWait()
	go condWait()
	go func() { slowOnce.Do(onceRuns) }()
	go onceWaits()
}

func mutexLock() {
	control.Here("mutexLock", "sync.Mutex.Lock|semacquire")
	heldMutex.Lock()
	defer heldMutex.Unlock()
}

func rwmutexReadLock() {
	control.Here("rwmutexReadLock", "sync.RWMutex.RLock|semacquire")
	heldWrite.RLock()
	defer heldWrite.RUnlock()
}

func rwmutexLock() {
	control.Here("rwmutexLock", "sync.RWMutex.Lock|semacquire")
	heldRead.Lock()
	defer heldRead.Unlock()
}

func waitGroupWait() {
	control.Here("waitGroupWait", "sync.WaitGroup.Wait|semacquire")
	endless.Wait()
}

func condWait() {
	control.Here("condWait", "sync.Cond.Wait")
	neverCalled.L.Lock()
	neverCalled.Wait()
}

var onceBegun = make(chan struct{})

func onceRuns() {
	control.Here("onceRuns", "chan receive")
	close(onceBegun)
	<-neverReady
}

func onceWaits() {
	<-onceBegun
	control.Here("onceWaits", "sync.Mutex.Lock|semacquire")
	slowOnce.Do(func() { panic("ran twice") })
}
