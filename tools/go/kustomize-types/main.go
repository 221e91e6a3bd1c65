// Command kustomize-types prints the JSON Schemas of kustomize's Kustomization and Component, one in a line, as strict
// as kustomize reads them: from the fields of its Go type, by their names in JSON.
package main

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
)

type schema = map[string]any

func main() {
	out := json.NewEncoder(os.Stdout)
	for kind, version := range map[string]string{
		types.KustomizationKind: types.KustomizationVersion,
		types.ComponentKind:     types.ComponentVersion,
	} {
		kustomization := of(reflect.TypeOf(types.Kustomization{}))
		properties := kustomization["properties"].(schema)
		properties["apiVersion"] = schema{"type": "string", "enum": []string{version}}
		properties["kind"] = schema{"type": "string", "enum": []string{kind}}
		kustomization["x-ignores-case"] = true
		if err := out.Encode(kustomization); err != nil {
			panic(err)
		}
	}
}

// of returns the schema of a Go type, as encoding/json reads it.
func of(t reflect.Type) schema {
	switch t.Kind() {
	case reflect.Pointer:
		return of(t.Elem())
	case reflect.Struct:
		properties := schema{}
		fields(t, properties)
		return schema{"type": "object", "properties": properties, "additionalProperties": false}
	case reflect.Map:
		return schema{"type": "object", "additionalProperties": of(t.Elem())}
	case reflect.Slice:
		return schema{"type": "array", "items": of(t.Elem())}
	case reflect.Bool:
		return schema{"type": "boolean"}
	case reflect.String:
		return schema{"type": "string"}
	case reflect.Int, reflect.Int32, reflect.Int64:
		return schema{"type": "integer"}
	case reflect.Interface:
		return schema{}
	}
	panic("say what becomes of " + t.String())
}

// fields adds the fields of a struct, and of the structs that are embedded into it.
func fields(t reflect.Type, properties schema) {
	for _, field := range reflect.VisibleFields(t) {
		if !field.IsExported() || len(field.Index) > 1 {
			continue
		}
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		embedded := field.Type
		if embedded.Kind() == reflect.Pointer {
			embedded = embedded.Elem()
		}
		switch {
		case field.Anonymous && embedded.Kind() == reflect.Struct && (name == "" || strings.Contains(options, "inline")):
			fields(embedded, properties)
		case name == "-":
		case name == "":
			properties[field.Name] = of(field.Type)
		default:
			properties[name] = of(field.Type)
		}
	}
}
