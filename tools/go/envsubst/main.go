// Envsubst does to an object what Flux's kustomize-controller does after kustomize built it, so that a test can ask
// Flux's own parser: it writes the object as kustomize hands it over, substitutes variables in that text with
// github.com/fluxcd/pkg/envsubst, and reads the result.
//
// Questions come on standard input, one line of JSON each; each is answered at once by one line on standard output:
//
//	{"text": "${A:=1}", "vars": {}}            ->  {"value": "1"}
//	{"yaml": "tag: ${A}", "vars": {"A": "3"}}  ->  {"value": {"tag": 3}}
//	{"text": "${A-1}", "vars": {}}             ->  {"error": "missing closing brace"}
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/fluxcd/pkg/envsubst"
	"sigs.k8s.io/yaml"
)

// question is a text, or an object as kustomize prints it, and the variables of the Flux Kustomization.
type question struct {
	Text string            `json:"text"`
	YAML string            `json:"yaml"`
	Vars map[string]string `json:"vars"`
	// Strict is Flux's feature gate StrictPostBuildSubstitutions.
	Strict bool `json:"strict"`
}

// answer is the line printed for one question.
type answer struct {
	Value any    `json:"value,omitempty"`
	Error string `json:"error,omitempty"`
}

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "envsubst:", err)
		os.Exit(2)
	}
}

func serve(in io.Reader, out io.Writer) error {
	questions := json.NewDecoder(bufio.NewReader(in))
	answers := json.NewEncoder(out)
	answers.SetEscapeHTML(false)
	for {
		var asked question
		err := questions.Decode(&asked)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		value, err := substitute(asked)
		if err != nil {
			err = answers.Encode(answer{Error: err.Error()})
		} else {
			err = answers.Encode(answer{Value: value})
		}
		if err != nil {
			return err
		}
	}
}

func substitute(asked question) (any, error) {
	if asked.YAML == "" {
		return evaluate(asked.Text, asked)
	}
	// A resource of kustomize is JSON, of which Resource.AsYAML makes the text.
	object, err := yaml.YAMLToJSON([]byte(asked.YAML))
	if err != nil {
		return nil, err
	}
	text, err := yaml.JSONToYAML(object)
	if err != nil {
		return nil, err
	}
	result, err := evaluate(string(text), asked)
	if err != nil {
		return nil, err
	}
	object, err = yaml.YAMLToJSON([]byte(result))
	return json.RawMessage(object), err
}

func evaluate(text string, asked question) (string, error) {
	return envsubst.Eval(text, func(name string) (string, bool) {
		value, isSet := asked.Vars[name]
		return value, isSet || !asked.Strict
	})
}
