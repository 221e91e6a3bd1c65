{{/* What the chart's areas contribute to, and in which order. An area is a file `_NAME.tpl` with a template
`docker-registry.NAME.CONTRIBUTION` for each line here that names it:
config: a map for config.yml, in which a later area wins; the others are lists. */}}
{{- define "docker-registry.areas" -}}
config:
  - base
  - storage
  - cache
  - login
  - tls
  - proxy
  - metrics
env:
  - base
  - storage
  - cache
  - files
  - proxy
containers:
  - metrics
  - collection
volumes:
  - base
  - login
  - tls
  - files
  - storage
  - metrics
  - collection
mounts:
  - base
  - login
  - tls
  - files
  - storage
  - collection
problems:
  - image
  - resources
  - rollout
  - login
  - tls
  - files
  - proxy
  - storage
  - cache
  - http
  - network
  - service
  - pod
  - metrics
  - collection
{{- end }}

{{/* The lists of all areas, joined. Takes root and contribution. */}}
{{- define "docker-registry.fromAreas" -}}
{{- $all := list }}
{{- range $area := include "docker-registry.areas" . | fromYaml | dig .contribution list }}
{{- $all = include (printf "docker-registry.%s.%s" $area $.contribution) $.root | fromYamlArray | concat $all }}
{{- end }}
{{- toYaml $all }}
{{- end }}
