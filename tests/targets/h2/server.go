package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"net/http"
	"sync"
	"time"

	"sideeye.test/targets/control"
)

var (
	ledgerLock sync.Mutex
	ledger     []request
	arrivals   = map[string]chan struct{}{} // by path: closed when the handler is about to wait
	authority  = x509.NewCertPool()
	unanswered = make(chan struct{})
)

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", handleOrder)
	mux.HandleFunc("/upload/", handleUpload)
	mux.HandleFunc("/begun", handleBegun)
	mux.HandleFunc("/begun/1", handleBegun)
	mux.HandleFunc("/given/up", handleGivenUp)
	mux.Handle("/behind/", counted(http.StripPrefix("/behind", http.HandlerFunc(handleBehind))))
	mux.Handle("/timed", http.TimeoutHandler(http.HandlerFunc(handleTimed), time.Hour, "late"))
	return mux
}

// handleOrder needs nothing of its request while it waits.
//
//go:noinline
func handleOrder(_ http.ResponseWriter, r *http.Request) {
	arrive(r, request{})
	<-unanswered
}

// handleUpload waits for a body of which only the beginning comes.
//
//go:noinline
func handleUpload(_ http.ResponseWriter, r *http.Request) {
	var start [5]byte
	if _, err := io.ReadFull(r.Body, start[:]); err != nil {
		fail("upload", err)
	}
	arrive(r, request{})
	_, _ = r.Body.Read(start[:])
	<-unanswered
}

// handleBegun has sent the head and the beginning of its response.
//
//go:noinline
func handleBegun(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, "begun")
	w.(http.Flusher).Flush()
	arrive(r, request{Status: http.StatusAccepted, Written: len("begun")})
	<-unanswered
}

// handleGivenUp works on although the client has gone.
//
//go:noinline
func handleGivenUp(_ http.ResponseWriter, r *http.Request) {
	arrive(r, request{Cancelled: true})
	<-r.Context().Done()
	close(abandoned)
	<-unanswered
}

//go:noinline
func handleBehind(_ http.ResponseWriter, r *http.Request) {
	arrive(r, request{Path: "/behind" + r.URL.Path})
	<-unanswered
}

// handleTimed is called by a goroutine of http.TimeoutHandler, not by that of the request.
//
//go:noinline
func handleTimed(_ http.ResponseWriter, r *http.Request) {
	note(r, request{}, "")
	<-unanswered
}

// counted is a layer that does something when the handler has returned, as most do.
func counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		fail("answered", r.URL)
	})
}

func arrive(r *http.Request, seen request) {
	path := r.URL.Path
	if seen.Path != "" {
		path = seen.Path
	}
	name := "server " + r.RemoteAddr + " " + path
	control.Expect(1)
	control.Here(name, "chan receive|sync.Cond.Wait")
	note(r, seen, name)
}

// note writes down what the handler has in hand, and lets the client go on.
func note(r *http.Request, seen request, name string) {
	seen.Protocol = r.Proto
	seen.Name, seen.Side, seen.Method, seen.Host, seen.RemoteAddr = name, "server", r.Method, r.Host, r.RemoteAddr
	if seen.Path == "" {
		seen.Path = r.URL.Path
	}
	seen.Scheme = "http"
	if r.TLS != nil {
		seen.Scheme = "https"
	}
	seen.LocalAddr = r.Context().Value(http.LocalAddrContextKey).(net.Addr).String()
	ledgerLock.Lock()
	ledger = append(ledger, seen)
	arrived := arrivals[r.RemoteAddr+seen.Path]
	ledgerLock.Unlock()
	close(arrived)
}

// serveTLS serves with a certificate made here and returns the address.
func serveTLS(handler http.Handler) string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		fail("key", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true,
		BasicConstraintsValid: true, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		fail("certificate", err)
	}
	own, err := x509.ParseCertificate(der)
	if err != nil {
		fail("certificate", err)
	}
	authority.AddCert(own)
	listener := listen()
	server := &http.Server{Handler: handler, TLSConfig: &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
	}}
	go func() { fail("serve", server.ServeTLS(listener, "", "")) }()
	return listener.Addr().String()
}

// serveHTTP1 serves one request of HTTP/1, of whose response the beginning is there.
func serveHTTP1(handler http.Handler) {
	listener := listen()
	go func() { fail("serve", http.Serve(listener, handler)) }()
	newCaller("old", "http://"+listener.Addr().String(), &http.Transport{}).ask(http.MethodGet, "/begun/1", wholeRequest)
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail("listen", err)
	}
	return listener
}
