package main

import (
	"errors"
	"fmt"
	"net/http"
)

// A load is something that a registry is made to do many times.
type load struct {
	writes  bool // each item once, else until the time is over
	blobs   bool // bytes are counted
	prepare func(*registry, plan) (work, error)
}

// A work is a load that has been prepared.
type work struct {
	operation func(item int) error
	check     func(item int) error // whether an item is there, once the clock has stopped
}

var loads = map[string]load{
	"ping":          {prepare: ping},
	"manifest-put":  {prepare: manifestPut, writes: true},
	"manifest-get":  {prepare: manifestGet},
	"manifest-head": {prepare: manifestHead},
	"tag-put":       {prepare: tagPut, writes: true},
	"blob-head":     {prepare: blobHead},
	"push":          {prepare: push, writes: true, blobs: true},
	"pull":          {prepare: pull, blobs: true},
	"catalog":       {prepare: catalog},
	"catalog-page":  {prepare: catalogPage},
	"tags":          {prepare: tags},
}

func ping(r *registry, _ plan) (work, error) {
	return work{operation: func(int) error {
		_, _, err := r.ask(http.MethodGet, "/v2/", none, http.StatusOK)
		return err
	}}, nil
}

// repository gives the name of the repository that an item belongs to.
func (p plan) repository(item int) string {
	return fmt.Sprintf("%s/r%05d", p.name, item%p.repositories)
}

// label gives an item's own name, which is a tag's too.
func (p plan) label(item int) string {
	return fmt.Sprintf("%s-%05d", p.set, item)
}

// everyRepository makes the repositories, by pushing what every manifest refers to.
func everyRepository(r *registry, p plan) error {
	_, err := clocked(p.connections, limits{count: p.repositories}, func(number int) error {
		return r.ensureBlob(p.repository(number), empty)
	})
	return err
}

// missing says whether an error is the answer 404.
func missing(err error) bool {
	var refused *refusal
	return errors.As(err, &refused) && refused.status == http.StatusNotFound
}
