package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// catalog walks through all repositories, a thousand at a time, which is as many as the registries we measure give.
func catalog(r *registry, p plan) (work, error) {
	return listing(r, "/v2/_catalog?n=1000", p.name+"/", p.items)
}

// tags walks through the tags of the first repository.
func tags(r *registry, p plan) (work, error) {
	return listing(r, "/v2/"+p.repository(0)+"/tags/list", p.set+"-", p.items)
}

// listing reads a list to its end; of the names that begin so there must be as many as were stored.
func listing(r *registry, path, prefix string, stored int) (work, error) {
	return work{operation: func(int) error {
		found := map[string]struct{}{}
		for page := path; page != ""; {
			names, next, err := r.page(page)
			if err != nil {
				return err
			}
			for _, name := range names {
				if strings.HasPrefix(name, prefix) {
					found[name] = struct{}{}
				}
			}
			page = next
		}
		if len(found) != stored {
			return fmt.Errorf("GET %s: %d names begin with %s where %d are stored", path, len(found), prefix, stored)
		}
		return nil
	}}, nil
}

// page gives the names on a page of either list, and where the next page is, if there is one.
func (r *registry) page(path string) (names []string, next string, err error) {
	header, body, err := r.ask(http.MethodGet, path, none, http.StatusOK)
	if err != nil {
		return nil, "", err
	}
	var list struct{ Repositories, Tags []string }
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, "", fmt.Errorf("GET %s: %w", path, err)
	}
	if link := header.Get("Link"); strings.Contains(link, `rel="next"`) {
		_, next, _ = strings.Cut(link, "<")
		next, _, _ = strings.Cut(next, ">")
	}
	return append(list.Repositories, list.Tags...), next, nil
}
