// H2 serves HTTP/2 to itself: a server with TLS on loopback, clients of their own connections, and requests whose
// handlers do not come to an end. The command "inflight" answers with what is in flight, as the program itself sees it.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"

	"sideeye.test/targets/control"
)

func main() {
	secure := serveTLS(routes())
	near := newCaller("near", "https://"+secure, secureTransport())
	far := newCaller("far", "https://"+secure, secureTransport())
	// One after the other, so that stream ids are known: the first request of a connection has 1, then 3, 5, ...
	near.ask(http.MethodGet, "/orders/17?token=hunter2", wholeRequest)
	near.ask(http.MethodPut, "/upload/a%20b", openBody)
	far.ask(http.MethodDelete, "/orders/18", wholeRequest)
	far.ask(http.MethodGet, "/behind/layers", wholeRequest)
	far.ask(http.MethodPost, "/begun", wholeRequest)
	near.giveUp(http.MethodGet, "/given/up")
	near.ask(http.MethodGet, "/timed", wholeRequest)
	serveWithoutTLS(routes())
	serveHTTP1(routes())
	control.AwaitParked()
	control.Serve(control.Commands{
		"inflight": func([]string) string { return inFlight() },
		"late":     func([]string) string { return late(near) },
	})
}

// late asks once more, and answers with which request that is, and between which times its handler began.
func late(client *caller) string {
	asked := time.Now()
	client.ask(http.MethodGet, "/late", wholeRequest)
	arrived := time.Now()
	ledgerLock.Lock()
	defer ledgerLock.Unlock()
	request := ledger[len(ledger)-1]
	return fmt.Sprintf(`[{"exchange":"%s#%d","asked":%d,"arrived":%d}]`+"\n",
		request.LocalAddr, request.StreamID, asked.UnixMicro(), arrived.UnixMicro())
}

// request is one end of a request in flight.
type request struct {
	Name       string `json:"name"` // of the goroutine, as package control knows it
	Protocol   string `json:"protocol"`
	WaitsFor   string `json:"waits_for"` // of the client
	Side       string `json:"side"`
	Method     string `json:"method"`
	Scheme     string `json:"scheme"`
	Host       string `json:"host"`
	Path       string `json:"path"`
	LocalAddr  string `json:"local_addr"`
	RemoteAddr string `json:"remote_addr"`
	StreamID   int    `json:"stream_id"`
	Status     int    `json:"status"`
	Written    int    `json:"written_bytes"`
	Cancelled  bool   `json:"is_cancelled"`
}

func inFlight() string {
	ledgerLock.Lock()
	defer ledgerLock.Unlock()
	text, err := json.Marshal(ledger)
	if err != nil {
		fail("inflight", err)
	}
	return string(text) + "\n"
}

func fail(what string, why interface{}) {
	fmt.Fprintf(os.Stderr, "h2: %s: %v\n%s", what, why, control.Stacks())
	os.Exit(1)
}

// within returns what arrives in time; a request that does not get through is a broken fixture.
func within(what string, arrives <-chan struct{}) {
	select {
	case <-arrives:
	case <-time.After(time.Minute):
		fail(what, "does not arrive")
	}
}
