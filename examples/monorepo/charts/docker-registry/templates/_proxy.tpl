{{/* A pull-through cache. It deletes what has expired only if clients could delete, which they cannot in a cache. */}}
{{- define "docker-registry.proxy.config" -}}
{{- with .Values.proxy }}
{{- if .enabled }}
proxy:
  remoteurl: {{ .remoteUrl | quote }}
  ttl: {{ .ttl | quote }}
  {{- with .username }}
  username: {{ . | quote }}
  {{- end }}
{{- end }}
{{- end }}
{{- if include "docker-registry.isCache" . }}
storage:
  delete:
    enabled: true
{{- end }}
{{- end }}

{{- define "docker-registry.isCache" -}}
{{- if or .Values.proxy.enabled (dig "proxy" dict (.Values.configuration | default dict)) }}true{{ end }}
{{- end }}

{{- define "docker-registry.proxy.env" -}}
{{- with .Values.proxy }}
{{- if and .enabled .existingSecret }}
{{- $secret := .existingSecret }}
{{- range $key := empty .username | ternary (list "username" "password") (list "password") }}
{{- include "docker-registry.secretVariable" (dict "name" (upper $key | printf "REGISTRY_PROXY_%s") "secret" $secret "key" $key) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* What makes the cache exit, or fill its storage. */}}
{{- define "docker-registry.proxy.problems" -}}
{{- $problems := list }}
{{- if include "docker-registry.isCache" . }}
{{- $own := .Values.proxy }}
{{- $over := dig "proxy" dict (.Values.configuration | default dict) }}
{{- $url := dict "key" "proxy.remoteUrl" "url" $own.remoteUrl }}
{{- with $over.remoteurl }}{{ $url = dict "key" "configuration.proxy.remoteurl" "url" . }}{{ end }}
{{- if and $own.enabled (not $url.url) }}
{{- $problems = include "docker-registry.conflict.proxy-url" dict | append $problems }}
{{- end }}
{{- $host := (urlParse $url.url).hostname }}
{{- if has $host (list "docker.io" "hub.docker.com" "www.docker.com") }}
{{- $problems = dict "key" $url.key "host" $host | include "docker-registry.conflict.proxy-docker-hub" | append $problems }}
{{- end }}
{{- if and $own.enabled $own.username (not $own.existingSecret) }}
{{- $problems = include "docker-registry.conflict.proxy-credentials" dict | append $problems }}
{{- end }}
{{- $replicas := include "docker-registry.replicaWords" . | fromYaml }}
{{- if gt (int $replicas.count) 1 }}
{{- $problems = include "docker-registry.conflict.proxy-replicas" $replicas | append $problems }}
{{- end }}
{{- $ttl := dict "key" "proxy.ttl" "time" $own.ttl }}
{{- if or $over.ttl (not $own.enabled) }}{{ $ttl = dict "key" "configuration.proxy.ttl" "time" ($over.ttl | default "168h") }}{{ end }}
{{- $deletes := dig "storage" "delete" "enabled" true (.Values.configuration | default dict) }}
{{- if and (not $deletes) (include "docker-registry.seconds" $ttl.time | float64) }}
{{- $problems = dict "key" $ttl.key | include "docker-registry.conflict.proxy-deletion" | append $problems }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}
