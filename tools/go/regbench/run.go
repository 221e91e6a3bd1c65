package main

import (
	"syscall"
	"time"
)

// A measurement is what is printed.
type measurement struct {
	timing
	Bytes     int64   `json:"bytes"`      // of the bodies of blobs
	CPU       float64 `json:"cpu"`        // seconds that the server computed
	ClientCPU float64 `json:"client_cpu"` // seconds that we did
	Peak      int64   `json:"peak"`       // bytes of memory that the server held at most
	Written   int64   `json:"written"`    // bytes that the server sent towards the disk
}

const pause = 300 * time.Millisecond // for servers to end what the run before has left them to do

func run(p plan) (measurement, error) {
	r := newRegistry(p.url, p.connections)
	w, err := p.load.prepare(r, p)
	if err != nil {
		return measurement{}, err
	}
	end := limits{count: p.items}
	if !p.load.writes {
		end = limits{time: p.seconds}
		if _, err := clocked(p.connections, limits{time: p.seconds / 8}, w.operation); err != nil {
			return measurement{}, err
		}
	}
	m, err := measured(p, end, w.operation)
	if err != nil || w.check == nil {
		return m, err
	}
	_, err = clocked(p.connections, limits{count: p.items}, w.check)
	return m, err
}

// measured runs the operation with the clock and with the server's counters.
func measured(p plan, end limits, operation func(item int) error) (measurement, error) {
	syscall.Sync() // nobody pays for what another has written
	if p.load.writes {
		touch(2 * int(p.size) * p.items) // twice: of what is given back, not all is what is taken next
	}
	time.Sleep(pause)
	server := process(p.pid)
	if err := server.forgetPeak(); err != nil {
		return measurement{}, err
	}
	before, client := server.usage(), ownCPU()
	timed, err := clocked(p.connections, end, operation)
	m := measurement{timing: timed, ClientCPU: ownCPU() - client, Peak: server.peak()}
	after := server.usage()
	m.CPU, m.Written = after.cpu-before.cpu, after.written-before.written
	if p.load.blobs {
		m.Bytes = p.size * int64(timed.Operations)
	}
	return m, err
}

// touch takes so much memory and gives it back at once. In a virtual machine a page that was not used for a while is slow
// at first, for the host has to find it. Whoever fills the cache of files with such pages would pay twice the CPU time.
func touch(bytes int) {
	memory, err := syscall.Mmap(-1, 0, bytes, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_POPULATE)
	if err == nil {
		syscall.Munmap(memory)
	}
}
