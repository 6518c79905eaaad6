package main

import (
	"encoding/json"
	"math"
	"sort"
	"sync"
	"time"
)

// tally counts what came of calls.
type tally struct {
	mutex     sync.Mutex
	latencies []time.Duration
	calls     int
	queries   int
	late      int
	failed    int
	errors    map[string]int
	notices   map[string]int
	bytes     int64
	rows      int64
}

func newTally() *tally { return &tally{errors: map[string]int{}, notices: map[string]int{}} }

// An outcome is what one call brought.
type outcome struct {
	latency time.Duration
	queries int
	errors  []string
	notices []string
	bytes   int64
	rows    int64
}

func (t *tally) add(o outcome) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.calls++
	t.queries += o.queries
	t.latencies = append(t.latencies, o.latency)
	t.failed += len(o.errors)
	for _, each := range o.errors {
		t.errors[each]++
	}
	for _, each := range o.notices {
		t.notices[each]++
	}
	t.bytes += o.bytes
	t.rows += o.rows
}

func (t *tally) addLate() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.late++
}

type result struct {
	Name      string             `json:"name,omitempty"`
	Seconds   float64            `json:"seconds,omitempty"`
	Calls     int                `json:"calls"`
	Queries   int                `json:"queries"`
	Failed    int                `json:"failed"`
	Late      int                `json:"late"`
	Errors    map[string]int     `json:"errors"`
	Notices   map[string]int     `json:"notices"`
	LatencyMs map[string]float64 `json:"latencyMs"`
	Bytes     int64              `json:"bytes"`
	Rows      int64              `json:"rows"`
	Panels    []result           `json:"panels,omitempty"`
	Alerts    []result           `json:"alerts,omitempty"`
}

func (t *tally) result(name string) result {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return result{
		Name: name, Calls: t.calls, Queries: t.queries, Failed: t.failed, Late: t.late, Errors: t.errors,
		Notices: t.notices, LatencyMs: summarize(t.latencies), Bytes: t.bytes, Rows: t.rows,
	}
}

func summarize(latencies []time.Duration) map[string]float64 {
	out := map[string]float64{}
	if len(latencies) == 0 {
		return out
	}
	sorted := append([]time.Duration{}, latencies...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i] < sorted[j] })
	var sum time.Duration
	for _, each := range sorted {
		sum += each
	}
	ms := func(d time.Duration) float64 { return math.Round(float64(d.Microseconds())) / 1000 }
	// The nearest rank: a value that was really measured.
	rank := func(share float64) float64 { return ms(sorted[int(math.Ceil(share*float64(len(sorted))))-1]) }
	out["min"], out["mean"], out["max"] = ms(sorted[0]), ms(sum/time.Duration(len(sorted))), ms(sorted[len(sorted)-1])
	out["p50"], out["p90"], out["p99"] = rank(0.5), rank(0.9), rank(0.99)
	return out
}

// noticesOf names the notices of a frame by their kind, or by their severity where the frame says no kind.
func noticesOf(f *frame) []string {
	var meta struct {
		Custom struct {
			NoticeKinds []string `json:"noticeKinds"`
		} `json:"custom"`
		Notices []struct {
			Severity string `json:"severity"`
		} `json:"notices"`
	}
	if json.Unmarshal([]byte(f.Metadata["meta"]), &meta) != nil {
		return nil
	}
	var out []string
	for i, notice := range meta.Notices {
		kind := notice.Severity
		if i < len(meta.Custom.NoticeKinds) && meta.Custom.NoticeKinds[i] != "" {
			kind = meta.Custom.NoticeKinds[i]
		}
		out = append(out, kind)
	}
	return out
}
