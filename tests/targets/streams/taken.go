package main

import (
	"fmt"
	"net"
	"net/http"

	"golang.org/x/net/http2"

	"sideeye.test/targets/control"
)

// takeOver leaves two connections to handlers that took them over from HTTP/1: one to a handler that speaks a protocol
// of its own (as websockets do), and one to golang.org/x/net's, which goes on with HTTP/2 and the request as stream 1.
func takeOver() {
	arrived := make(chan end)
	control.Expect(1)
	own := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { take(arrived, w, r) }))
	upgrade(own, "/feed", "feed")
	noteServed(within("/feed", arrived))

	connection := upgrade(serveHTTP2(arrived), "/upgraded", "h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA")
	_, err := fmt.Fprint(connection, http2.ClientPreface)
	must("preface", err)
	must("settings", http2.NewFramer(connection, connection).WriteSettings())
	served := within("/upgraded", arrived)
	served.StreamID = 1
	noteServed(served)
}

// upgrade asks for another protocol on a connection that it leaves open.
func upgrade(address string, path string, protocol string, headers ...string) net.Conn {
	connection, err := net.Dial("tcp", address)
	must("connect", err)
	connections = append(connections, connection)
	text := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: %s\r\n",
		path, address, protocol)
	for _, header := range headers {
		text += header + "\r\n"
	}
	_, err = fmt.Fprint(connection, text+"\r\n")
	must("upgrade", err)
	return connection
}

// connections is what keeps the collector from closing them.
var connections []net.Conn

//go:noinline
func take(arrived chan<- end, w http.ResponseWriter, r *http.Request) {
	connection, _, err := w.(http.Hijacker).Hijack()
	must("hijack", err)
	control.Here("taken", "IO wait")
	arrived <- end{
		Protocol: "taken", Method: r.Method, Path: r.URL.Path, LocalAddr: connection.LocalAddr().String(),
		RemoteAddr: r.RemoteAddr,
	}
	var next [1]byte
	_, err = connection.Read(next[:])
	fail(r.URL.Path, err)
}

func must(what string, err error) {
	if err != nil {
		fail(what, err)
	}
}
