{{/* The cache of the descriptors of blobs. In memory a Pod does not see what another one deletes. The registry waits for
Redis for seconds, and tries again, on each request: a push takes 48 seconds while Redis hangs. */}}
{{- define "docker-registry.cache.config" -}}
{{- $type := .Values.cache.type | default (include "docker-registry.maxReplicas" . | int | le 2 | ternary "off" "inmemory") }}
{{- if ne $type "off" }}
storage:
  cache:
    blobdescriptor: {{ $type }}
{{- end }}
{{- if or (eq $type "redis") (dig "redis" dict (.Values.configuration | default dict)) }}
redis:
  dialtimeout: 200ms
  readtimeout: 200ms
  writetimeout: 200ms
  maxretries: -1
{{- end }}
{{- if eq $type "redis" }}
{{- with .Values.cache.redis }}
{{- with .addrs }}
  addrs:
    {{- range . }}
    - {{ . | quote }}
    {{- end }}
{{- end }}
{{- with .username }}
  username: {{ . | quote }}
{{- end }}
{{- with .db }}
  db: {{ int . }}
{{- end }}
{{- with .masterName }}
  mastername: {{ . | quote }}
{{- end }}
{{- with .sentinelUsername }}
  sentinelusername: {{ . | quote }}
{{- end }}
{{- if .tls.enabled }}
  tls:
    {{- /* The registry has no switch for TLS: the authorities turn it on. The last file is the image's public ones. */}}
    rootcas:
      {{- $own := include "docker-registry.files.caPaths" $ | fromYamlArray }}
      {{- append $own "/etc/ssl/certs/ca-certificates.crt" | toYaml | nindent 6 }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "docker-registry.cache.env" -}}
{{- with .Values.cache }}
{{- if and (eq .type "redis") .redis.existingSecret }}
{{- $secret := .redis.existingSecret }}
{{- include "docker-registry.secretVariable" (dict "name" "REGISTRY_REDIS_PASSWORD" "secret" $secret "key" "redis-password") }}
{{- if .redis.masterName }}
{{- include "docker-registry.secretVariable" (dict "name" "REGISTRY_REDIS_SENTINELPASSWORD" "secret" $secret "key" "sentinel-password" "optional" true) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Why the registry would lose images, or not start. */}}
{{- define "docker-registry.cache.problems" -}}
{{- $problems := list }}
{{- $config := include "docker-registry.config" . | fromYaml }}
{{- $words := include "docker-registry.replicaWords" . | fromYaml }}
{{- if and (gt (int $words.count) 1) (dig "storage" "cache" "blobdescriptor" "" $config | eq "inmemory") }}
{{- $_ := mustMerge $words (dict "cache" "cache.type" "off" "off") }}
{{- if dig "storage" "cache" "blobdescriptor" "" (.Values.configuration | default dict) }}
{{- $_ := mustMergeOverwrite $words (dict "cache" "configuration.storage.cache.blobdescriptor" "off" "\"\"") }}
{{- end }}
{{- $problems = include "docker-registry.conflict.replicas-cache" $words | append $problems }}
{{- end }}
{{- if dig "redis" "addrs" list $config | empty }}
{{- $mayBeSet := or .Values.extraEnvVarsSecret .Values.extraEnvVarsCM }}
{{- range .Values.extraEnvVars }}
{{- $mayBeSet = or $mayBeSet (has .name (list "REGISTRY_REDIS" "REGISTRY_REDIS_ADDRS")) }}
{{- end }}
{{- if eq .Values.cache.type "redis" }}
{{- $problems = include "docker-registry.conflict.redis-addrs" (dict "key" "cache.redis.addrs") | append $problems }}
{{- else if and (dig "storage" "cache" "blobdescriptor" "" $config | eq "redis") (not $mayBeSet) }}
{{- $problems = dict "key" "configuration.redis.addrs" | include "docker-registry.conflict.redis-addrs" | append $problems }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}
