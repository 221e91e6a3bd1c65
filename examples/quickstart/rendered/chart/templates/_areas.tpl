{{/* What the chart's areas contribute to, and in which order. An area is a file `_NAME.tpl` with a template
`docker-registry.NAME.CONTRIBUTION` for each line here that names it:
config: a map for config.yml, in which a later area wins; the others are lists. */}}
{{- define "docker-registry.areas" -}}
config:
  - base
  - storage
  - cache
  - login
env:
  - base
containers:
  - collection
volumes:
  - base
  - login
  - storage
  - collection
mounts:
  - base
  - login
  - storage
  - collection
problems:
  - image
  - rollout
  - login
  - storage
  - http
  - network
  - pod
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
