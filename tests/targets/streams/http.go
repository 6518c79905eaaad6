package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"

	"sideeye.test/targets/control"
)

// plainCaller speaks HTTP/2 without TLS, with prior knowledge, by golang.org/x/net/http2 on both sides.
type plainCaller struct {
	client    *http2.Transport
	arrived   chan end
	address   string
	localAddr string
	asked     int
}

func callHTTP() *plainCaller {
	c := &plainCaller{arrived: make(chan end)}
	c.address = serveHTTP2(c.arrived)
	c.client = &http2.Transport{
		AllowHTTP: true,
		DialTLS: func(network string, address string, _ *tls.Config) (net.Conn, error) {
			connected, err := net.Dial(network, address)
			if err == nil {
				c.localAddr = connected.LocalAddr().String()
			}
			return connected, err
		},
	}
	for _, method := range []string{http.MethodGet, http.MethodDelete} {
		c.ask(method, "/plain/"+method)
	}
	return c
}

// ask starts a request and returns when its handler waits: the exchange that the request is.
func (c *plainCaller) ask(method string, path string) string {
	ask, err := http.NewRequest(method, "http://"+c.address+path, nil)
	if err != nil {
		fail(path, err)
	}
	control.Expect(1)
	go func() {
		control.Here("h2c "+ask.Method+" "+ask.URL.Path, "select")
		_, err := c.client.RoundTrip(ask)
		fail(ask.URL.Path, err)
	}()
	c.asked++
	client := end{Protocol: "h2c", Method: method, Path: path, RemoteAddr: c.address, StreamID: 2*c.asked - 1}
	server := within(path, c.arrived)
	client.LocalAddr = c.localAddr // by now there is a connection
	note(client, server)
	return fmt.Sprintf("%s#%d", client.LocalAddr, client.StreamID)
}

// serveHTTP2 returns the address of a server that tells of each HTTP/2 request and answers none.
func serveHTTP2(arrived chan<- end) string {
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { handle(arrived, r) })
	return serve(h2c.NewHandler(handler, &http2.Server{}))
}

func serve(handler http.Handler) string {
	listener := listen()
	go func() { fail("serve", (&http.Server{Handler: handler}).Serve(listener)) }()
	return listener.Addr().String()
}

//go:noinline
func handle(arrived chan<- end, r *http.Request) {
	// The request that a connection was upgraded with stays one of HTTP/1.
	if r.ProtoMajor != 2 && r.Header.Get("Upgrade") == "" {
		fail("protocol", r.Proto)
	}
	local := r.Context().Value(http.LocalAddrContextKey).(net.Addr).String()
	arrived <- end{
		Protocol: "h2c", Method: r.Method, Path: r.URL.Path, LocalAddr: local, RemoteAddr: r.RemoteAddr,
	}
	<-unanswered
}
