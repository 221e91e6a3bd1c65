package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A registry is asked over a fixed number of connections, which stay open.
type registry struct {
	client *http.Client
	url    *url.URL
}

func newRegistry(address *url.URL, connections int) *registry {
	return &registry{url: address, client: &http.Client{
		Timeout: 10 * time.Minute,
		Transport: &http.Transport{
			Proxy:               nil,
			MaxIdleConns:        connections,
			MaxIdleConnsPerHost: connections,
			MaxConnsPerHost:     connections,
			DisableCompression:  true,
			WriteBufferSize:     64 << 10,
			ReadBufferSize:      64 << 10,
		},
		// A redirect would send the load elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// A content is what is sent.
type content struct {
	io.Reader
	size int64
	kind string
}

func text(kind string, data []byte) content {
	return content{bytes.NewReader(data), int64(len(data)), kind}
}

var none = content{http.NoBody, 0, ""}

// send asks for a path or URL and gives the response, whose body the caller closes. The status must be the wanted one.
func (r *registry) send(method, path string, body content, wanted int) (*http.Response, error) {
	address, err := r.url.Parse(path)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest(method, address.String(), body.Reader)
	if err != nil {
		return nil, err
	}
	request.ContentLength = body.size
	if body.kind != "" {
		request.Header.Set("Content-Type", body.kind)
	}
	request.Header.Set("Accept", manifestType)
	response, err := r.client.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != wanted {
		said, _ := io.ReadAll(io.LimitReader(response.Body, 200))
		response.Body.Close()
		return nil, &refusal{method, path, response.StatusCode, wanted, string(said)}
	}
	return response, nil
}

// ask sends and reads all of the answer.
func (r *registry) ask(method, path string, body content, wanted int) (http.Header, []byte, error) {
	response, err := r.send(method, path, body, wanted)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return response.Header, answer, nil
}

// A refusal is an answer with another status than the wanted one.
type refusal struct {
	method, path   string
	status, wanted int
	said           string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s %s: %d where %d was wanted: %s", r.method, r.path, r.status, r.wanted, strings.TrimSpace(r.said))
}
