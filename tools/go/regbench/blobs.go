package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
)

func push(r *registry, p plan) (work, error) {
	blobs := everyBlob(p)
	return work{
		operation: func(item int) error { return r.pushBlob(p.repository(item), blobs[item]) },
		check:     func(item int) error { return r.headBlob(p.repository(item), blobs[item]) },
	}, everyRepository(r, p)
}

func pull(r *registry, p plan) (work, error) {
	blobs, err := storedBlobs(r, p)
	if err != nil {
		return work{}, err
	}
	whole := sha256.New()
	if err := r.pullBlob(p.repository(0), blobs[0], whole); err != nil {
		return work{}, err
	}
	if got := named(whole); got != blobs[0].digest {
		return work{}, fmt.Errorf("pulled %s and got %s", blobs[0].digest, got)
	}
	return work{operation: func(operation int) error {
		item := operation % p.items
		return r.pullBlob(p.repository(item), blobs[item], io.Discard)
	}}, nil
}

func blobHead(r *registry, p plan) (work, error) {
	blobs, err := storedBlobs(r, p)
	return work{operation: func(operation int) error {
		item := operation % p.items
		return r.headBlob(p.repository(item), blobs[item])
	}}, err
}

func everyBlob(p plan) []blob {
	blobs := make([]blob, p.items)
	for item := range blobs {
		own := sha256.Sum256([]byte(p.label(item)))
		blobs[item] = newBlob(own[:], p.size)
	}
	return blobs
}

// storedBlobs pushes what an earlier run has not.
func storedBlobs(r *registry, p plan) ([]blob, error) {
	blobs := everyBlob(p)
	_, err := clocked(p.connections, limits{count: p.items}, func(item int) error {
		return r.ensureBlob(p.repository(item), blobs[item])
	})
	return blobs, err
}

func (r *registry) ensureBlob(repository string, b blob) error {
	err := r.headBlob(repository, b)
	if missing(err) {
		return r.pushBlob(repository, b)
	}
	return err
}

// pushBlob uploads with POST and PUT, the one way that every registry we measure knows.
func (r *registry) pushBlob(repository string, b blob) error {
	header, _, err := r.ask(http.MethodPost, "/v2/"+repository+"/blobs/uploads/", none, http.StatusAccepted)
	if err != nil {
		return err
	}
	location, err := r.url.Parse(header.Get("Location"))
	if err != nil {
		return err
	}
	query := location.Query()
	query.Set("digest", b.digest)
	location.RawQuery = query.Encode()
	_, _, err = r.ask(http.MethodPut, location.String(), content{b.reader(), b.size, blobType}, http.StatusCreated)
	return err
}

func (r *registry) headBlob(repository string, b blob) error {
	response, err := r.send(http.MethodHead, blobPath(repository, b), none, http.StatusOK)
	if err != nil {
		return err
	}
	response.Body.Close()
	if response.ContentLength != b.size {
		return fmt.Errorf("HEAD %s: %d bytes where %d were pushed", blobPath(repository, b), response.ContentLength, b.size)
	}
	return nil
}

func (r *registry) pullBlob(repository string, b blob, to io.Writer) error {
	response, err := r.send(http.MethodGet, blobPath(repository, b), none, http.StatusOK)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	// Without the wrapping, io.Discard would read by its own small buffer, and we would be slower than the server.
	count, err := io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{response.Body}, make([]byte, 256<<10))
	if err == nil && count != b.size {
		err = fmt.Errorf("%d bytes where %d were pushed", count, b.size)
	}
	if err != nil {
		return fmt.Errorf("GET %s: %w", blobPath(repository, b), err)
	}
	return nil
}

func blobPath(repository string, b blob) string {
	return "/v2/" + repository + "/blobs/" + b.digest
}
