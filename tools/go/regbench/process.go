package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// A process is a server that is looked at from outside, by its number, together with its children.
type process int

type usage struct {
	cpu     float64 // seconds
	written int64   // bytes
}

const (
	ticks       = 100 // of the clock in /proc/PID/stat, in a second: USER_HZ, the same on every architecture we run on
	afterName   = 2   // proc(5) counts the fields of stat from 1, and the name, the second, may hold spaces
	firstOfCPU  = 14 - afterName - 1
	beyondCPU   = 17 - afterName // utime, stime, cutime, cstime
	forgetPeaks = "5"            // proc(5), clear_refs
)

// family gives the process and all below it. A child that comes or goes meanwhile may be missed.
func (p process) family() []process {
	all := []process{p}
	lists, _ := filepath.Glob(p.file("task/*/children"))
	for _, list := range lists {
		for _, child := range strings.Fields(read(list)) {
			if number, err := strconv.Atoi(child); err == nil {
				all = append(all, process(number).family()...)
			}
		}
	}
	return all
}

// forgetPeak makes what is held now the peak.
func (p process) forgetPeak() error {
	for _, member := range p.family() {
		if err := os.WriteFile(member.file("clear_refs"), []byte(forgetPeaks), 0); err != nil {
			return fmt.Errorf("cannot measure the memory of a process that is not ours: %w", err)
		}
	}
	return nil
}

// peak gives the most memory that was held, in bytes: the sum of each one's own peak.
func (p process) peak() (sum int64) {
	for _, member := range p.family() {
		sum += 1024 * field(read(member.file("status")), "VmHWM:")
	}
	return sum
}

// usage gives what was used up until now.
func (p process) usage() (sum usage) {
	for _, member := range p.family() {
		stat := read(member.file("stat"))
		numbers := strings.Fields(stat[strings.LastIndex(stat, ")")+1:])
		for _, number := range numbers[min(firstOfCPU, len(numbers)):min(beyondCPU, len(numbers))] {
			spent, _ := strconv.ParseFloat(number, 64)
			sum.cpu += spent / ticks
		}
		sum.written += field(read(member.file("io")), "write_bytes:")
	}
	return sum
}

func (p process) file(name string) string {
	return fmt.Sprintf("/proc/%d/%s", p, name)
}

// read gives the text of a file, and nothing where the process has ended.
func read(path string) string {
	text, _ := os.ReadFile(path)
	return string(text)
}

// field gives the number behind a name, on a line of its own.
func field(text, name string) int64 {
	_, rest, _ := strings.Cut("\n"+text, "\n"+name)
	number, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
	number, _, _ = strings.Cut(number, " ")
	value, _ := strconv.ParseInt(number, 10, 64)
	return value
}

// ownCPU gives the seconds that we have computed.
func ownCPU() float64 {
	var own syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil {
		return 0
	}
	return float64(own.Utime.Nano()+own.Stime.Nano()) / 1e9
}
