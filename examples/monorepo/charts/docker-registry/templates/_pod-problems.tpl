{{/* What the API server refuses in a Pod, and what cannot work in it. */}}
{{- define "docker-registry.pod.problems" -}}
{{- $problems := list }}
{{- range $part := list "volumes" "mounts" "containers" "variables" "dns" "objects" }}
{{- $problems = include (printf "docker-registry.podProblems.%s" $part) $ | fromYamlArray | concat $problems }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{- define "docker-registry.podProblems.volumes" -}}
{{- $problems := list }}
{{- $own := include "docker-registry.ownVolumes" . | fromYamlArray }}
{{- $names := list }}
{{- range $index, $volume := .Values.extraVolumes | default list }}
{{- $words := dict "index" $index "name" .name }}
{{- if has .name $own }}
{{- $_ := set $words "instead" (include "docker-registry.volumeInstead" .name) }}
{{- $problems = include "docker-registry.conflict.volume-name" $words | append $problems }}
{{- else if has .name $names }}
{{- $problems = include "docker-registry.conflict.volume-twice" $words | append $problems }}
{{- end }}
{{- $names = append $names .name }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* The names of the chart's volumes. */}}
{{- define "docker-registry.ownVolumes" -}}
{{- $names := list }}
{{- range dict "root" . "contribution" "volumes" | include "docker-registry.fromAreas" | fromYamlArray }}
{{- $names = append $names .name }}
{{- end }}
{{- toYaml $names }}
{{- end }}

{{- define "docker-registry.podProblems.mounts" -}}
{{- $volumes := include "docker-registry.ownVolumes" . | fromYamlArray }}
{{- range .Values.extraVolumes }}{{ $volumes = append $volumes .name }}{{ end }}
{{- $own := dict "root" . "contribution" "mounts" | include "docker-registry.fromAreas" | fromYamlArray }}
{{- $registry := dict "key" "extraVolumeMounts" "mounts" .Values.extraVolumeMounts "volumes" $volumes "own" $own }}
{{- $problems := include "docker-registry.mountProblems" $registry | fromYamlArray }}
{{- range $key := list "initContainers" "sidecars" }}
{{- range $index, $container := index $.Values $key | default list }}
{{- $theirs := dict "key" (printf "%s.%d.volumeMounts" $key $index) "mounts" .volumeMounts "volumes" $volumes }}
{{- $problems = include "docker-registry.mountProblems" $theirs | fromYamlArray | concat $problems }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
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
{{- $hidden := merge (dict "path" .mountPath "volume" .name "instead" (include "docker-registry.volumeInstead" .name)) $words }}
{{- $problems = include "docker-registry.conflict.mount-path" $hidden | append $problems }}
{{- end }}
{{- end }}
{{- $taken = append $taken $path }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* Names that are taken, and ports on which two containers would listen: those of a Pod share its network. */}}
{{- define "docker-registry.podProblems.containers" -}}
{{- $problems := list }}
{{- $names := list }}
{{- $holders := dict }}
{{- $own := dict "root" . "contribution" "containers" | include "docker-registry.fromAreas" | fromYamlArray }}
{{- range prepend $own (include "docker-registry.container" . | fromYaml) }}
{{- $container := . }}
{{- $names = append $names .name }}
{{- range .ports }}{{ $_ := set $holders (include "docker-registry.portKey" .) $container.name }}{{ end }}
{{- end }}
{{- $theirs := list }}
{{- range $key := list "initContainers" "sidecars" }}
{{- range $index, $container := index $.Values $key | default list }}
{{- $words := dict "containers" $key "index" $index "name" .name }}
{{- if has .name $names }}
{{- $problems = include "docker-registry.conflict.container-name" $words | append $problems }}
{{- else if has .name $theirs }}
{{- $problems = include "docker-registry.conflict.container-twice" $words | append $problems }}
{{- end }}
{{- $theirs = append $theirs .name }}
{{- range $position, $port := .ports }}
{{- $key := include "docker-registry.portKey" . }}
{{- with get $holders $key }}
{{- $taken := merge (dict "holder" . "position" $position "port" (int $port.containerPort)) $words }}
{{- $problems = include "docker-registry.conflict.container-port" $taken | append $problems }}
{{- end }}
{{- $_ := set $holders $key $container.name }}
{{- end }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{- define "docker-registry.portKey" -}}
{{ .protocol | default "TCP" }}/{{ int .containerPort }}
{{- end }}

{{- define "docker-registry.podProblems.variables" -}}
{{- $lists := dict "extraEnvVars" .Values.extraEnvVars }}
{{- range $key := list "initContainers" "sidecars" }}
{{- range $index, $container := index $.Values $key | default list }}
{{- $_ := set $lists (printf "%s.%d.env" $key $index) .env }}
{{- end }}
{{- end }}
{{- $problems := list }}
{{- range $key, $variables := $lists }}
{{- $names := list }}
{{- range $index, $variable := $variables | default list }}
{{- if has .name $names }}
{{- $words := dict "variables" $key "index" $index }}
{{- $problems = include "docker-registry.conflict.variable-twice" $words | append $problems }}
{{- end }}
{{- $names = append $names .name }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{- define "docker-registry.podProblems.dns" -}}
{{- if and (eq "None" .Values.dnsPolicy) (not (dig "nameservers" list (.Values.dnsConfig | default dict))) }}
- {{ include "docker-registry.conflict.dns-servers" dict | quote }}
{{- end }}
{{- end }}

{{- define "docker-registry.podProblems.objects" -}}
{{- $problems := list }}
{{- $seen := list }}
{{- range $index, $object := .Values.extraDeploy | default list }}
{{- range $field := list "name" "namespace" }}
{{- if get $object.metadata $field | toString | contains "{{" }}
{{- $words := dict "index" $index "field" $field }}
{{- $problems = include "docker-registry.conflict.object-template" $words | append $problems }}
{{- end }}
{{- end }}
{{- $group := contains "/" .apiVersion | ternary (splitList "/" .apiVersion | first) "" }}
{{- $identity := list $group .kind (.metadata.namespace | default "") .metadata.name | join "\n" }}
{{- if has $identity $seen }}
{{- $words := dict "index" $index "kind" .kind "name" .metadata.name }}
{{- $problems = include "docker-registry.conflict.object-twice" $words | append $problems }}
{{- end }}
{{- $seen = append $seen $identity }}
{{- end }}
{{- toYaml $problems }}
{{- end }}
