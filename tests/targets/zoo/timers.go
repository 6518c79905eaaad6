package main

import (
	"time"

	"sideeye.test/targets/control"
)

func startTimers() {
	control.Expect(4)
	go timeSleep()
	go timerChannel()
	go timerSelect(time.NewTimer(90 * time.Minute))
	go tickerRange(time.NewTicker(2 * time.Hour))
}

func timeSleep() {
	control.Here("timeSleep", "sleep")
	time.Sleep(3 * time.Hour)
}

func timerChannel() {
	control.Here("timerChannel", "chan receive")
	<-time.After(time.Hour)
}

func timerSelect(timer *time.Timer) {
	control.Here("timerSelect", "select")
	select {
	case <-timer.C:
	case <-neverReady:
	}
}

func tickerRange(ticker *time.Ticker) {
	control.Here("tickerRange", "chan receive")
	for range ticker.C {
		println("tick")
	}
}
