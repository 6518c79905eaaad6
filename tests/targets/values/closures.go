package main

import "sideeye.test/targets/control"

func startClosures() {
	control.Expect(3)
	number, text, at := opaque(11), opaque("captured"), opaque(point{1, 2})
	// By value: never assigned again, and small.
	go func() {
		local := opaque(1)
		tellAs("closureByValue", "chan receive", know("number", number), know("text", text), know("at", at),
			know("local", local))
		<-neverReady
		keep(number, text, at, local)
	}()
	// By reference: assigned after the closure was made.
	counter, list := opaque(0), opaque([]int{})
	go func() {
		counter++
		list = append(list, counter)
		tellAs("closureByReference", "chan receive", knowAt("counter", &counter), knowAt("list", &list))
		<-neverReady
		counter++
		keep(counter, list)
	}()
	large := opaque([40]int64{1, 2, 3})
	go func(parameter string) {
		func() {
			tellAs("closureNested", "chan receive", know("parameter", parameter), know("number", number),
				knowAt("large", &large))
			<-neverReady
			keep(parameter, number, large[:])
		}()
		keep(parameter)
	}(opaque("handed over"))
	start((&captor{"held"}).boundMethod)
}

type captor struct{ name string }

//go:noinline
func (c *captor) boundMethod() {
	inside := func(suffix string) string {
		joined := opaque(c.name + suffix)
		tellAs("closureOverReceiver", "chan receive", know("c", c), know("suffix", suffix), know("joined", joined))
		<-neverReady
		keep(c, suffix, joined)
		return joined
	}
	keep(inside(opaque("-suffix")))
}
