{{/* Metrics for Prometheus. The debug server that has them has profiles and variables of the process too, so it listens
inside the Pod only, and a sidecar passes on the metrics. */}}
{{- define "docker-registry.metrics.config" -}}
{{- with .Values.metrics }}
{{- if .enabled -}}
http:
  debug:
    addr: 127.0.0.1:{{ include "docker-registry.debugPort" $ }}
    prometheus:
      enabled: true
      path: {{ .path }}
{{- end }}
{{- end }}
{{- end }}

{{/* A port that neither the registry nor the sidecar uses. */}}
{{- define "docker-registry.debugPort" -}}
{{- $http := dig "http" "addr" ":5000" (.Values.configuration | default dict) | regexFind "[0-9]+$" }}
{{- without (list "5002" "5003" "5004") $http (toString .Values.metrics.port) | first }}
{{- end }}

{{- define "docker-registry.metrics.volumes" -}}
{{- if .Values.metrics.enabled -}}
- name: metrics-scripts
  configMap:
    name: {{ include "docker-registry.fullname" . }}-metrics
{{- end }}
{{- end }}

{{- define "docker-registry.metrics.containers" -}}
{{- with .Values.metrics }}
{{- if .enabled }}
{{- $port := include "docker-registry.debugPort" $ }}
- name: metrics
  image: {{ include "docker-registry.image" $ | quote }}
  imagePullPolicy: {{ $.Values.image.pullPolicy }}
  command:
    - nc
    - -ll
    - -p
    - {{ .port | quote }}
    - -e
    - sh
    - /metrics/respond.sh
    - {{ .path | quote }}
    - {{ printf "http://127.0.0.1:%s%s" $port .path | quote }}
  ports:
    - name: metrics
      containerPort: {{ .port }}
      protocol: TCP
  {{- $resources := .resources | default dict | deepCopy }}
  {{- include "docker-registry.prune" $resources }}
  {{- with $resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "docker-registry.securityContext" $.Values.containerSecurityContext }}
  securityContext:
    {{- . | nindent 4 }}
  {{- end }}
  volumeMounts:
    - name: metrics-scripts
      mountPath: /metrics
      readOnly: true
{{- end }}
{{- end }}
{{- end }}

{{/* What cannot be measured. */}}
{{- define "docker-registry.metrics.problems" -}}
{{- $problems := list }}
{{- with .Values.metrics }}
{{- range $name := list "serviceMonitor" "podMonitor" "prometheusRule" "dashboard" }}
{{- if and (dig $name "enabled" false $.Values.metrics) (not $.Values.metrics.enabled) }}
{{- $words := dict "key" (printf "metrics.%s.enabled" $name) }}
{{- $problems = include "docker-registry.conflict.metrics-off" $words | append $problems }}
{{- end }}
{{- end }}
{{- if .enabled }}
{{- if and .serviceMonitor.enabled .podMonitor.enabled }}
{{- $problems = include "docker-registry.conflict.metrics-twice" dict | append $problems }}
{{- end }}
{{- if eq (toString .port) (include "docker-registry.port" $) }}
{{- $problems = include "docker-registry.conflict.metrics-port" (dict "port" .port) | append $problems }}
{{- end }}
{{- if hasPrefix "/debug/" (print .path "/") }}
{{- $problems = include "docker-registry.conflict.metrics-path" (dict "path" .path) | append $problems }}
{{- end }}
{{- if dig "http" "debug" false ($.Values.configuration | default dict) }}
{{- $problems = include "docker-registry.conflict.metrics-debug" dict | append $problems }}
{{- end }}
{{- range $index, $variable := $.Values.extraEnvVars }}
{{- if hasPrefix "REGISTRY_HTTP_DEBUG" .name }}
{{- $words := dict "index" $index "name" .name }}
{{- $problems = include "docker-registry.conflict.metrics-variable" $words | append $problems }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* metadata of an object for Prometheus or Grafana. Takes root and values (its section), and maybe suffix. */}}
{{- define "docker-registry.monitoringMetadata" -}}
{{- $name := printf "%s%s" (include "docker-registry.fullname" .root) (.suffix | default "") }}
{{- pick .values "namespace" "labels" "annotations" | merge (dict "root" .root "name" $name) | include "docker-registry.metadata" }}
{{- end }}

{{/* An endpoint of a ServiceMonitor or PodMonitor. Takes monitor and path. */}}
{{- define "docker-registry.endpoint" -}}
port: metrics
path: {{ .path | quote }}
{{- with .monitor.interval }}
interval: {{ . }}
{{- end }}
{{- with .monitor.scrapeTimeout }}
scrapeTimeout: {{ . }}
{{- end }}
{{- end }}
