package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"
)

type requestID string

type contextKey struct{ name string }

var requestIDKey = contextKey{"request id"}

// clientState is what the shop remembers of a client. The background job and the requests of the client exclude each
// other through its mutex.
type clientState struct {
	clientID int
	mu       struct {
		sync.Mutex
		processing        bool
		lastReconciledAt  time.Time
		cart              map[string]int
		ordersOutstanding []string
	}
}

type server struct {
	database   *database
	payments   string
	downstream *http.Client
	indexer    *indexer
	requests   uint64

	clientsLock sync.RWMutex
	clients     map[int]*clientState
}

func newServer(database *database, payments string, indexer *indexer) *server {
	return &server{
		database:   database,
		payments:   payments,
		downstream: &http.Client{Timeout: 20 * time.Second},
		indexer:    indexer,
		clients:    map[int]*clientState{},
	}
}

func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/checkout", s.traced("checkout", s.handleCheckout))
	mux.Handle("/search", s.traced("search", s.handleSearch))
	mux.Handle("/cart", s.traced("cart", s.handleCart))
	return mux
}

type handler func(context.Context, *clientState, *http.Request) (interface{}, error)

// traced gives every request an id and profiler labels, and finds the state of its client.
func (s *server) traced(endpoint string, handle handler) http.Handler {
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		var clientID int
		if _, err := fmt.Sscan(request.URL.Query().Get("client"), &clientID); err != nil {
			http.Error(response, "client: "+err.Error(), http.StatusBadRequest)
			return
		}
		id := requestID(fmt.Sprintf("req-%06d", atomic.AddUint64(&s.requests, 1)))
		ctx := context.WithValue(request.Context(), requestIDKey, id)
		labels := pprof.Labels("endpoint", endpoint, "request_id", string(id), "client", fmt.Sprint(clientID))
		pprof.Do(ctx, labels, func(ctx context.Context) {
			answer, err := handle(ctx, s.client(clientID), request)
			if err != nil {
				http.Error(response, err.Error(), http.StatusServiceUnavailable)
				return
			}
			response.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(response).Encode(answer)
		})
	})
}

func (s *server) client(id int) *clientState {
	s.clientsLock.RLock()
	state := s.clients[id]
	s.clientsLock.RUnlock()
	if state != nil {
		return state
	}
	s.clientsLock.Lock()
	defer s.clientsLock.Unlock()
	if s.clients[id] == nil {
		s.clients[id] = &clientState{clientID: id}
		s.clients[id].mu.cart = map[string]int{}
	}
	return s.clients[id]
}

func (s *server) handleCart(ctx context.Context, client *clientState, request *http.Request) (interface{}, error) {
	client.mu.Lock()
	defer client.mu.Unlock()
	if item := request.URL.Query().Get("add"); item != "" {
		client.mu.cart[item]++
		s.indexer.submit(ctx, client.clientID, item)
	}
	cart := map[string]int{}
	for item, count := range client.mu.cart {
		cart[item] = count
	}
	return cart, nil
}

func (s *server) handleSearch(ctx context.Context, client *clientState, request *http.Request) (interface{}, error) {
	return s.database.query(ctx, "SELECT name FROM items WHERE name LIKE ?", request.URL.Query().Get("q"))
}

func (s *server) handleCheckout(ctx context.Context, client *clientState, _ *http.Request) (interface{}, error) {
	client.mu.Lock()
	defer client.mu.Unlock()
	order := fmt.Sprintf("order-%d-%s", client.clientID, ctx.Value(requestIDKey))
	if err := s.charge(ctx, order, len(client.mu.cart)); err != nil {
		return nil, err
	}
	if _, err := s.database.query(ctx, "INSERT INTO orders VALUES (?)", order); err != nil {
		return nil, err
	}
	client.mu.ordersOutstanding = append(client.mu.ordersOutstanding, order)
	client.mu.cart = map[string]int{}
	return order, nil
}
