// Web is a service that is well: each request does a little work of its own and waits a little for a backend. Its
// latencies under a steady load are what they are without us, and are measured again with us.
//
// It prints "listening ADDRESS" before it is ready; see package control.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"sideeye.test/targets/control"
)

const (
	backendWait = 4 * time.Millisecond
	parked      = 1000 // goroutines of connections that are kept and idle
)

type order struct {
	ID    string   `json:"id"`
	Items []string `json:"items"`
	Total int      `json:"total"`
}

func handleOrder(w http.ResponseWriter, r *http.Request) {
	o := order{ID: r.URL.Query().Get("id")}
	for i := 0; i < 20; i++ {
		o.Items = append(o.Items, fmt.Sprintf("item-%d-of-%s", i, o.ID))
		o.Total += i * 100
	}
	time.Sleep(backendWait)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(o)
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, "web:", err)
		os.Exit(1)
	}
	http.HandleFunc("/order", handleOrder)
	go func() { _ = http.Serve(listener, nil) }()
	idle := make(chan struct{})
	for i := 0; i < parked; i++ {
		go func() { <-idle }()
	}
	fmt.Printf("listening %s\n", listener.Addr())
	control.Serve(control.Commands{})
}
