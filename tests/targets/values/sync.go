package main

import (
	"sync"

	"sideeye.test/targets/control"
)

type guarded struct {
	sync.Mutex
	readers sync.RWMutex
	pending sync.WaitGroup
	once    sync.Once
	count   int
}

// contended is held by locks and wanted by two.
var contended sync.Mutex

func startSync() { start(locks, locksInside, locksWaitedFor) }

func locks() {
	var free, held sync.Mutex
	var readFree, read, written sync.RWMutex
	var idle, busy sync.WaitGroup
	var never, done sync.Once
	held.Lock()
	read.RLock()
	read.RLock()
	written.Lock()
	busy.Add(3)
	done.Do(func() {})
	tell("chan receive", knowAt("free", &free), knowAt("held", &held), knowAt("readFree", &readFree),
		knowAt("read", &read), knowAt("written", &written), knowAt("idle", &idle), knowAt("busy", &busy),
		knowAt("never", &never), knowAt("done", &done))
	<-neverReady
	keep(&free, &held, &readFree, &read, &written, &idle, &busy, &never, &done)
}

func locksInside() {
	whole := &guarded{count: 12}
	whole.Lock()
	whole.readers.RLock()
	whole.pending.Add(1)
	tell("chan receive", know("whole", whole))
	<-neverReady
	keep(whole)
}

func locksWaitedFor() {
	contended.Lock()
	lock := opaque(&contended)
	control.Expect(2)
	for _, name := range []string{"locker.1", "locker.2"} {
		go wantContended(name)
	}
	tell("chan receive", know("lock", lock))
	<-neverReady
	keep(lock)
}

func wantContended(name string) {
	control.Here(name, "sync.Mutex.Lock|semacquire")
	contended.Lock()
}
