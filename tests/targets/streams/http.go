package main

import (
	"crypto/tls"
	"net"
	"net/http"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"

	"sideeye.test/targets/control"
)

// callHTTP speaks HTTP/2 without TLS, with prior knowledge, by golang.org/x/net/http2 on both sides.
func callHTTP() {
	arrived := make(chan end)
	address := serveHTTP2(arrived)
	localAddr := ""
	client := &http2.Transport{
		AllowHTTP: true,
		DialTLS: func(network string, address string, _ *tls.Config) (net.Conn, error) {
			connected, err := net.Dial(network, address)
			if err == nil {
				localAddr = connected.LocalAddr().String()
			}
			return connected, err
		},
	}
	for i, method := range []string{http.MethodGet, http.MethodDelete} {
		path := "/plain/" + method
		ask, err := http.NewRequest(method, "http://"+address+path, nil)
		if err != nil {
			fail(path, err)
		}
		control.Expect(1)
		go func() {
			control.Here("h2c "+ask.Method, "select")
			_, err := client.RoundTrip(ask)
			fail(ask.URL.Path, err)
		}()
		note(end{
			Protocol: "h2c", Method: method, Path: path, RemoteAddr: address, StreamID: 2*i + 1,
		}.from(within(path, arrived), &localAddr))
	}
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

// from completes the client's end when the handler's is known: by then the connection is.
func (client end) from(server end, localAddr *string) (end, end) {
	client.LocalAddr = *localAddr
	return client, server
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
