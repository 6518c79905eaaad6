package main

import (
	"context"
	"encoding/json"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"
)

type clientID int

// clientState is what the back room knows of a client. Requests and the background job exclude each other.
type clientState struct {
	clientID clientID
	name     string
	mu       struct {
		sync.Mutex
		processing                     bool
		lastBackgroundServiceStartTime time.Time
		visits                         int
	}
}

type server struct {
	mu      sync.Mutex
	clients map[clientID]*clientState
	storage chan struct{} // never ready: the disk is slow today
}

type remoteAddrKey struct{}

func newServer() *server {
	return &server{clients: map[clientID]*clientState{}, storage: make(chan struct{})}
}

func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/info", s.handleInfo)
	mux.HandleFunc("/waiting", s.handleWaiting)
	return mux
}

func (s *server) handleInfo(response http.ResponseWriter, r *http.Request) {
	request := new(getInfoRequest)
	if err := json.NewDecoder(r.Body).Decode(request); err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	info, err := s.GetInfo(context.WithValue(r.Context(), remoteAddrKey{}, r.RemoteAddr), request, r.RemoteAddr)
	if err != nil {
		http.Error(response, err.Error(), http.StatusServiceUnavailable)
		return
	}
	_ = json.NewEncoder(response).Encode(info)
}

// GetInfo answers with what is known of a client, once nobody works on it.
//
//go:noinline
func (s *server) GetInfo(ctx context.Context, request *getInfoRequest, remoteAddr string) (*clientInfo, error) {
	cs := s.client(request.ClientID)
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.mu.visits++
	info := &clientInfo{ClientID: request.ClientID, Name: cs.name, Visits: cs.mu.visits}
	runtime.KeepAlive(remoteAddr)
	runtime.KeepAlive(request)
	return info, ctx.Err()
}

// startProcessing returns when the job holds the lock.
func (s *server) startProcessing(id clientID) {
	holds := make(chan struct{})
	go s.processClient(s.client(id), holds)
	<-holds
}

// processClient is the background job of a client: it holds the lock while it waits for storage.
//
//go:noinline
func (s *server) processClient(cs *clientState, holds chan<- struct{}) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.mu.processing = true
	cs.mu.lastBackgroundServiceStartTime = time.Now()
	close(holds)
	<-s.storage
	cs.mu.processing = false
	runtime.KeepAlive(cs)
}

func (s *server) client(id clientID) *clientState {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.clients[id] == nil {
		s.clients[id] = &clientState{clientID: id, name: "client " + string(rune('A'+int(id)%26))}
	}
	return s.clients[id]
}

// handleWaiting counts the requests that wait for a lock, by their stacks: nothing is changed for the sake of counting.
func (s *server) handleWaiting(response http.ResponseWriter, _ *http.Request) {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	waiting := 0
	for _, stack := range strings.Split(string(stacks), "\n\n") {
		if strings.Contains(stack, "main.(*server).GetInfo(") && strings.Contains(stack, "sync.(*Mutex).Lock") {
			waiting++
		}
	}
	_ = json.NewEncoder(response).Encode(waiting)
}
