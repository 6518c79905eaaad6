package main

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptrace"

	"sideeye.test/targets/control"
)

// abandoned is closed when the server knows that a client has given up.
var abandoned = make(chan struct{})

// caller has one connection of its own.
type caller struct {
	name      string
	url       string
	transport http.RoundTripper
	asked     int
}

func newCaller(name string, url string, transport http.RoundTripper) *caller {
	return &caller{name: name, url: url, transport: transport}
}

func secureTransport() *http.Transport {
	return &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: authority}}
}

// wholeRequest has no body; openBody has one that begins and does not end.
func wholeRequest() io.Reader { return http.NoBody }

func openBody() io.Reader {
	reader, writer := io.Pipe()
	go func() { _, _ = io.WriteString(writer, "begin") }()
	return reader
}

// ask starts a request on a goroutine of its own and returns when its handler waits.
func (c *caller) ask(method string, path string, body func() io.Reader) {
	c.start(context.Background(), method, path, body())
}

// giveUp asks, and forgets about it as soon as the handler waits.
func (c *caller) giveUp(method string, path string) {
	ctx, cancel := context.WithCancel(context.Background())
	c.start(ctx, method, path, wholeRequest())
	cancel()
	within(path, abandoned)
}

func (c *caller) start(ctx context.Context, method string, path string, body io.Reader) {
	arrived := make(chan struct{})
	c.asked++
	asked := request{
		Name: "client " + c.name + " " + path, Side: "client", Method: method, StreamID: 2*c.asked - 1,
		WaitsFor: "response",
	}
	connected := func(to httptrace.GotConnInfo) {
		asked.LocalAddr, asked.RemoteAddr = to.Conn.LocalAddr().String(), to.Conn.RemoteAddr().String()
		ledgerLock.Lock()
		arrivals[asked.LocalAddr+asked.Path] = arrived
		ledgerLock.Unlock()
	}
	ask, err := http.NewRequestWithContext(
		httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: connected}), method, c.url+path, body)
	if err != nil {
		fail(path, err)
	}
	asked.Scheme, asked.Host, asked.Path = ask.URL.Scheme, ask.URL.Host, ask.URL.Path
	go c.wait(ask, asked.Name)
	within(path, arrived)
	c.note(asked)
}

// wait is for the response, and then for what follows its beginning.
//
//go:noinline
func (c *caller) wait(ask *http.Request, name string) {
	isFinal := ask.URL.Path != "/given/up"
	if isFinal {
		control.Expect(1)
		control.Here(name, "select|sync.Cond.Wait|IO wait")
	}
	response, err := c.transport.RoundTrip(ask)
	if err != nil && isFinal {
		fail(name, err)
	}
	if err == nil {
		_, _ = io.Copy(io.Discard, response.Body)
		fail(name, "answered")
	}
}

// note completes the handler's entry by what only the client knows, and adds the client's own: not where it has given
// up. Where it has its response already, it waits for the rest of the body.
func (c *caller) note(asked request) {
	ledgerLock.Lock()
	defer ledgerLock.Unlock()
	server := &ledger[len(ledger)-1]
	if asked.Protocol = server.Protocol; asked.Protocol == "HTTP/1.1" {
		asked.StreamID = 0
	}
	server.StreamID = asked.StreamID
	if server.Status != 0 {
		asked.WaitsFor = "body"
	}
	if !server.Cancelled {
		ledger = append(ledger, asked)
	}
}
