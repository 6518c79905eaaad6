// Pair is a service of two processes. The front desk answers guests by asking the back room over HTTP; the back room
// looks after clients, and now and then a background job works on a client's state, which its requests must wait for.
//
//	pair -role backroom            prints "listening ADDRESS" and "ready PID"
//	pair -role frontdesk -backroom ADDRESS -calls 6
//	                               makes so many calls, 100 ms apart, prints "ready PID"
//
// Nothing ends a wait by itself: who is stuck stays stuck. Both end at the end of their input.
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

var (
	role     = flag.String("role", "", "backroom or frontdesk")
	backroom = flag.String("backroom", "", "address of the back room")
	calls    = flag.Int("calls", 6, "calls of the front desk")
	busy     = flag.Int("busy", 7, "id of the client whose background job does not come to an end")
)

func main() {
	flag.Parse()
	switch *role {
	case "backroom":
		openBackRoom()
	case "frontdesk":
		openFrontDesk()
	default:
		fail("no role", *role)
	}
	fmt.Printf("ready %d\n", os.Getpid())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func openBackRoom() {
	room := newServer()
	room.startProcessing(clientID(*busy))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail("listen", err)
	}
	go func() { fail("serve", http.Serve(listener, room.routes())) }()
	fmt.Printf("listening %s\n", listener.Addr())
}

// openFrontDesk asks for the busy client first and every third time; the others are answered.
func openFrontDesk() {
	desk := newDesk("http://" + *backroom)
	for i := 0; i < *calls; i++ {
		client := clientID(*busy)
		if i%3 != 0 {
			client = clientID(100 + i)
		}
		go desk.serveGuest(client)
		time.Sleep(100 * time.Millisecond)
	}
	desk.awaitSettled()
}

func fail(what string, why interface{}) {
	fmt.Fprintf(os.Stderr, "pair: %s: %v\n", what, why)
	os.Exit(1)
}
