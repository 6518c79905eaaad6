package main

import (
	"context"

	"sideeye.test/targets/control"
)

var neverReady = make(chan int)

func startChannels() {
	control.Expect(10)
	go chanReceive()
	go chanReceiveTwo()
	go chanRange()
	go chanSend()
	go chanSendFull()
	go chanNilReceive()
	go chanNilSend()
	go selectMany()
	go selectForever()
	go selectContext(context.Background())
	control.Expect(1)
	go selectSingle(neverReady)
}

func chanReceive() {
	control.Here("chanReceive", "chan receive")
	<-neverReady
}

func chanReceiveTwo() {
	control.Here("chanReceiveTwo", "chan receive")
	if value, ok := <-neverReady; ok {
		println(value)
	}
}

func chanRange() {
	control.Here("chanRange", "chan receive")
	for value := range neverReady {
		println(value)
	}
}

// Its channel is its own, so the leak profile of later Go versions finds it.
func chanSend() {
	control.Here("chanSend", "chan send")
	make(chan [40]byte) <- [40]byte{}
}

func chanSendFull() {
	control.Here("chanSendFull", "chan send")
	full := make(chan string, 2)
	for {
		full <- "more"
	}
}

func chanNilReceive() {
	control.Here("chanNilReceive", "chan receive (nil chan)")
	var none chan int
	<-none
}

func chanNilSend() {
	control.Here("chanNilSend", "chan send (nil chan)")
	var none chan int
	none <- 1
}

func selectMany() {
	control.Here("selectMany", "select")
	strings, structs, sends := make(chan string), make(chan struct{}), make(chan int)
	select {
	case text := <-strings:
		println(text)
	case <-structs:
	case sends <- 7:
	case value, ok := <-neverReady:
		println(value, ok)
	}
}

func selectForever() {
	control.Here("selectForever", "select (no cases)")
	select {}
}

func selectContext(parent context.Context) {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	control.Here("selectContext", "select")
	select {
	case <-ctx.Done():
	case <-neverReady:
	}
}

// A select with one case compiles to a plain receive.
func selectSingle(from chan int) {
	control.Here("selectSingle", "chan receive")
	select {
	case <-from:
	}
}
