package main

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"time"
)

// What a request handler of an ordinary service has in hand: about 2 KB in structs, a map, strings and slices.
type request struct {
	id       uint64
	method   string
	path     string
	started  time.Time
	client   *client
	deadline time.Duration
	body     []byte
}

type client struct {
	name    string
	address string
	limits  limits
}

type limits struct {
	perSecond, burst float64
	blocked          bool
}

type account struct {
	number  int64
	owner   string
	balance [4]int64
	parent  *account
}

type item struct {
	name  string
	count int
	price float64
}

// newRequest and those below differ in every value from one goroutine to the next.
func newRequest(i int) *request {
	return &request{
		id: uint64(i), method: "POST", path: fmt.Sprintf("/accounts/%d/orders", i), started: time.Now(),
		client: newClient(i), deadline: 3 * time.Second, body: []byte(text("body", i, 400)),
	}
}

func newClient(i int) *client {
	return &client{fmt.Sprintf("client-%d", i), fmt.Sprintf("10.0.%d.%d:443", i/256, i%256), limits{100, 20, i%7 == 0}}
}

func newHeaders(i int) map[string]string {
	return map[string]string{
		"Accept": "application/json", "User-Agent": text("agent", i, 90), "X-Request-Id": fmt.Sprint(i),
		"Referer": text("https://example.test/", i, 60), "Content-Type": "application/json",
	}
}

func newAccount(i int) account {
	parent := &account{number: int64(i) * 2, owner: fmt.Sprintf("company %d", i)}
	return account{int64(i), fmt.Sprintf("owner %d", i), [4]int64{1, 2, 3, int64(i)}, parent}
}

func newBasket(i int) []item {
	basket := make([]item, 4)
	for k := range basket {
		basket[k] = item{text("article", i*4+k, 60), k + 1, 1.5 * float64(k)}
	}
	return basket
}

func text(what string, i, length int) string {
	word := fmt.Sprintf("%s %d ", what, i)
	return strings.Repeat(word, length/len(word)+1)[:length]
}

// handle has five variables in hand while it waits.
//
//go:noinline
func handle(req *request, headers map[string]string, owner account, basket []item, note string, begun *sync.WaitGroup) int {
	got := receive(int(owner.number), begun)
	runtime.KeepAlive(basket)
	return got + len(req.path) + len(headers) + len(owner.owner) + int(note[len(note)-1])
}

// busy is parked with a handler instead of a plain receive at the end, and as deep.
func busy(i, depth int, begun *sync.WaitGroup) {
	descend(depth-3, i, begun)
}

//go:noinline
func descend(left, i int, begun *sync.WaitGroup) int {
	if left <= 0 {
		return handle(newRequest(i), newHeaders(i), newAccount(i), newBasket(i), text("note", i, 500), begun)
	}
	return descend(left-1, i, begun) + left
}
