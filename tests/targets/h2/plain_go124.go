//go:build go1.24

package main

import "net/http"

// serveWithoutTLS is HTTP/2 with prior knowledge, which net/http speaks itself since Go 1.24.
func serveWithoutTLS(handler http.Handler) {
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	listener := listen()
	server := &http.Server{Handler: handler, Protocols: &protocols}
	go func() { fail("serve", server.Serve(listener)) }()
	plain := newCaller("plain", "http://"+listener.Addr().String(), &http.Transport{Protocols: &protocols})
	plain.ask(http.MethodPatch, "/orders/19", wholeRequest)
}
