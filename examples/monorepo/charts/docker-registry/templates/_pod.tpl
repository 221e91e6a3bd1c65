{{/* What the registry's Pod and that of its test have in common. */}}
{{- define "docker-registry.everyPod" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- include "docker-registry.strings" . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "docker-registry.securityContext" .Values.podSecurityContext }}
securityContext:
  {{- . | nindent 2 }}
{{- end }}
{{- range $key := list "priorityClassName" "schedulerName" "runtimeClassName" }}
{{- with index $.Values $key }}
{{ $key }}: {{ . }}
{{- end }}
{{- end }}
{{- with .Values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.dnsPolicy | default (.Values.hostNetwork | ternary "ClusterFirstWithHostNet" "") }}
dnsPolicy: {{ . }}
{{- end }}
{{- $dns := dict }}
{{- range $key, $value := .Values.dnsConfig }}
{{- with $value }}{{ $_ := set $dns $key . }}{{ end }}
{{- end }}
{{- with $dns }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The Pod's spec. */}}
{{- define "docker-registry.pod" -}}
serviceAccountName: {{ include "docker-registry.serviceAccountName" . }}
automountServiceAccountToken: {{ .Values.serviceAccount.automountServiceAccountToken }}
{{- /* A Service named registry-auth would become REGISTRY_AUTH_..., which the registry takes for its configuration. */}}
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
{{- include "docker-registry.everyPod" . }}
{{- if .Values.hostNetwork }}
hostNetwork: true
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "docker-registry.spread" . | trim }}
topologySpreadConstraints:
  {{- . | nindent 2 }}
{{- end }}
{{- with .Values.initContainers }}
initContainers:
  {{- dict "root" $ "containers" . | include "docker-registry.securedContainers" | nindent 2 }}
{{- end }}
containers:
  - {{ include "docker-registry.container" . | indent 4 | trim }}
  {{- with dict "root" . "contribution" "containers" | include "docker-registry.fromAreas" | fromYamlArray }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with .Values.sidecars }}
  {{- dict "root" $ "containers" . | include "docker-registry.securedContainers" | nindent 2 }}
  {{- end }}
volumes:
  {{- $own := dict "root" . "contribution" "volumes" | include "docker-registry.fromAreas" | fromYamlArray }}
  {{- concat $own (.Values.extraVolumes | default list) | toYaml | nindent 2 }}
{{- end }}

{{/* No version among them: a new version of the chart alone restarts nothing. */}}
{{- define "docker-registry.podLabels" -}}
{{- $own := include "docker-registry.selectorLabels" . | fromYaml }}
{{- merge $own (.Values.podLabels | default dict) (.Values.commonLabels | default dict) | include "docker-registry.strings" }}
{{- end }}

{{/* A changed config.yml or a changed inline password restarts the Pods; a common annotation (a commit, a date) must not.
The password's mark is slow to compute (scrypt), because who may read Pods could otherwise guess the password from it, and
it has no fresh salt, so that a second render restarts nothing. */}}
{{- define "docker-registry.podAnnotations" -}}
{{- $own := dict "checksum/config" (include "docker-registry.config" . | sha256sum) }}
{{- with .Values.auth.htpasswd }}
{{- if and .enabled .password }}
{{- $_ := set $own "checksum/htpasswd" (derivePassword 1 "maximum" .password .username "docker-registry" | sha256sum) }}
{{- end }}
{{- end }}
{{- merge $own (.Values.podAnnotations | default dict) | include "docker-registry.strings" }}
{{- end }}

{{/* The users' containers, as a YAML list: without a security context of their own they get that of the registry, because
the Pod Security level `restricted` admits no container without one. Takes root and containers. */}}
{{- define "docker-registry.securedContainers" -}}
{{- $context := include "docker-registry.securityContext" .root.Values.containerSecurityContext | fromYaml }}
{{- $secured := list }}
{{- range .containers }}
{{- $container := deepCopy . }}
{{- if and $context (kindIs "invalid" .securityContext) }}{{ $_ := set $container "securityContext" $context }}{{ end }}
{{- $secured = append $secured $container }}
{{- end }}
{{- toYaml $secured }}
{{- end }}
