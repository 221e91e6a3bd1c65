{{/* How clients reach the registry. */}}
{{- define "docker-registry.network.problems" -}}
{{- with .Values.ingress }}
{{- if and .enabled .tls (not .hostname) (not .extraTls) }}
- {{ include "docker-registry.conflict.tls-host" dict | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* The rules' hosts as a YAML list. Without a host name and without extra hosts, one rule for any host. */}}
{{- define "docker-registry.ingressHosts" -}}
{{- $hosts := .extraHosts | default list }}
{{- if or .hostname (not $hosts) }}
{{- $hosts = prepend $hosts (dict "name" .hostname "path" .path "pathType" .pathType) }}
{{- end }}
{{- toYaml $hosts }}
{{- end }}

{{/* The TLS entries as a YAML list. A Secret's name has no `*`, so that of a wildcard host says so in a word. */}}
{{- define "docker-registry.ingressTls" -}}
{{- $entries := .extraTls | default list }}
{{- if and .tls .hostname }}
{{- $secret := .existingSecret | default (printf "%s-tls" (replace "*" "wildcard" .hostname)) }}
{{- $entries = prepend $entries (dict "hosts" (list .hostname) "secretName" $secret) }}
{{- end }}
{{- toYaml $entries }}
{{- end }}
