// Streams is a gRPC server with clients of its own, an HTTP/2 server and client of golang.org/x/net/http2, and
// connections that began as HTTP/1 and were taken over: calls whose handlers do not come to an end. The command
// "inflight" answers with what is in flight, as the program itself sees it; "late" makes some more calls. See
// scripts/build-streams for what it is built from.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"sideeye.test/targets/control"
)

// end is one end of a call in flight.
type end struct {
	Protocol   string `json:"protocol"` // grpc, h2c or taken (over from HTTP/1)
	Side       string `json:"side"`
	Kind       string `json:"kind"` // of gRPC: unary, streaming; what the client is about
	Method     string `json:"method"`
	Path       string `json:"path"`
	LocalAddr  string `json:"local_addr"`
	RemoteAddr string `json:"remote_addr"`
	StreamID   int    `json:"stream_id"`
	Started    int64  `json:"started"` // microseconds of Unix time; 0 where the program does not know
}

var (
	ledgerLock sync.Mutex
	ledger     []end
	unanswered = make(chan struct{})
)

func main() {
	grpcCaller := callGrpc()
	httpCaller := callHTTP()
	takeOver()
	control.AwaitParked()
	control.Serve(control.Commands{
		"inflight": func([]string) string { return inFlight() },
		"late":     func([]string) string { return late(grpcCaller, httpCaller) },
	})
}

// lateCall is one whose handler began between two times, microseconds of Unix time.
type lateCall struct {
	Exchange string `json:"exchange"`
	ByWorker bool   `json:"by_worker"`
	Asked    int64  `json:"asked"`
	Arrived  int64  `json:"arrived"`
}

// late makes a call of each kind, of gRPC also one that a worker handles.
func late(grpcCaller *caller, httpCaller *plainCaller) string {
	worked := dialWorkers()
	calls := []lateCall{
		timed(false, func() string { return grpcCaller.ask("Ask") }),
		timed(false, func() string { return grpcCaller.stream("Watch", 1) }),
		timed(true, func() string { return worked.ask("Ask") }),
		timed(false, func() string { return httpCaller.ask(http.MethodGet, "/late") }),
	}
	text, err := json.Marshal(calls)
	if err != nil {
		fail("late", err)
	}
	return string(text) + "\n"
}

func timed(byWorker bool, call func() string) lateCall {
	asked := time.Now().UnixMicro()
	exchange := call()
	return lateCall{Exchange: exchange, ByWorker: byWorker, Asked: asked, Arrived: time.Now().UnixMicro()}
}

// note writes down both ends of a call.
func note(client end, server end) {
	client.Side = "client"
	server.StreamID = client.StreamID
	noteServed(server)
	ledgerLock.Lock()
	defer ledgerLock.Unlock()
	ledger = append(ledger, client)
}

// noteServed writes down a handler's end; the client is nobody who waits in a function of a library.
func noteServed(server end) {
	server.Side = "server"
	ledgerLock.Lock()
	defer ledgerLock.Unlock()
	ledger = append(ledger, server)
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

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail("listen", err)
	}
	return listener
}

func fail(what string, why interface{}) {
	fmt.Fprintf(os.Stderr, "streams: %s: %v\n%s", what, why, control.Stacks())
	os.Exit(1)
}

// within returns what arrives in time; a call that does not get through is a broken fixture.
func within(what string, arrives <-chan end) end {
	select {
	case arrived := <-arrives:
		return arrived
	case <-time.After(time.Minute):
		fail(what, "does not arrive")
		return end{}
	}
}
