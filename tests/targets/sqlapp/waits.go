package main

import (
	"fmt"
	"os"
	"sync"
	"time"
	"unsafe"
)

var (
	held     sync.Mutex
	written  sync.RWMutex
	read     sync.RWMutex
	unended  sync.WaitGroup
	unsigned = sync.NewCond(&sync.Mutex{})
)

// waits has a goroutine for each thing of package sync that one can wait for, and one that sleeps.
func waits() {
	held.Lock()
	written.Lock()
	read.RLock()
	unended.Add(1)
	promise("address of held", unsafe.Pointer(&held))
	promise("address of written", unsafe.Pointer(&written))
	promise("address of read", unsafe.Pointer(&read))
	promise("address of unended", unsafe.Pointer(&unended))
	promise("address of unsigned", unsafe.Pointer(unsigned))

	stuck("mutex", "semacquire|sync.Mutex.Lock", func() error { held.Lock(); return nil })
	stuck("mutex too", "semacquire|sync.Mutex.Lock", func() error { held.Lock(); return nil })
	stuck("to read", "semacquire|sync.RWMutex.RLock", func() error { written.RLock(); return nil })
	stuck("to write", "semacquire|sync.RWMutex.Lock", func() error { read.Lock(); return nil })
	stuck("wait group", "semacquire|sync.WaitGroup.Wait", func() error { unended.Wait(); return nil })
	stuck("cond", "sync.Cond.Wait", func() error {
		unsigned.L.Lock()
		unsigned.Wait()
		return nil
	})
	stuck("sleep", "sleep", func() error { time.Sleep(3 * time.Hour); return nil })
}

// promise tells the test about an address, before "ready".
func promise(what string, address unsafe.Pointer) { fmt.Fprintf(os.Stdout, "%s %p\n", what, address) }
