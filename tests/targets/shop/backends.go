package main

import (
	"context"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"time"
)

// connection stands for one connection to a database.
type connection struct {
	number  int
	queries int
}

// database hands out its few connections through a channel; who finds none waits for one.
type database struct {
	idle  chan *connection
	items []string
}

func newDatabase(connections, itemsPerLetter int) *database {
	db := &database{idle: make(chan *connection, connections)}
	for i := 0; i < connections; i++ {
		db.idle <- &connection{number: i}
	}
	for letter := 'a'; letter <= 'z'; letter++ {
		for i := 0; i < itemsPerLetter; i++ {
			db.items = append(db.items, fmt.Sprintf("%c-item-%d", letter, i))
		}
	}
	return db
}

func (db *database) acquire(ctx context.Context) (*connection, error) {
	select {
	case connection := <-db.idle:
		return connection, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("no database connection: %w", ctx.Err())
	}
}

func (db *database) query(ctx context.Context, statement, argument string) ([]string, error) {
	connection, err := db.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { db.idle <- connection }()
	return connection.execute(db, statement, argument), nil
}

// execute takes as long as a slow query would.
func (c *connection) execute(db *database, statement, argument string) []string {
	c.queries++
	time.Sleep(time.Duration(100+rand.Intn(300)) * time.Millisecond)
	var rows []string
	if strings.HasPrefix(statement, "SELECT") {
		for _, item := range db.items {
			if strings.Contains(item, argument) {
				rows = append(rows, item)
			}
		}
		sort.Sort(sort.Reverse(sort.StringSlice(rows)))
	}
	return rows
}

// charge asks the payment provider, which is slow.
func (s *server) charge(ctx context.Context, order string, items int) error {
	target := fmt.Sprintf("%s/charge?order=%s&items=%d", s.payments, url.QueryEscape(order), items)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target, nil)
	if err != nil {
		return err
	}
	response, err := s.downstream.Do(request)
	if err != nil {
		return fmt.Errorf("payment of %s: %w", order, err)
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return err
}

func paymentProvider() http.Handler {
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		verifyCard(request.URL.Query().Get("order"))
		fmt.Fprintln(response, "charged")
	})
}

// verifyCard takes most of a second, and now and then several.
func verifyCard(order string) {
	wait := time.Duration(200+rand.Intn(600)) * time.Millisecond
	if rand.Intn(10) == 0 {
		wait += 4 * time.Second
	}
	time.Sleep(wait)
}
