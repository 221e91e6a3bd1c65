package main

import (
	"fmt"
	"net/http"
)

func manifestPut(r *registry, p plan) (work, error) {
	put := func(item int) error {
		return r.putManifest(p.repository(item), p.label(item), manifest(p.label(item)))
	}
	return work{operation: put, check: manifestThere(r, p)}, everyRepository(r, p)
}

// tagPut gives one manifest of each repository many tags.
func tagPut(r *registry, p plan) (work, error) {
	data := manifest(p.set)
	put := func(item int) error { return r.putManifest(p.repository(item), p.label(item), data) }
	if err := everyRepository(r, p); err != nil {
		return work{}, err
	}
	_, err := clocked(p.connections, limits{count: p.repositories}, func(number int) error {
		return r.putManifest(p.repository(number), digest(data), data)
	})
	return work{operation: put, check: func(item int) error {
		return r.headManifest(p.repository(item), p.label(item), data)
	}}, err
}

func manifestGet(r *registry, p plan) (work, error) {
	return work{operation: func(operation int) error {
		item := operation % p.items
		return r.getManifest(p.repository(item), p.label(item), manifest(p.label(item)))
	}}, everyManifest(r, p)
}

func manifestHead(r *registry, p plan) (work, error) {
	there := manifestThere(r, p)
	return work{operation: func(operation int) error { return there(operation % p.items) }}, everyManifest(r, p)
}

func everyManifest(r *registry, p plan) error {
	w, err := manifestPut(r, p)
	if err != nil {
		return err
	}
	_, err = clocked(p.connections, limits{count: p.items}, w.operation)
	return err
}

func manifestThere(r *registry, p plan) func(item int) error {
	return func(item int) error {
		return r.headManifest(p.repository(item), p.label(item), manifest(p.label(item)))
	}
}

func (r *registry) putManifest(repository, reference string, data []byte) error {
	path := manifestPath(repository, reference)
	header, _, err := r.ask(http.MethodPut, path, text(manifestType, data), http.StatusCreated)
	if err != nil {
		return err
	}
	return sameDigest(path, header, digest(data))
}

func (r *registry) getManifest(repository, reference string, data []byte) error {
	path := manifestPath(repository, reference)
	_, got, err := r.ask(http.MethodGet, path, none, http.StatusOK)
	if err == nil && digest(got) != digest(data) {
		err = fmt.Errorf("GET %s: %d bytes that are not the %d that were put", path, len(got), len(data))
	}
	return err
}

func (r *registry) headManifest(repository, reference string, data []byte) error {
	path := manifestPath(repository, reference)
	header, _, err := r.ask(http.MethodHead, path, none, http.StatusOK)
	if err != nil {
		return err
	}
	return sameDigest(path, header, digest(data))
}

func manifestPath(repository, reference string) string {
	return "/v2/" + repository + "/manifests/" + reference
}

// sameDigest looks at the answer's Docker-Content-Digest, which every registry we measure gives for a manifest.
func sameDigest(path string, header http.Header, wanted string) error {
	if got := header.Get("Docker-Content-Digest"); got != wanted {
		return fmt.Errorf("%s: the answer is about %q, not %s", path, got, wanted)
	}
	return nil
}
