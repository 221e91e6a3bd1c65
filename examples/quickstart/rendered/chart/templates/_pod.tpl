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
{{- end }}

{{/* The Pod's spec. */}}
{{- define "docker-registry.pod" -}}
serviceAccountName: {{ include "docker-registry.serviceAccountName" . }}
automountServiceAccountToken: {{ .Values.serviceAccount.automountServiceAccountToken }}
{{- /* A Service named registry-auth would become REGISTRY_AUTH_..., which the registry takes for its configuration. */}}
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
{{- include "docker-registry.everyPod" . }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- $own := dict "labelSelector" (dict "matchLabels" (include "docker-registry.selectorLabels" $ | fromYaml)) }}
  {{- range . }}
  - {{ merge (deepCopy .) $own | toYaml | indent 4 | trim }}
  {{- end }}
{{- end }}
containers:
  - {{ include "docker-registry.container" . | indent 4 | trim }}
  {{- with dict "root" . "contribution" "containers" | include "docker-registry.fromAreas" | fromYamlArray }}
  {{- toYaml . | nindent 2 }}
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

{{/* What the API server refuses in a Pod, and mounts that hide what the registry needs. */}}
{{- define "docker-registry.pod.problems" -}}
{{- $problems := list }}
{{- $own := list }}
{{- range dict "root" . "contribution" "volumes" | include "docker-registry.fromAreas" | fromYamlArray }}
{{- $own = append $own .name }}
{{- end }}
{{- $names := list }}
{{- range $index, $volume := .Values.extraVolumes | default list }}
{{- $words := dict "index" $index "name" .name }}
{{- if has .name $own }}
{{- $problems = include "docker-registry.conflict.volume-name" $words | append $problems }}
{{- else if has .name $names }}
{{- $problems = include "docker-registry.conflict.volume-twice" $words | append $problems }}
{{- end }}
{{- $names = append $names .name }}
{{- end }}
{{- $mounts := dict "root" . "contribution" "mounts" | include "docker-registry.fromAreas" | fromYamlArray }}
{{- $registry := dict "key" "extraVolumeMounts" "mounts" .Values.extraVolumeMounts "volumes" (concat $own $names) "own" $mounts }}
{{- include "docker-registry.mountProblems" $registry | fromYamlArray | concat $problems | toYaml }}
{{- end }}

{{/* What is wrong with the mounts of a container. Takes key and mounts (of the values), volumes (names), and own (the
mounts of the chart in the same container). */}}
{{- define "docker-registry.mountProblems" -}}
{{- $problems := list }}
{{- $taken := list }}
{{- range $index, $mount := .mounts | default list }}
{{- $path := clean (printf "/%s" .mountPath) }}
{{- $words := dict "mounts" $.key "index" $index "name" .name "path" $path }}
{{- if not (has .name $.volumes) }}
{{- $problems = include "docker-registry.conflict.mount-volume" $words | append $problems }}
{{- end }}
{{- if has $path $taken }}
{{- $problems = include "docker-registry.conflict.mount-twice" $words | append $problems }}
{{- end }}
{{- range $.own }}
{{- $theirs := clean .mountPath | printf "%s/" }}
{{- if or (hasPrefix $theirs (print $path "/")) (hasPrefix (print $path "/") $theirs) }}
{{- $hidden := merge (dict "path" .mountPath "volume" .name) $words }}
{{- $problems = include "docker-registry.conflict.mount-path" $hidden | append $problems }}
{{- end }}
{{- end }}
{{- $taken = append $taken $path }}
{{- end }}
{{- toYaml $problems }}
{{- end }}
