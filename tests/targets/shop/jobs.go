package main

import (
	"context"
	"hash/crc32"
	"time"
)

// reconcileClients is the background job that holds a client's mutex for far too long.
func (s *server) reconcileClients() {
	for {
		s.clientsLock.RLock()
		var clients []*clientState
		for _, client := range s.clients {
			clients = append(clients, client)
		}
		s.clientsLock.RUnlock()
		for _, client := range clients {
			s.reconcileClient(client)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (s *server) reconcileClient(client *clientState) {
	client.mu.Lock()
	defer client.mu.Unlock()
	client.mu.processing = true
	defer func() { client.mu.processing = false }()
	time.Sleep(1500 * time.Millisecond)
	client.mu.lastReconciledAt = time.Now()
	client.mu.ordersOutstanding = nil
}

type indexJob struct {
	clientID int
	item     string
}

// indexer is a pool of workers behind a queue.
type indexer struct {
	queue chan indexJob
	sums  chan uint32
}

func newIndexer(workers int) *indexer {
	pool := &indexer{queue: make(chan indexJob, 4), sums: make(chan uint32)}
	for i := 0; i < workers; i++ {
		go pool.work()
	}
	go pool.collect()
	return pool
}

func (pool *indexer) submit(ctx context.Context, clientID int, item string) {
	select {
	case pool.queue <- indexJob{clientID, item}:
	case <-ctx.Done():
	}
}

func (pool *indexer) work() {
	for job := range pool.queue {
		pool.sums <- checksum(job)
	}
}

func (pool *indexer) collect() {
	var total uint32
	for sum := range pool.sums {
		total += sum
	}
	println(total)
}

// checksum keeps a processor busy for some milliseconds.
func checksum(job indexJob) uint32 {
	text := make([]byte, 1<<16)
	copy(text, job.item)
	sum := uint32(job.clientID)
	for i := 0; i < 100; i++ {
		sum ^= crc32.ChecksumIEEE(text)
		text[i]++
	}
	return sum
}
