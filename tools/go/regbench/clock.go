package main

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// limits end a run: no operation begins after so many, or so late. Zero is no limit. What has begun is ended and counts.
type limits struct {
	count int
	time  time.Duration
}

// A timing is how often something was done, and how long it took.
type timing struct {
	Operations int     `json:"operations"`
	Seconds    float64 `json:"seconds"` // from the first beginning to the last end
	P50        float64 `json:"p50"`     // seconds of one operation: half of them were faster
	P99        float64 `json:"p99"`
}

// clocked calls the operation with 0, 1, 2, ... from so many goroutines at a time, until a limit or the first error.
func clocked(connections int, end limits, operation func(item int) error) (timing, error) {
	var (
		next     atomic.Int64
		failed   atomic.Pointer[error]
		waiting  sync.WaitGroup
		each     = make([][]time.Duration, connections)
		begin    = time.Now()
		finished = func(item int) bool {
			return failed.Load() != nil || end.count > 0 && item >= end.count || end.time > 0 && time.Since(begin) >= end.time
		}
	)
	for connection := range connections {
		waiting.Go(func() {
			for item := int(next.Add(1)) - 1; !finished(item); item = int(next.Add(1)) - 1 {
				start := time.Now()
				if err := operation(item); err != nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
				each[connection] = append(each[connection], time.Since(start))
			}
		})
	}
	waiting.Wait()
	seconds := time.Since(begin).Seconds()
	if err := failed.Load(); err != nil {
		return timing{}, *err
	}
	return summary(slices.Concat(each...), seconds), nil
}

func summary(took []time.Duration, seconds float64) timing {
	slices.Sort(took)
	count := len(took)
	return timing{count, seconds, took[count/2].Seconds(), took[count*99/100].Seconds()}
}
