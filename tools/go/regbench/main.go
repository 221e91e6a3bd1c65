// Regbench puts one load on one registry and prints what it measured, as one JSON object.
//
//	regbench -url http://127.0.0.1:5000 -pid 4711 -load push -size 1000000 -items 300 -connections 10
//
// A load that writes ends when each of its items is written; a load that reads goes round its items until -seconds are
// over. What it needs is put in place before the clock runs, with the same connections: they are open by then, and the
// server is warm. Items are made from -name, -set and their number, so a later run finds what an earlier one has written.
//
// Nothing is taken on trust: the status of every response is checked, the length of every body, the digest of every
// manifest, the names in every list; after the clock all that was written is looked for, and of blobs that are read one
// is checked byte for byte.
//
// The server's CPU time, its peak of memory and what it wrote come from /proc, for the process -pid and its children.
// Only a registry on loopback is loaded.
//
// Exit status: 0 measured; 1 the registry did not do what was asked, which is said on standard error; 2 wrong usage.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
)

// A plan is what the command line asks for.
type plan struct {
	url          *url.URL
	pid          int
	load         load
	connections  int
	items        int
	seconds      time.Duration
	size         int64
	name, set    string
	repositories int
}

func main() {
	p, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "regbench:", err)
		os.Exit(2)
	}
	measured, err := run(p)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(measured)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "regbench:", err)
		os.Exit(1)
	}
}

func parse(arguments []string) (plan, error) {
	p := plan{}
	flags := flag.NewFlagSet("regbench", flag.ContinueOnError)
	address := flags.String("url", "", "the registry, on loopback")
	flags.IntVar(&p.pid, "pid", 0, "the registry's process")
	name := flags.String("load", "", "one of: "+strings.Join(slices.Sorted(maps.Keys(loads)), ", "))
	flags.IntVar(&p.connections, "connections", 1, "how many requests are under way at a time")
	flags.IntVar(&p.items, "items", 100, "how many blobs, manifests or tags are written or read; what a list must hold")
	flags.DurationVar(&p.seconds, "seconds", 2*time.Second, "how long a load that reads goes on, such as 2s")
	flags.Int64Var(&p.size, "size", 1000, "bytes of a blob, at least 32")
	flags.StringVar(&p.name, "name", "bench", "what the names of the repositories begin with")
	flags.StringVar(&p.set, "set", "set", "what the items are named after: those of another set are others")
	flags.IntVar(&p.repositories, "repositories", 16, "over how many repositories the items are spread")
	if err := flags.Parse(arguments); err != nil {
		return p, err
	}
	var known bool
	if p.load, known = loads[*name]; !known {
		return p, fmt.Errorf("there is no load %q", *name)
	}
	if p.connections < 1 || p.items < 1 || p.repositories < 1 || p.size < smallestBlob || p.seconds < 80*time.Millisecond {
		return p, errors.New("at least 1 connection, 1 item, 1 repository, 32 bytes and 80ms, please")
	}
	if flags.NArg() > 0 {
		return p, fmt.Errorf("every argument has a flag, unlike %q", flags.Arg(0))
	}
	var err error
	p.url, err = loopback(*address)
	return p, err
}

// loopback refuses every other address: a benchmark is an attack on a server that did not ask for it.
func loopback(address string) (*url.URL, error) {
	parsed, err := url.Parse(strings.TrimSuffix(address, "/"))
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(parsed.Hostname()); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("%q is not an address on loopback", address)
	}
	return parsed, nil
}
