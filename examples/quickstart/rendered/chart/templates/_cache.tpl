{{/* The cache of the blobs that exist. In memory a Pod does not see what another one deletes. */}}
{{- define "docker-registry.cache.config" -}}
{{- if le (int .Values.replicaCount) 1 -}}
storage:
  cache:
    blobdescriptor: inmemory
{{- end }}
{{- end }}
