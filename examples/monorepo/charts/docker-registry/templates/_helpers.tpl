{{/* The application's name, as in the label app.kubernetes.io/name. */}}
{{- define "docker-registry.name" -}}
{{- .Values.nameOverride | default .Chart.Name | include "docker-registry.cut" }}
{{- end }}

{{/* A name of at most 63 characters, which does not end with a hyphen where it was cut. */}}
{{- define "docker-registry.cut" -}}
{{- regexReplaceAll "-+$" (trunc 63 .) "" }}
{{- end }}

{{/* The name of every object: the release's name, with the chart's name unless it is in there already. */}}
{{- define "docker-registry.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name }}
{{- $full := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) }}
{{- .Values.fullnameOverride | default $full | include "docker-registry.cut" }}
{{- end }}

{{- define "docker-registry.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (.Values.serviceAccount.create | ternary (include "docker-registry.fullname" .) "default") }}
{{- end }}

{{/* The labels by which the Deployment and the Service know their Pods: they can never change. */}}
{{- define "docker-registry.selectorLabels" -}}
app.kubernetes.io/name: {{ include "docker-registry.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "docker-registry.labels" -}}
{{ include "docker-registry.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | include "docker-registry.cut" }}
{{- end }}

{{/* The metadata of an object. Takes root, name, labels and annotations (maps, or nothing), and maybe a namespace other
than that of the release; what is named first wins. */}}
{{- define "docker-registry.metadata" -}}
{{- $common := .root.Values }}
{{- $own := include "docker-registry.labels" .root | fromYaml -}}
name: {{ .name }}
namespace: {{ .namespace | default .root.Release.Namespace }}
labels:
  {{- merge (.labels | default dict | deepCopy) $own ($common.commonLabels | default dict) | include "docker-registry.strings" | nindent 2 }}
{{- with merge (.annotations | default dict | deepCopy) ($common.commonAnnotations | default dict) }}
annotations:
  {{- include "docker-registry.strings" . | nindent 2 }}
{{- end }}
{{- end }}

{{/* A map of text to text. All of it is quoted: `1e3`, `0o644` and `yes` are something else to some readers of YAML. */}}
{{- define "docker-registry.strings" -}}
{{- $lines := list }}
{{- range $key, $value := . }}
{{- $lines = append $lines (printf "%s: %s" $key (quote $value)) }}
{{- end }}
{{- join "\n" $lines }}
{{- end }}

{{/* Removes nulls and empty maps from a map, in place, so that `limits: {cpu: null}` leaves nothing behind. */}}
{{- define "docker-registry.prune" -}}
{{- range $key, $value := . }}
{{- if kindIs "map" $value }}{{ include "docker-registry.prune" $value }}{{ end }}
{{- if or (kindIs "invalid" $value) (and (kindIs "map" $value) (not $value)) }}{{ $_ := unset $ $key }}{{ end }}
{{- end }}
{{- end }}

{{/* A security context without the chart's own switch; nothing when it is off. */}}
{{- define "docker-registry.securityContext" -}}
{{- if dig "enabled" false (. | default dict) }}
{{- $context := omit . "enabled" | deepCopy }}
{{- include "docker-registry.prune" $context }}
{{- with $context }}{{ toYaml . }}{{ end }}
{{- end }}
{{- end }}

{{/* A probe. Takes probe (the values) and handler (a map). */}}
{{- define "docker-registry.probe" -}}
{{- if dig "enabled" false (.probe | default dict) }}
{{- omit .probe "enabled" | merge (deepCopy .handler) | toYaml }}
{{- end }}
{{- end }}

{{- define "docker-registry.image" -}}
{{- with .Values.image }}
{{- $tag := .tag | default (.digest | empty | ternary $.Chart.AppVersion "") }}
{{- with .registry }}{{ . }}/{{ end }}{{ .repository }}{{ with $tag }}:{{ . }}{{ end }}{{ with .digest }}@{{ . }}{{ end }}
{{- end }}
{{- end }}

{{/* A variable from a key of a Secret. Takes name, secret, key, and optional: whether the key may be missing. */}}
{{- define "docker-registry.secretVariable" }}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret | quote }}
      key: {{ .key }}
      {{- if .optional }}
      optional: true
      {{- end }}
{{- end }}
