package main

import (
	"context"
	"fmt"
	"runtime/pprof"

	"sideeye.test/targets/control"
)

func startLabels() {
	control.Expect(6)
	go labelled("labelsOne", map[string]string{"request": "r-1"})
	go labelled("labelsThree", map[string]string{"request": "r-2", "tenant": "acme corp", "path": `/a"b{c}, d: e`})
	many := map[string]string{}
	for i := 0; i < 12; i++ {
		many[fmt.Sprintf("key-%02d", i)] = fmt.Sprintf("value %d ünïcode", i)
	}
	go labelled("labelsTwelve", many)
	go labelsInherited()
	go labelsCleared()
}

//go:noinline
func labelled(name string, labels map[string]string) {
	pprof.Do(context.Background(), labelSet(labels), func(context.Context) {
		control.HereLabelled(name, "chan receive", labels)
		<-neverReady
	})
}

func labelSet(labels map[string]string) pprof.LabelSet {
	var flat []string
	for key, value := range labels {
		flat = append(flat, key, value)
	}
	return pprof.Labels(flat...)
}

// labelsInherited leaves its labels to the goroutine that it starts.
func labelsInherited() {
	labels := map[string]string{"job": "parent"}
	pprof.Do(context.Background(), labelSet(labels), func(context.Context) {
		go func() {
			control.HereLabelled("labelsInherited", "chan receive", labels)
			<-neverReady
		}()
	})
	control.Here("labelsLeft", "chan receive")
	<-neverReady
}

// labelsCleared had labels once; none remain.
func labelsCleared() {
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("gone", "yes")))
	pprof.SetGoroutineLabels(context.Background())
	control.Here("labelsCleared", "chan receive")
	<-neverReady
}
