{{- define "docker-registry.http.problems" -}}
{{- $problems := list }}
{{- $config := include "docker-registry.config" . | fromYaml }}
{{- $http := dig "http" dict (.Values.configuration | default dict) }}
{{- if and (dig "http" "prefix" "" $config | trimAll "/") (dig "http" "relativeurls" false $config) }}
{{- $key := hasKey $http "relativeurls" | ternary "configuration.http.relativeurls" "http.relativeUrls" }}
{{- $problems = dict "key" $key | include "docker-registry.conflict.prefix" | append $problems }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* The port that the registry listens on: the last part of http.addr. */}}
{{- define "docker-registry.port" -}}
{{- include "docker-registry.config" . | fromYaml | dig "http" "addr" ":5000" | regexFind "[0-9]+$" }}
{{- end }}
