{{/* The config.yml in force: `configuration` merged over what the areas of the chart set. The registry panics on two
storage drivers, so the chart's volume goes when `configuration` names another. Secrets never: this becomes a
ConfigMap. */}}
{{- define "docker-registry.config" -}}
{{- $config := dict }}
{{- range $area := include "docker-registry.areas" . | fromYaml | dig "config" list }}
{{- $config = include (printf "docker-registry.%s.config" $area) $ | fromYaml | mustMergeOverwrite $config }}
{{- end }}
{{- $over := .Values.configuration | default dict }}
{{- if not (has (include "docker-registry.drivers" $over) (list "" "filesystem")) }}
{{- $_ := unset $config.storage "filesystem" }}
{{- end }}
{{- $_ := mustMergeOverwrite $config (deepCopy $over) }}
{{- range $section, $settings := $config }}
{{- if and (kindIs "map" $settings) (not $settings) }}{{ $_ := unset $config $section }}{{ end }}
{{- end }}
{{- toYaml $config }}
{{- end }}

{{/* The storage drivers that a config.yml names, joined by a comma: each key of `storage` that is no setting. */}}
{{- define "docker-registry.drivers" -}}
{{- omit (.storage | default dict) "cache" "delete" "maintenance" "redirect" "tag" | keys | sortAlpha | join "," }}
{{- end }}

{{/* "true" where a config.yml takes no pushes: a pull-through cache, or read-only maintenance. */}}
{{- define "docker-registry.pullOnly" -}}
{{- if or .proxy (dig "storage" "maintenance" "readonly" "enabled" false .) }}true{{ end }}
{{- end }}
