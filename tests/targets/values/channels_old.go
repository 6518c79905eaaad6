//go:build !go1.23

package main

// firstOffset is that of recvx in runtime.hchan.
const firstOffset = 48
