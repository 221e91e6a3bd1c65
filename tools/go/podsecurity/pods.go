package main

import (
	"encoding/json"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	strictjson "sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// templatePath says where each built-in kind keeps its Pod template. A Pod is its own template.
var templatePath = map[string][]string{
	"Pod":                   {},
	"PodTemplate":           {"template"},
	"CronJob":               {"spec", "jobTemplate", "spec", "template"},
	"DaemonSet":             {"spec", "template"},
	"Deployment":            {"spec", "template"},
	"Job":                   {"spec", "template"},
	"ReplicaSet":            {"spec", "template"},
	"ReplicationController": {"spec", "template"},
	"StatefulSet":           {"spec", "template"},
}

// pod is what Pod Security looks at, and where it came from.
type pod struct {
	origin   string // SOURCE: KIND NAMESPACE/NAME
	metadata metav1.ObjectMeta
	spec     corev1.PodSpec
}

// podsOf returns the Pods and Pod templates of one YAML or JSON document; a duplicate key is an error.
func podsOf(source string, document []byte) ([]pod, error) {
	var object map[string]any
	if err := yaml.UnmarshalStrict(document, &object); err != nil {
		return nil, err
	}
	return podsIn(source, object)
}

func podsIn(source string, object map[string]any) ([]pod, error) {
	kind, _ := object["kind"].(string)
	if items, ok := object["items"].([]any); ok && strings.HasSuffix(kind, "List") {
		var pods []pod
		for _, item := range items {
			child, _ := item.(map[string]any)
			found, err := podsIn(source, child)
			if err != nil {
				return nil, err
			}
			pods = append(pods, found...)
		}
		return pods, nil
	}
	path, ok := templatePath[kind]
	if !ok {
		return nil, nil
	}
	name := kind + " " + fullName(object)
	template := object
	for _, key := range path {
		if template, ok = template[key].(map[string]any); !ok {
			return nil, fmt.Errorf("%s has no %s", name, strings.Join(path, "."))
		}
	}
	read, err := readTemplate(template)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	read.origin = source + ": " + name
	return []pod{read}, nil
}

// readTemplate reads the metadata and the spec as the API server does with strict field validation: an unknown field is
// an error, for a mistyped security setting is one that is not set.
func readTemplate(template map[string]any) (pod, error) {
	raw, err := json.Marshal(map[string]any{"metadata": template["metadata"], "spec": template["spec"]})
	if err != nil {
		return pod{}, err
	}
	var typed corev1.PodTemplateSpec
	unknown, err := strictjson.UnmarshalStrict(raw, &typed)
	if err != nil {
		return pod{}, err
	}
	if len(unknown) > 0 {
		return pod{}, unknown[0]
	}
	if len(typed.Spec.Containers) == 0 {
		return pod{}, fmt.Errorf("the Pod has no containers")
	}
	return pod{metadata: typed.ObjectMeta, spec: typed.Spec}, nil
}

func fullName(object map[string]any) string {
	metadata, _ := object["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	if namespace, _ := metadata["namespace"].(string); namespace != "" {
		return namespace + "/" + name
	}
	return name
}
