package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"sync"
	"time"
)

type requestID string

// getInfoRequest is what both sides call a question: the same ids stand in both processes.
type getInfoRequest struct {
	RequestID requestID
	ClientID  clientID
}

type clientInfo struct {
	ClientID clientID
	Name     string
	Visits   int
}

// call is one question of the front desk to the back room.
type call struct {
	request    getInfoRequest
	startedAt  time.Time
	localAddr  string // of its connection; what the back room calls the remote address
	remoteAddr string
}

type desk struct {
	url    string
	client *http.Client

	mu       sync.Mutex
	made     int
	sent     int // questions that the back room has in hand, or has answered
	answered int
}

func newDesk(url string) *desk { return &desk{url: url, client: &http.Client{}} }

// serveGuest is one guest's visit.
func (d *desk) serveGuest(client clientID) {
	c := &call{request: getInfoRequest{d.nextID(), client}, startedAt: time.Now()}
	info, err := d.callGetInfo(c)
	if err != nil {
		fail("call", err)
	}
	d.mu.Lock()
	d.answered++
	d.mu.Unlock()
	_ = info
}

// callGetInfo waits for the back room's answer.
//
//go:noinline
func (d *desk) callGetInfo(c *call) (*clientInfo, error) {
	body, err := json.Marshal(c.request)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest(http.MethodPost, d.url+"/info", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	trace := &httptrace.ClientTrace{
		GotConn: func(connected httptrace.GotConnInfo) {
			c.localAddr = connected.Conn.LocalAddr().String()
			c.remoteAddr = connected.Conn.RemoteAddr().String()
		},
		WroteRequest: func(httptrace.WroteRequestInfo) { d.noteSent() },
	}
	response, err := d.client.Do(request.WithContext(httptrace.WithClientTrace(request.Context(), trace)))
	if err != nil {
		return nil, fmt.Errorf("request %s: %w", c.request.RequestID, err)
	}
	defer response.Body.Close()
	info := new(clientInfo)
	return info, json.NewDecoder(response.Body).Decode(info)
}

func (d *desk) nextID() requestID {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.made++
	return requestID(fmt.Sprintf("req-%04d", d.made))
}

func (d *desk) noteSent() {
	d.mu.Lock()
	d.sent++
	d.mu.Unlock()
}

// awaitSettled returns when every question is either answered or stuck behind the job.
func (d *desk) awaitSettled() {
	stuck := (*calls + 2) / 3
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		d.mu.Lock()
		settled := d.sent == *calls && d.answered == *calls-stuck
		d.mu.Unlock()
		if settled && d.waitingInBackRoom() == stuck {
			return
		}
		if time.Now().After(deadline) {
			fail("not settled", *d)
		}
	}
}

// waitingInBackRoom is how many requests the back room says are waiting for the lock of their client.
func (d *desk) waitingInBackRoom() int {
	response, err := d.client.Get(d.url + "/waiting")
	if err != nil {
		fail("waiting", err)
	}
	defer response.Body.Close()
	var waiting int
	if err := json.NewDecoder(response.Body).Decode(&waiting); err != nil {
		fail("waiting", err)
	}
	return waiting
}
