{{/* Why the image cannot be pulled, or cannot read config.yml. */}}
{{- define "docker-registry.image.problems" -}}
{{- $problems := list }}
{{- with .Values.image }}
{{- $host := regexFind "^([a-z0-9-]+\\.[a-z0-9.-]+|localhost)/" .repository }}
{{- if and $host (has .registry (list "docker.io" (trimSuffix "/" $host))) }}
{{- $words := dict "registry" .registry "host" (trimSuffix "/" $host) "repository" (trimPrefix $host .repository) }}
{{- $problems = include "docker-registry.conflict.image-host" $words | append $problems }}
{{- end }}
{{- if and (regexMatch "(^|/)(registry|distribution)$" .repository) (regexMatch "^v?[0-2]([.-]|$)" .tag) }}
{{- $problems = include "docker-registry.conflict.image-version" (dict "tag" .tag) | append $problems }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}
