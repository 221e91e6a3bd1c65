{{/* The registry's container. The path of config.yml is explicit, because an image could have another one. */}}
{{- define "docker-registry.container" -}}
name: registry
image: {{ include "docker-registry.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- if include "docker-registry.collection" . | eq "pod" }}
command: [/bin/sh, /collection/serve.sh, /etc/distribution/config.yml, /run/collection]
{{- else }}
{{- with .Values.command }}
command:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.args | default (.Values.command | empty | ternary (list "/etc/distribution/config.yml") list) }}
args:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
ports:
  - name: http
    containerPort: {{ include "docker-registry.port" . }}
    protocol: TCP
env:
  {{- include "docker-registry.env" . | trim | nindent 2 }}
{{- with include "docker-registry.envFrom" . | trim }}
envFrom:
  {{- . | nindent 2 }}
{{- end }}
{{- with include "docker-registry.lifecycle" . | trim }}
lifecycle:
  {{- . | nindent 2 }}
{{- end }}
{{- with include "docker-registry.probe" (dict "probe" .Values.startupProbe "handler" (dict "tcpSocket" (dict "port" "http"))) }}
startupProbe:
  {{- . | nindent 2 }}
{{- end }}
{{- /* No HTTP here: the registry answers 503 on every path while its storage fails, and a restart repairs no storage. */}}
{{- with include "docker-registry.probe" (dict "probe" .Values.livenessProbe "handler" (dict "tcpSocket" (dict "port" "http"))) }}
livenessProbe:
  {{- . | nindent 2 }}
{{- end }}
{{- $ready := include "docker-registry.readinessHandler" . | fromYaml }}
{{- with include "docker-registry.probe" (dict "probe" .Values.readinessProbe "handler" $ready) }}
readinessProbe:
  {{- . | nindent 2 }}
{{- end }}
{{- $resources := .Values.resources | default dict | deepCopy }}
{{- include "docker-registry.prune" $resources }}
{{- with $resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "docker-registry.securityContext" .Values.containerSecurityContext }}
securityContext:
  {{- . | nindent 2 }}
{{- end }}
volumeMounts:
  {{- $own := dict "root" . "contribution" "mounts" | include "docker-registry.fromAreas" | fromYamlArray }}
  {{- concat $own (.Values.extraVolumeMounts | default list) | toYaml | nindent 2 }}
{{- end }}

{{/* Environment: secrets, and what is no setting of config.yml. A variable of extraEnvVars replaces the chart's own. */}}
{{- define "docker-registry.env" -}}
{{- $theirs := .Values.extraEnvVars | default list }}
{{- $named := list }}
{{- range $theirs }}{{ $named = append $named .name }}{{ end }}
{{- $ours := list }}
{{- range dict "root" . "contribution" "env" | include "docker-registry.fromAreas" | fromYamlArray }}
{{- if not (has .name $named) }}{{ $ours = append $ours . }}{{ end }}
{{- end }}
{{- range concat $ours $theirs }}
- name: {{ .name }}
  {{- if hasKey . "value" }}
  value: {{ .value | quote }}
  {{- end }}
  {{- with .valueFrom }}
  valueFrom:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "docker-registry.envFrom" -}}
{{- with .Values.extraEnvVarsCM }}
- configMapRef:
    name: {{ . }}
{{- end }}
{{- with .Values.extraEnvVarsSecret }}
- secretRef:
    name: {{ . }}
{{- end }}
{{- end }}
