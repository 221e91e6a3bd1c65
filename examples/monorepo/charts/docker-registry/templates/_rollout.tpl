{{/* How many Pods there are, and how they are replaced. */}}
{{- define "docker-registry.rollout.problems" -}}
{{- $problems := include "docker-registry.replicaProblems" . | fromYamlArray }}
{{- if .Values.autoscaling.enabled }}
{{- $problems = include "docker-registry.autoscalingProblems" . | fromYamlArray | concat $problems }}
{{- end }}
{{- with .Values.pdb }}
{{- if and .enabled (not (kindIs "invalid" .minAvailable)) (not (kindIs "invalid" .maxUnavailable)) }}
{{- $problems = include "docker-registry.conflict.pdb-both" dict | append $problems }}
{{- end }}
{{- end }}
{{- $config := include "docker-registry.config" . | fromYaml }}
{{- $delay := include "docker-registry.preStopSeconds" . }}
{{- $drain := include "docker-registry.seconds" $config.http.draintimeout | float64 | addf (float64 $delay) }}
{{- $grace := int64 .Values.terminationGracePeriodSeconds }}
{{- if and (gt $grace 0) (ge $drain (float64 $grace)) }}
{{- $over := dig "http" dict (.Values.configuration | default dict) }}
{{- $key := hasKey $over "draintimeout" | ternary "configuration.http.draintimeout" "http.drainTimeout" }}
{{- $words := dict "grace" $grace "key" $key "timeout" $config.http.draintimeout "seconds" (floor $drain | int64 | add1) }}
{{- $_ := set $words "after" (eq $delay "0" | ternary "" (printf " after %s seconds of its preStop hook" $delay)) }}
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
{{- $words := include "docker-registry.replicaWords" . | fromYaml }}
{{- $_ := mustMerge $words (dict "modes" (join "/" $volume.accessModes) "claim" $volume.existingClaim) }}
{{- if gt (int $words.count) 1 }}
{{- $driver := include "docker-registry.config" . | fromYaml | include "docker-registry.drivers" }}
{{- if not (or (include "docker-registry.shared" .) (contains "," $driver)) }}
{{- $name := $volume.existingClaim | empty | ternary "replicas-claim" "replicas-existing-claim" }}
{{- if not $volume.enabled }}{{ $name = "replicas-no-volume" }}{{ end }}
{{- if eq $driver "inmemory" }}{{ $name = "replicas-memory" }}{{ end }}
{{- $problems = include (printf "docker-registry.conflict.%s" $name) $words | append $problems }}
{{- end }}
{{- if not (include "docker-registry.hasUploadSecret" .) }}
{{- $problems = include "docker-registry.conflict.replicas-secret" $words | append $problems }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* "true" where all Pods have one key for the state of uploads. A field of the Pod differs between them. */}}
{{- define "docker-registry.hasUploadSecret" -}}
{{- $secret := or .Values.http.existingSecret (dig "http" "secret" "" (.Values.configuration | default dict)) }}
{{- range .Values.extraEnvVars }}
{{- if eq .name "REGISTRY_HTTP_SECRET" }}
{{- $source := .valueFrom | default dict }}
{{- $secret = or $secret .value $source.secretKeyRef $source.configMapKeyRef }}
{{- end }}
{{- end }}
{{- if $secret }}true{{ end }}
{{- end }}

{{/* The largest number of Pods, the key that sets it, and what to set for one Pod, as a map. */}}
{{- define "docker-registry.replicaWords" -}}
count: {{ include "docker-registry.maxReplicas" . }}
key: {{ .Values.autoscaling.enabled | ternary "autoscaling.maxReplicas" "replicaCount" }}
one_pod: {{ .Values.autoscaling.enabled | ternary "autoscaling.enabled to false" "replicaCount to 1" }}
{{- end }}

{{- define "docker-registry.maxReplicas" -}}
{{- .Values.autoscaling.enabled | ternary .Values.autoscaling.maxReplicas .Values.replicaCount | int }}
{{- end }}

{{/* Why the autoscaler cannot work. */}}
{{- define "docker-registry.autoscalingProblems" -}}
{{- $problems := list }}
{{- with .Values.autoscaling }}
{{- if gt (int .minReplicas) (int .maxReplicas) }}
{{- $words := dict "minimum" .minReplicas "maximum" .maxReplicas }}
{{- $problems = include "docker-registry.conflict.autoscaling-range" $words | append $problems }}
{{- end }}
{{- if not (or .targetCPUUtilizationPercentage .targetMemoryUtilizationPercentage) }}
{{- $problems = include "docker-registry.conflict.autoscaling-target" dict | append $problems }}
{{- end }}
{{- $targets := dict "cpu" "targetCPUUtilizationPercentage" "memory" "targetMemoryUtilizationPercentage" }}
{{- range $resource, $target := $targets }}
{{- /* Kubernetes takes a missing request from the limit. */}}
{{- $resources := $.Values.resources | default dict }}
{{- $amount := coalesce (dig "requests" $resource "" $resources) (dig "limits" $resource "" $resources) }}
{{- if and (get $.Values.autoscaling $target) (not $amount) }}
{{- $words := dict "resource" $resource "target" $target }}
{{- $problems = include "docker-registry.conflict.autoscaling-request" $words | append $problems }}
{{- end }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* What the container does when its Pod starts and ends. SIGTERM closes the registry's listener at once, and the Service
sends requests to the Pod for some seconds more: where another Pod takes over, the old one serves on. */}}
{{- define "docker-registry.lifecycle" -}}
{{- $hooks := .Values.lifecycleHooks | default dict | deepCopy }}
{{- include "docker-registry.prune" $hooks }}
{{- if and (not $hooks.preStop) (include "docker-registry.strategy" . | eq "RollingUpdate") }}
{{- $_ := set $hooks "preStop" (dict "exec" (dict "command" (list "sleep" (include "docker-registry.preStopSeconds" .)))) }}
{{- end }}
{{- with $hooks }}{{ toYaml . }}{{ end }}
{{- end }}

{{/* Seconds that the Pod waits before SIGTERM, as far as they are known: a program of the user can take any time. */}}
{{- define "docker-registry.preStopSeconds" -}}
{{- with dig "preStop" dict (.Values.lifecycleHooks | default dict) }}
{{- dig "sleep" "seconds" 0 . }}
{{- else }}
{{- include "docker-registry.strategy" . | eq "RollingUpdate" | ternary 10 0 }}
{{- end }}
{{- end }}

{{/* Seconds for which a new Pod must be ready before an old one is ended. The registry starts with a wrong key of its
object storage, and fails its health check only after all tries: a rollout must not have ended by then. */}}
{{- define "docker-registry.minReadySeconds" -}}
{{- $health := (include "docker-registry.config" . | fromYaml).health.storagedriver }}
{{- if and (include "docker-registry.isObjectStorage" .) $health.enabled }}
{{- $interval := include "docker-registry.seconds" $health.interval | float64 }}
{{- mulf (default 10 $interval) (max 1 (int $health.threshold)) | ceil | int | add 5 }}
{{- else }}0
{{- end }}
{{- end }}

{{/* Several Pods run on different nodes, if possible, unless the user says where. Nothing for one Pod. */}}
{{- define "docker-registry.spread" -}}
{{- $own := dict "labelSelector" (dict "matchLabels" (include "docker-registry.selectorLabels" . | fromYaml)) }}
{{- $given := .Values.topologySpreadConstraints | default list }}
{{- if and (not $given) (not .Values.affinity) (include "docker-registry.maxReplicas" . | int | le 2) }}
{{- $given = list (dict "maxSkew" 1 "topologyKey" "kubernetes.io/hostname" "whenUnsatisfiable" "ScheduleAnyway") }}
{{- end }}
{{- range $given }}
- {{ merge (deepCopy .) $own | toYaml | indent 2 | trim }}
{{- end }}
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
