// Goyaml says what Go programs read in a YAML text, so that a test can ask the readers themselves.
//
// Two readers answer: sigs.k8s.io/yaml, which Helm, kubectl and Flux use (YAML 1.1), and go.yaml.in/yaml/v3.
// Documents come on standard input, each ended by a NUL byte (which no YAML text holds); each is answered at once by
// one line of JSON on standard output, so one process can serve thousands of questions, asked one by one or together:
//
//	{"sigs": {"value": 1000}, "v3": {"value": 1000}}
//	{"sigs": {"error": "yaml: line 1: ..."}, "v3": {"error": "yaml: line 1: ..."}}
//
// A value that JSON has no word for (NaN, an infinity, a timestamp, a map key that is not a string) is an error rather
// than a string that looks like it. Only sigs makes strings of some map keys itself, as it does for its callers.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	yamlv3 "go.yaml.in/yaml/v3"
	sigs "sigs.k8s.io/yaml"
)

// reading is one reader's answer: the value as JSON, or why there is none.
type reading struct {
	Value json.RawMessage `json:"value,omitempty"`
	Error string          `json:"error,omitempty"`
}

// answer is the line printed for one document.
type answer struct {
	Sigs reading `json:"sigs"`
	V3   reading `json:"v3"`
}

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "goyaml:", err)
		os.Exit(2)
	}
}

func serve(in io.Reader, out io.Writer) error {
	documents := bufio.NewReader(in)
	lines := bufio.NewWriter(out)
	encoder := json.NewEncoder(lines)
	encoder.SetEscapeHTML(false)
	for {
		text, err := documents.ReadBytes(0)
		if errors.Is(err, io.EOF) {
			if len(text) > 0 {
				return errors.New("the last document does not end with a NUL byte")
			}
			return lines.Flush()
		}
		if err != nil {
			return err
		}
		text = bytes.TrimSuffix(text, []byte{0})
		if err := encoder.Encode(answer{Sigs: readSigs(text), V3: readV3(text)}); err != nil {
			return err
		}
		// An asker that waits for this answer has sent nothing more: let it have the line.
		if documents.Buffered() == 0 {
			if err := lines.Flush(); err != nil {
				return err
			}
		}
	}
}

func readSigs(text []byte) reading {
	// Strict, so that a duplicate key is an error, as it is to helm lint and to the API server.
	value, err := sigs.YAMLToJSONStrict(text)
	if err != nil {
		return reading{Error: err.Error()}
	}
	return reading{Value: value}
}

func readV3(text []byte) reading {
	var tree any
	err := yamlv3.Unmarshal(text, &tree)
	if err == nil {
		err = refuseTimestamps(tree)
	}
	if err != nil {
		return reading{Error: err.Error()}
	}
	value, err := json.Marshal(tree)
	if err != nil {
		return reading{Error: err.Error()}
	}
	return reading{Value: value}
}

// refuseTimestamps is here because JSON would show a timestamp as the string that it was perhaps meant to be.
func refuseTimestamps(tree any) error {
	switch node := tree.(type) {
	case time.Time:
		return fmt.Errorf("%s is read as a timestamp", node.Format(time.RFC3339Nano))
	case []any:
		for _, item := range node {
			if err := refuseTimestamps(item); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, item := range node {
			if err := refuseTimestamps(item); err != nil {
				return err
			}
		}
	}
	return nil
}
