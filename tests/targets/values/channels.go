package main

import (
	"encoding/json"
	"sync"

	"sideeye.test/targets/control"
)

// waiters are names of goroutines.
type waiters struct{ senders, receivers []string }

// waitingOn is who waits on a channel, as its case arranged it; for other channels nobody.
var (
	waitingOn     = map[uintptr]waiters{}
	waitingOnLock sync.Mutex
)

func waits(channel interface{}, who waiters) {
	waitingOnLock.Lock()
	waitingOn[pointerOf(channel)] = who
	waitingOnLock.Unlock()
}

// waitersOf are ids of goroutines.
func waitersOf(channel uintptr) (senders, receivers []int64) {
	waitingOnLock.Lock()
	defer waitingOnLock.Unlock()
	var named map[string]control.Goroutine
	if err := json.Unmarshal([]byte(control.Ids()), &named); err != nil {
		panic(err)
	}
	senders, receivers = []int64{}, []int64{}
	for _, name := range waitingOn[channel].senders {
		senders = append(senders, named[name].Goid)
	}
	for _, name := range waitingOn[channel].receivers {
		receivers = append(receivers, named[name].Goid)
	}
	return senders, receivers
}

var withSenders, withReceivers = make(chan string, 1), make(chan point)

func startChannels() {
	waits(withSenders, waiters{senders: []string{"sender.1", "sender.2"}})
	waits(withReceivers, waiters{receivers: []string{"receiver.1", "receiver.2", "receiver.3"}})
	withSenders <- "first"
	control.Expect(5)
	for _, name := range []string{"sender.1", "sender.2"} {
		go func(name string) {
			control.Here(name, "chan send")
			withSenders <- name
		}(name)
	}
	for _, name := range []string{"receiver.1", "receiver.2", "receiver.3"} {
		go func(name string) {
			control.Here(name, "chan receive")
			<-withReceivers
		}(name)
	}
	start(channels, channelsWaitedOn)
}

func channels() {
	var none chan int
	none = opaque(none)
	idle, buffered := opaque(make(chan int)), opaque(make(chan point, 4))
	buffered <- point{1, 2}
	buffered <- point{3, 4}
	turned := opaque(make(chan string, 2))
	turned <- "gone"
	turned <- "b"
	<-turned
	turned <- "c"
	closed := opaque(make(chan error, 1))
	closed <- nil
	close(closed)
	var receiveOnly <-chan point = opaque(buffered)
	signal := opaque(make(chan struct{}, 3))
	signal <- struct{}{}
	tell("chan receive", know("none", none), know("idle", idle), know("buffered", buffered),
		know("turned", turned), know("closed", closed), know("receiveOnly", receiveOnly), know("signal", signal))
	<-neverReady
	keep(none, idle, buffered, turned, closed, receiveOnly, signal)
}

func channelsWaitedOn() {
	sent, awaited := opaque(withSenders), opaque(withReceivers)
	tell("chan receive", know("sent", sent), know("awaited", awaited))
	<-neverReady
	keep(sent, awaited)
}
