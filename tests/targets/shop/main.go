// Shop is the service of the demo: a small web shop that is in trouble. A background job holds the locks of clients for
// too long, the payment provider answers slowly, and the pool of database connections is too small.
//
// It prints "listening ADDRESS" and "ready PID", and ends on SIGTERM, at the end of its input, or after -for.
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

var (
	address  = flag.String("listen", "127.0.0.1:0", "where to serve")
	clients  = flag.Int("clients", 40, "clients of the built-in load generator")
	duration = flag.Duration("for", 0, "end after this long; 0 means never")
	ignoreIn = flag.Bool("ignore-stdin", false, "do not end at the end of input")
)

func main() {
	flag.Parse()
	ended := make(chan string, 3)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() { ended <- (<-signals).String() }()
	if !*ignoreIn {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			ended <- "end of input"
		}()
	}
	if *duration > 0 {
		time.AfterFunc(*duration, func() { ended <- "end of time" })
	}

	payments := serve("127.0.0.1:0", paymentProvider())
	shop := newServer(newDatabase(2, 12), "http://"+payments, newIndexer(3))
	shopAddress := serve(*address, shop.routes())
	go shop.reconcileClients()
	fmt.Printf("listening %s\n", shopAddress)
	for i := 0; i < *clients; i++ {
		go simulateClient("http://"+shopAddress, i)
	}
	fmt.Printf("ready %d\n", os.Getpid())
	fmt.Fprintln(os.Stderr, "shop: ending:", <-ended)
}

func serve(at string, handler http.Handler) string {
	listener, err := net.Listen("tcp", at)
	if err != nil {
		fmt.Fprintln(os.Stderr, "shop:", err)
		os.Exit(1)
	}
	go func() { _ = http.Serve(listener, handler) }()
	return listener.Addr().String()
}
