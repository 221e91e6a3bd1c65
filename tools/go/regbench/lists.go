package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// catalog walks through all repositories, a thousand at a time, which is as many as the registries we measure give.
func catalog(r *registry, p plan) (work, error) {
	return listing(r, "/v2/_catalog?n=1000", p.name+"/", p.items)
}

// pageSize is how many names a client asks for that shows them to a user.
const pageSize = 100

// catalogPage reads one page of the repositories: each item is the page that begins behind the repository of its number.
func catalogPage(r *registry, p plan) (work, error) {
	return work{operation: func(item int) error {
		after := item * pageSize % p.items
		path := fmt.Sprintf("/v2/_catalog?n=%d&last=%s", pageSize, url.QueryEscape(p.repository(after)))
		names, _, err := r.page(path)
		if err != nil {
			return err
		}
		stored := min(pageSize, p.items-after-1)
		if len(names) < stored {
			return fmt.Errorf("GET %s: %d names where %d are stored", path, len(names), stored)
		}
		for number, name := range names[:stored] {
			if wanted := p.repository(after + 1 + number); name != wanted {
				return fmt.Errorf("GET %s: name %d is %s, not %s", path, number, name, wanted)
			}
		}
		return nil
	}}, nil
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
