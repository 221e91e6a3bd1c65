{{/* The alerts of the chart. Targets of a ServiceMonitor and of a PodMonitor both have the labels namespace and pod. */}}
{{- define "docker-registry.alerts" -}}
{{- $name := include "docker-registry.fullname" . }}
{{- $pods := printf "namespace=%q,pod=~\"%s-.+\"" .Release.Namespace $name -}}
- alert: RegistryDown
  expr: |
    absent(up{ {{- $pods -}} } == 1)
  for: 5m
  labels: {severity: critical}
  annotations:
    summary: 'No replica of the registry {{ .Release.Namespace }}/{{ $name }} serves metrics'
- alert: RegistryErrors
  expr: |
    sum(rate(registry_http_requests_total{ {{- $pods -}} ,code=~"5.."}[5m]))
      / sum(rate(registry_http_requests_total{ {{- $pods -}} }[5m])) > 0.05
  for: 10m
  labels: {severity: warning}
  annotations:
    summary: '{{ `{{ $value | humanizePercentage }}` }} of the responses of the registry {{ .Release.Namespace }}/{{ $name }} are errors (5xx)'
- alert: RegistryStorageSlow
  expr: |
    histogram_quantile(0.99, sum by (le, action) (
      rate(registry_storage_action_seconds_bucket{ {{- $pods -}} ,action!="Move"}[5m]))) > 2.5
  for: 15m
  labels: {severity: warning}
  annotations:
    summary: '{{ `{{ $labels.action }}` }} takes the storage of the registry {{ .Release.Namespace }}/{{ $name }} {{ `{{ $value | humanizeDuration }}` }}'
- alert: RegistryCacheErrors
  expr: |
    sum(rate(registry_storage_cache_errors_total{ {{- $pods -}} }[5m])) > 0
  for: 10m
  labels: {severity: warning}
  annotations:
    summary: 'The registry {{ .Release.Namespace }}/{{ $name }} cannot use its cache'
{{- if include "docker-registry.volume" . | eq "claim" }}
{{- $claim := .Values.persistence.existingClaim | default $name }}
{{- $volume := printf "namespace=%q,persistentvolumeclaim=%q" .Release.Namespace $claim }}
- alert: RegistryVolumeFull
  expr: |
    kubelet_volume_stats_available_bytes{ {{- $volume -}} }
      / kubelet_volume_stats_capacity_bytes{ {{- $volume -}} } < 0.1
  for: 15m
  labels: {severity: warning}
  annotations:
    summary: 'The volume {{ $claim }} of the registry has {{ `{{ $value | humanizePercentage }}` }} of its space left'
{{- end }}
{{- end }}
