//go:build !go1.20

package main

func join(all ...error) error { return all[0] }
