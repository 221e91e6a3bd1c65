{{/* How many Pods there are, and how they are replaced. */}}
{{- define "docker-registry.rollout.problems" -}}
{{- $problems := include "docker-registry.replicaProblems" . | fromYamlArray }}
{{- $config := include "docker-registry.config" . | fromYaml }}
{{- $drain := include "docker-registry.seconds" $config.http.draintimeout | float64 }}
{{- $grace := int64 .Values.terminationGracePeriodSeconds }}
{{- if and (gt $grace 0) (ge $drain (float64 $grace)) }}
{{- $over := dig "http" dict (.Values.configuration | default dict) }}
{{- $key := hasKey $over "draintimeout" | ternary "configuration.http.draintimeout" "http.drainTimeout" }}
{{- $words := dict "grace" $grace "key" $key "timeout" $config.http.draintimeout "seconds" (floor $drain | int64 | add1) }}
{{- $problems = include "docker-registry.conflict.grace-period" $words | append $problems }}
{{- end }}
{{- with .Values.updateStrategy.rollingUpdate }}
{{- if include "docker-registry.strategy" $ | eq "Recreate" }}
{{- $name := empty $.Values.updateStrategy.type | ternary "default-strategy" "strategy" }}
{{- $problems = include (printf "docker-registry.conflict.%s" $name) dict | append $problems }}
{{- else if and (regexMatch "^0+%?$" (toString .maxSurge)) (regexMatch "^0+%?$" (toString .maxUnavailable)) }}
{{- $problems = include "docker-registry.conflict.no-rollout" dict | append $problems }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* Why several Pods cannot work. */}}
{{- define "docker-registry.replicaProblems" -}}
{{- $problems := list }}
{{- $volume := .Values.persistence }}
{{- $words := dict "count" (int .Values.replicaCount) "modes" (join "/" $volume.accessModes) "claim" $volume.existingClaim }}
{{- if gt $words.count 1 }}
{{- $driver := include "docker-registry.config" . | fromYaml | include "docker-registry.drivers" }}
{{- if not (or (include "docker-registry.shared" .) (contains "," $driver)) }}
{{- $name := $volume.existingClaim | empty | ternary "replicas-claim" "replicas-existing-claim" }}
{{- if not $volume.enabled }}{{ $name = "replicas-no-volume" }}{{ end }}
{{- if eq $driver "inmemory" }}{{ $name = "replicas-memory" }}{{ end }}
{{- $problems = include (printf "docker-registry.conflict.%s" $name) $words | append $problems }}
{{- end }}
{{- if not .Values.http.existingSecret }}
{{- $problems = include "docker-registry.conflict.replicas-secret" $words | append $problems }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* Recreate where the images live on one node or in one Pod: two Pods cannot hold them at a time. */}}
{{- define "docker-registry.strategy" -}}
{{- .Values.updateStrategy.type | default (include "docker-registry.shared" . | empty | ternary "Recreate" "RollingUpdate") }}
{{- end }}

{{/* The length of a duration such as 1h30m, in seconds. */}}
{{- define "docker-registry.seconds" -}}
{{- $units := dict "h" 3600 "m" 60 "s" 1 "ms" 0.001 }}
{{- $seconds := 0.0 }}
{{- range regexFindAll "[0-9.]+(ms|s|m|h)" . -1 }}
{{- $unit := regexFind "[a-z]+" . }}
{{- $seconds = addf $seconds (mulf (trimSuffix $unit . | float64) (get $units $unit)) }}
{{- end }}
{{- $seconds }}
{{- end }}
