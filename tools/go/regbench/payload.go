package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"sync"
)

const (
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	blobType     = "application/octet-stream"
	smallestBlob = sha256.Size
)

// A blob is some bytes of its own, and then so many that all blobs share, up to its size.
type blob struct {
	own    []byte
	size   int64
	digest string
}

// shared are random bytes that repeat, the same in every run; a gibibyte of blobs need not be held in memory.
var shared = sync.OnceValue(func() []byte {
	data := make([]byte, 16<<20)
	rand.NewChaCha8([32]byte{}).Read(data)
	return data
})

func newBlob(own []byte, size int64) blob {
	b := blob{own: own, size: size}
	whole := sha256.New()
	io.Copy(whole, b.reader())
	b.digest = named(whole)
	return b
}

func (b blob) reader() io.Reader {
	return io.MultiReader(bytes.NewReader(b.own), &repeated{left: b.size - int64(len(b.own))})
}

// repeated reads the shared bytes from their beginning, again and again.
type repeated struct {
	left   int64
	offset int
}

func (r *repeated) Read(buffer []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	buffer = buffer[:min(int64(len(buffer)), r.left)]
	count := copy(buffer, shared()[r.offset:])
	r.offset = (r.offset + count) % len(shared())
	r.left -= int64(count)
	return count, nil
}

var empty = newBlob([]byte("{}"), 2)

// manifest gives an artifact's manifest that differs from others by its note. Its config and its layer are `empty`.
func manifest(note string) []byte {
	part := fmt.Sprintf(`{"mediaType":"application/vnd.oci.empty.v1+json","digest":%q,"size":2}`, empty.digest)
	return fmt.Appendf(nil, `{"schemaVersion":2,"mediaType":%q,"artifactType":"application/vnd.example.bench",`+
		`"config":%s,"layers":[%s],"annotations":{"org.example.note":%q}}`, manifestType, part, part, note)
}

func digest(data []byte) string {
	whole := sha256.New()
	whole.Write(data)
	return named(whole)
}

func named(whole hash.Hash) string {
	return "sha256:" + hex.EncodeToString(whole.Sum(nil))
}
