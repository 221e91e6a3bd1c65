// Podsecurity says whether the Pods in Kubernetes manifests would be admitted by a Pod Security level.
//
// It asks the evaluator that the API server itself uses (k8s.io/pod-security-admission/policy). Manifests come from
// files or from standard input, as YAML or JSON, with any number of documents; Pods, Pod templates of every built-in
// workload and the items of a List are evaluated, other kinds are passed over.
//
// Each violation is one line on standard output:
//
//	SOURCE: KIND NAMESPACE/NAME: REASON: DETAIL
//
// Exit status: 0 every Pod is admitted; 1 a violation; 2 the input cannot be read, or holds no Pod at all.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

func main() {
	level := flag.String("level", "restricted", "Pod Security level: privileged, baseline or restricted")
	version := flag.String("version", "latest", "version of the level: latest, or a Kubernetes minor version such as v1.36")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: podsecurity [-level LEVEL] [-version VERSION] [FILE ...]")
		flag.PrintDefaults()
	}
	flag.Parse()

	violations, err := run(*level, *version, flag.Args())
	for _, violation := range violations {
		fmt.Println(violation)
	}
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "podsecurity:", err)
		os.Exit(2)
	case len(violations) > 0:
		os.Exit(1)
	}
}

// run evaluates every Pod of the files, or of standard input where no file is named, and returns a line per violation.
func run(level, version string, files []string) ([]string, error) {
	at, err := levelVersion(level, version)
	if err != nil {
		return nil, err
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return nil, err
	}
	pods, err := readAll(files)
	if err != nil {
		return nil, err
	}
	if len(pods) == 0 {
		return nil, errors.New("no Pod and no workload with a Pod template in the input")
	}
	var violations []string
	for _, pod := range pods {
		for _, result := range evaluator.EvaluatePod(at, &pod.metadata, &pod.spec) {
			if !result.Allowed {
				violations = append(violations, fmt.Sprintf("%s: %s: %s", pod.origin, result.ForbiddenReason, result.ForbiddenDetail))
			}
		}
	}
	return violations, nil
}

func levelVersion(level, version string) (api.LevelVersion, error) {
	l, err := api.ParseLevel(level)
	if err != nil {
		return api.LevelVersion{}, err
	}
	v, err := api.ParseVersion(version)
	if err != nil {
		return api.LevelVersion{}, err
	}
	return api.LevelVersion{Level: l, Version: v}, nil
}

func readAll(files []string) ([]pod, error) {
	if len(files) == 0 {
		return readStream("stdin", os.Stdin)
	}
	var pods []pod
	for _, name := range files {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		found, err := readStream(name, file)
		file.Close()
		if err != nil {
			return nil, err
		}
		pods = append(pods, found...)
	}
	return pods, nil
}

func readStream(source string, in io.Reader) ([]pod, error) {
	documents := yaml.NewYAMLReader(bufio.NewReader(in))
	var pods []pod
	for n := 1; ; n++ {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return pods, nil
		}
		if err == nil {
			var found []pod
			found, err = podsOf(source, document)
			pods = append(pods, found...)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: document %d: %w", source, n, err)
		}
	}
}
