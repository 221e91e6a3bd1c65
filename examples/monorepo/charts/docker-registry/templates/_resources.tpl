{{/* CPU and memory of the containers. */}}
{{- define "docker-registry.resources.problems" -}}
{{- $problems := list }}
{{- $sections := dict "resources" .Values.resources }}
{{- $_ := dig "resources" dict (.Values.metrics | default dict) | set $sections "metrics.resources" }}
{{- $_ := dig "resources" dict (.Values.garbageCollection | default dict) | set $sections "garbageCollection.resources" }}
{{- range $key := list "initContainers" "sidecars" }}
{{- range $index, $container := index $.Values $key | default list }}
{{- $_ := set $sections (printf "%s.%d.resources" $key $index) .resources }}
{{- end }}
{{- end }}
{{- range $section, $resources := $sections }}
{{- $limits := dig "limits" dict ($resources | default dict) }}
{{- range $resource, $request := dig "requests" dict ($resources | default dict) }}
{{- $limit := get $limits $resource }}
{{- if and $request $limit (gt (include "docker-registry.quantity" $request | float64) (include "docker-registry.quantity" $limit | float64)) }}
{{- $words := dict "section" $section "resource" $resource "request" (toString $request) "limit" (toString $limit) }}
{{- $problems = include "docker-registry.conflict.request-above-limit" $words | append $problems }}
{{- end }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* A quantity such as 500m or 1Gi in base units. */}}
{{- define "docker-registry.quantity" -}}
{{- $units := dict "n" 1e-9 "u" 1e-6 "m" 1e-3 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18 }}
{{- $scale := 1 }}
{{- range list "Ki" "Mi" "Gi" "Ti" "Pi" "Ei" }}
{{- $scale = mulf $scale 1024 }}
{{- $_ := set $units . $scale }}
{{- end }}
{{- $text := toString . }}
{{- $unit := regexFind "([KMGTPE]i|[numkMGTPE])$" $text }}
{{- mulf (trimSuffix $unit $text | float64) (get $units $unit | default 1) }}
{{- end }}
