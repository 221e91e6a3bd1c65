{{/* What cannot work, as a YAML list of sentences. Their texts are in _conflicts.tpl, which is generated. */}}
{{- define "docker-registry.problems" -}}
{{- $config := include "docker-registry.config" . | fromYaml }}
{{- $http := dig "http" dict (.Values.configuration | default dict) }}
{{- $problems := concat
  (include "docker-registry.replicaProblems" . | fromYamlArray)
  (include "docker-registry.authProblems" . | fromYamlArray) }}
{{- $drivers := include "docker-registry.drivers" $config }}
{{- if contains "," $drivers }}
{{- $problems = dict "drivers" (replace "," ", " $drivers) | include "docker-registry.conflict.storage-drivers" | append $problems }}
{{- end }}
{{- if and (dig "http" "prefix" "" $config | trimAll "/") (dig "http" "relativeurls" false $config) }}
{{- $key := hasKey $http "relativeurls" | ternary "configuration.http.relativeurls" "http.relativeUrls" }}
{{- $problems = dict "key" $key | include "docker-registry.conflict.prefix" | append $problems }}
{{- end }}
{{- $drain := include "docker-registry.seconds" $config.http.draintimeout | float64 }}
{{- $grace := int64 .Values.terminationGracePeriodSeconds }}
{{- if and (gt $grace 0) (ge $drain (float64 $grace)) }}
{{- $key := hasKey $http "draintimeout" | ternary "configuration.http.draintimeout" "http.drainTimeout" }}
{{- $words := dict "grace" $grace "key" $key "timeout" $config.http.draintimeout "seconds" (floor $drain | int64 | add1) }}
{{- $problems = include "docker-registry.conflict.grace-period" $words | append $problems }}
{{- end }}
{{- with .Values.ingress }}
{{- if and .enabled .tls (not .hostname) (not .extraTls) }}
{{- $problems = include "docker-registry.conflict.tls-host" dict | append $problems }}
{{- end }}
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

{{/* Why nobody could log in. */}}
{{- define "docker-registry.authProblems" -}}
{{- $problems := list }}
{{- $providers := dig "auth" dict (.Values.configuration | default dict) }}
{{- with .Values.auth.htpasswd }}
{{- if and (hasKey $providers "htpasswd") (hasKey $providers "token") }}
{{- $problems = include "docker-registry.conflict.configuration-auth-providers" dict | append $problems }}
{{- else if and .enabled (hasKey $providers "token") }}
{{- $problems = include "docker-registry.conflict.auth-providers" dict | append $problems }}
{{- end }}
{{- if and .existingSecret .password }}
{{- $problems = include "docker-registry.conflict.htpasswd-password" dict | append $problems }}
{{- else if and .enabled (not (or .existingSecret (and .username .password))) }}
{{- $problems = include "docker-registry.conflict.htpasswd-credentials" dict | append $problems }}
{{- end }}
{{- if gt (len .password) 72 }}
{{- $problems = include "docker-registry.conflict.password-length" dict | append $problems }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
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
