{{/* What the chart sets in config.yml whatever the values are. */}}
{{- define "docker-registry.base.config" -}}
version: 0.1
log:
  level: info
  formatter: text
  accesslog:
    disabled: false
storage:
  maintenance:
    uploadpurging:
      enabled: true
      age: 168h
      interval: 24h
      dryrun: false
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
validation:
  manifests:
    indexes:
      # The registry's default, `all`, refuses the caches of BuildKit, whose indexes have layers for entries.
      platforms: none
{{- end }}

{{- define "docker-registry.base.env" -}}
{{- with .Values.http.existingSecret }}
{{- include "docker-registry.secretVariable" (dict "name" "REGISTRY_HTTP_SECRET" "secret" . "key" "http-secret") }}
{{- end }}
- name: OTEL_TRACES_EXPORTER
  value: none
{{- end }}

{{- define "docker-registry.base.volumes" -}}
- name: config
  configMap:
    name: {{ include "docker-registry.fullname" . }}
{{- end }}

{{- define "docker-registry.base.mounts" -}}
- name: config
  mountPath: /etc/distribution
  readOnly: true
{{- end }}
