//go:build go1.23

package main

// firstOffset is that of recvx in runtime.hchan, which has got a timer.
const firstOffset = 56
