// Package dotted has a dot in the last element of its import path, which symbols spell %2e.
package dotted

// Answer is called once.
//
//go:noinline
func Answer() int { return 42 }
