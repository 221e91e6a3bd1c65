{{/* How garbage is collected: "pod" next to the registry in its Pod, "job" in a Job, or nothing. Only Recreate makes sure
that there is one Pod at a time. */}}
{{- define "docker-registry.collection" -}}
{{- if .Values.garbageCollection.enabled -}}
{{- $alone := and (le (include "docker-registry.maxReplicas" . | int) 1) (include "docker-registry.strategy" . | eq "Recreate") -}}
{{- ternary "pod" "job" $alone -}}
{{- end -}}
{{- end }}

{{- define "docker-registry.collection.volumes" -}}
{{- if include "docker-registry.collection" . | eq "pod" -}}
{{ include "docker-registry.collectionVolumes" . }}
{{- end }}
{{- end }}

{{- define "docker-registry.collection.mounts" -}}
{{- if include "docker-registry.collection" . | eq "pod" -}}
{{ include "docker-registry.collectionMounts" . }}
{{- end }}
{{- end }}

{{/* The scripts, and the directory in which two of them meet. */}}
{{- define "docker-registry.collectionVolumes" -}}
- name: collection-scripts
  configMap:
    name: {{ include "docker-registry.fullname" . }}-collection
- name: collection
  emptyDir: {sizeLimit: 16Mi}
{{- end }}

{{- define "docker-registry.collectionMounts" -}}
- name: collection-scripts
  mountPath: /collection
  readOnly: true
- name: collection
  mountPath: /run/collection
{{- end }}

{{/* The collector next to the registry: a container of its own has its own log and its own limit of memory. */}}
{{- define "docker-registry.collection.containers" -}}
{{- if include "docker-registry.collection" . | eq "pod" -}}
- {{ dict "root" . "script" "collect-in-pod" | include "docker-registry.collectionContainer" | indent 2 | trim }}
{{- end }}
{{- end }}

{{/* A container that runs a script and the collector with it: image, configuration, and volumes are the registry's.
Takes root and script. */}}
{{- define "docker-registry.collectionContainer" -}}
{{- $values := .root.Values.garbageCollection }}
{{- $container := include "docker-registry.container" .root | fromYaml }}
{{- $container = pick $container "image" "imagePullPolicy" "env" "envFrom" "securityContext" "volumeMounts" }}
{{- $_ := set $container "env" (include "docker-registry.collectionEnv" .root | fromYamlArray | concat $container.env) }}
{{- $resources := $values.resources | default dict | deepCopy }}
{{- include "docker-registry.prune" $resources }}
{{- with $resources }}{{ $_ := set $container "resources" . }}{{ end -}}
name: garbage-collection
command: [/bin/sh, /collection/{{ .script }}.sh, /etc/distribution/config.yml, /run/collection]
{{ toYaml $container }}
{{- end }}

{{/* Labels of the Job and its Pods: not those by which the Service finds Pods; those of the user, such as one that a cloud
gives an identity by. */}}
{{- define "docker-registry.collectionLabels" -}}
{{- $name := include "docker-registry.name" . | printf "collection-%s" | include "docker-registry.cut" }}
{{- $own := dict "app.kubernetes.io/name" $name "app.kubernetes.io/instance" .Release.Name }}
{{- merge $own (.Values.podLabels | default dict) (.Values.commonLabels | default dict) | include "docker-registry.strings" }}
{{- end }}

{{/* The Pod of the Job: one container keeps the registry read-only, the other one collects. Only the first one has a
token for the API server. */}}
{{- define "docker-registry.collectionPod" -}}
{{- $collector := dict "root" . "script" "collect-in-job" | include "docker-registry.collectionContainer" | fromYaml }}
{{- $mounts := include "docker-registry.collectionMounts" . | fromYamlArray }}
{{- $_ := concat $collector.volumeMounts $mounts | set $collector "volumeMounts" -}}
restartPolicy: Never
serviceAccountName: {{ include "docker-registry.fullname" . }}-collection
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: 60
{{- include "docker-registry.everyPod" . }}
containers:
  - {{ include "docker-registry.keepReadOnlyContainer" . | indent 4 | trim }}
  - {{ toYaml $collector | indent 4 | trim }}
volumes:
  {{- dict "root" . "contribution" "volumes" | include "docker-registry.fromAreas" | nindent 2 }}
  {{- include "docker-registry.collectionVolumes" . | nindent 2 }}
  - name: token
    projected:
      sources:
        - serviceAccountToken:
            path: token
            expirationSeconds: 3607
        - configMap:
            name: kube-root-ca.crt
            items:
              - key: ca.crt
                path: ca.crt
        - downwardAPI:
            items:
              - path: namespace
                fieldRef:
                  fieldPath: metadata.namespace
{{- end }}

{{- define "docker-registry.keepReadOnlyContainer" -}}
{{- $selector := list }}
{{- range $key, $value := include "docker-registry.selectorLabels" . | fromYaml }}
{{- $selector = printf "%s=%s" $key $value | append $selector }}
{{- end -}}
name: read-only
{{- with .Values.garbageCollection.kubectlImage }}
image: {{ with .registry }}{{ . }}/{{ end }}{{ .repository }}{{ if or .tag (not .digest) }}:{{ .tag | default "latest" }}{{ end }}{{ with .digest }}@{{ . }}{{ end }}
{{- end }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
command: [/bin/sh, /collection/keep-read-only.sh, /run/collection]
env:
  - name: NAMESPACE
    value: {{ .Release.Namespace }}
  - name: DEPLOYMENT
    value: {{ include "docker-registry.fullname" . }}
  - name: SELECTOR
    value: {{ join "," $selector | quote }}
  - name: POD
    valueFrom:
      fieldRef:
        fieldPath: metadata.name
  - name: FREEZE_SECONDS
    value: "900"
  - name: API_SECONDS
    value: "600"
resources:
  requests: {cpu: 10m, memory: 64Mi}
  limits: {cpu: 500m, memory: 128Mi}
{{- with include "docker-registry.securityContext" .Values.containerSecurityContext }}
securityContext:
  {{- . | nindent 2 }}
{{- end }}
volumeMounts:
  {{- include "docker-registry.collectionMounts" . | nindent 2 }}
  - name: token
    mountPath: /var/run/secrets/kubernetes.io/serviceaccount
    readOnly: true
{{- end }}

{{- define "docker-registry.collectionEnv" -}}
- name: GC_SCHEDULE
  value: {{ .Values.garbageCollection.schedule | quote }}
- name: GC_FLAGS
  value: {{ ternary "--delete-untagged" "" .Values.garbageCollection.deleteUntagged | quote }}
{{- if include "docker-registry.volume" . }}
- name: GC_ROOT
  value: {{ (include "docker-registry.config" . | fromYaml).storage.filesystem.rootdirectory | quote }}
{{- end }}
{{- $config := include "docker-registry.config" . | fromYaml }}
{{- if dig "storage" "cache" "blobdescriptor" "" $config | eq "redis" }}
{{- with $config.redis }}
- name: GC_REDIS
  value: {{ .addrs | default list | first | default "" | quote }}
- name: GC_REDIS_DB
  value: {{ .db | default 0 | int | quote }}
- name: GC_REDIS_USERNAME
  value: {{ .username | default "" | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* What garbage collection cannot work with, or would lose images with. */}}
{{- define "docker-registry.collection.problems" -}}
{{- $problems := list }}
{{- with .Values.garbageCollection }}
{{- if .enabled }}
{{- $config := include "docker-registry.config" $ | fromYaml }}
{{- $pod := include "docker-registry.collection" $ | eq "pod" }}
{{- if $config.proxy }}
{{- $problems = include "docker-registry.conflict.collection-proxy" dict | append $problems }}
{{- end }}
{{- if include "docker-registry.drivers" $config | eq "inmemory" }}
{{- $problems = include "docker-registry.conflict.collection-memory" dict | append $problems }}
{{- else if not (or (include "docker-registry.shared" $) (include "docker-registry.strategy" $ | eq "Recreate")) }}
{{- $problems = include "docker-registry.conflict.collection-strategy" dict | append $problems }}
{{- end }}
{{- $redis := dig "storage" "cache" "blobdescriptor" "" $config | eq "redis" }}
{{- if $redis }}
{{- $words := dict "key" "cache.redis" "cache" "cache.type" "other" (ternary "inmemory" "off" $pod) }}
{{- if dig "storage" "cache" dict ($.Values.configuration | default dict) }}
{{- $words = dict "key" "configuration.redis" "cache" "configuration.storage.cache.blobdescriptor" "other" (ternary "inmemory" "\"\"" $pod) }}
{{- end }}
{{- if or (dig "redis" "mastername" "" $config) (dig "redis" "addrs" list $config | len | ne 1) }}
{{- $problems = include "docker-registry.conflict.collection-redis-servers" $words | append $problems }}
{{- end }}
{{- if dig "redis" "tls" dict $config }}
{{- $problems = include "docker-registry.conflict.collection-redis-tls" $words | append $problems }}
{{- end }}
{{- end }}
{{- range $index, $variable := $.Values.extraEnvVars }}
{{- if or (hasPrefix "REGISTRY_STORAGE_MAINTENANCE" .name) (hasPrefix "REGISTRY_STORAGE_CACHE" .name) }}
{{- $words := dict "index" $index "name" .name }}
{{- $problems = include "docker-registry.conflict.collection-variable" $words | append $problems }}
{{- else if and $redis (hasPrefix "REGISTRY_REDIS" .name) (ne .name "REGISTRY_REDIS_PASSWORD") }}
{{- $words := dict "index" $index "name" .name }}
{{- $problems = include "docker-registry.conflict.collection-redis-variable" $words | append $problems }}
{{- end }}
{{- end }}
{{- range $key := $pod | ternary (list "command" "args") list }}
{{- if get $.Values $key }}
{{- $problems = dict "key" $key | include "docker-registry.conflict.collection-command" | append $problems }}
{{- end }}
{{- end }}
{{- range $range := regexFindAll "[0-9]+-[0-9]+" .schedule -1 }}
{{- if gt (splitList "-" $range | first | trimPrefix "0" | int) (splitList "-" $range | last | trimPrefix "0" | int) }}
{{- $problems = dict "range" $range | include "docker-registry.conflict.collection-schedule" | append $problems }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}
