package main

import "sync/atomic"

type counters struct {
	signed   atomic.Int64
	small    atomic.Int32
	unsigned atomic.Uint64
	word     atomic.Uint32
	address  atomic.Uintptr
	on       atomic.Bool
	current  atomic.Pointer[point]
	missing  atomic.Pointer[point]
	any      atomic.Value
	never    atomic.Value
}

func startAtomics() { start(atomics) }

func atomics() {
	all := opaque(&counters{})
	all.signed.Store(-5)
	all.small.Store(6)
	all.unsigned.Store(1 << 63)
	all.word.Store(7)
	all.address.Store(8)
	all.on.Store(true)
	all.current.Store(&point{9, 10})
	all.any.Store([]string{"stored"})
	var alone atomic.Int64
	alone.Add(11)
	var pointer atomic.Pointer[ring]
	pointer.Store(&ring{value: 12})
	tell("chan receive", know("all", all), knowAt("alone", &alone), knowAt("pointer", &pointer))
	<-neverReady
	keep(all, &alone, &pointer)
}
