{{/* What the chart itself puts into distribution's config.yml. Secrets never: this becomes a ConfigMap. */}}
{{- define "docker-registry.defaultConfig" -}}
version: 0.1
log:
  level: info
  formatter: text
  accesslog:
    disabled: false
storage:
  filesystem:
    rootdirectory: /var/lib/registry
  delete:
    enabled: {{ .Values.deletion.enabled }}
  maintenance:
    uploadpurging:
      enabled: true
      age: 168h
      interval: 24h
      dryrun: false
  {{- /* In memory a Pod does not see what another one deletes. */}}
  {{- if le (int .Values.replicaCount) 1 }}
  cache:
    blobdescriptor: inmemory
  {{- end }}
http:
  addr: ":5000"
  relativeurls: {{ .Values.http.relativeUrls }}
  draintimeout: {{ .Values.http.drainTimeout | quote }}
  headers:
    X-Content-Type-Options: [nosniff]
health:
  storagedriver:
    enabled: true
    interval: 10s
    threshold: 3
{{- if .Values.auth.htpasswd.enabled }}
auth:
  htpasswd:
    realm: Registry
    path: /auth/htpasswd
{{- end }}
{{- end }}

{{/* The config.yml in force: `configuration` merged over the chart's own. The registry panics on two storage drivers, so
the chart's `filesystem` goes when `configuration` names another one. */}}
{{- define "docker-registry.config" -}}
{{- $config := include "docker-registry.defaultConfig" . | fromYaml }}
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

{{/* "claim", "emptyDir", or nothing where the images live in no volume (object storage, inmemory). */}}
{{- define "docker-registry.volume" -}}
{{- if include "docker-registry.config" . | fromYaml | include "docker-registry.drivers" | eq "filesystem" }}
{{- .Values.persistence.enabled | ternary "claim" "emptyDir" }}
{{- end }}
{{- end }}

{{/* "true" where several Pods can serve the same images: an object store, or a volume that many nodes can write to. */}}
{{- define "docker-registry.shared" -}}
{{- $driver := include "docker-registry.config" . | fromYaml | include "docker-registry.drivers" }}
{{- $claim := include "docker-registry.volume" . | eq "claim" }}
{{- if or (has $driver (list "s3" "gcs" "azure")) (and $claim (has "ReadWriteMany" .Values.persistence.accessModes)) }}true{{ end }}
{{- end }}
