{{/* Where the images live. */}}
{{- define "docker-registry.storage.config" -}}
storage:
  filesystem:
    rootdirectory: /var/lib/registry
  delete:
    enabled: {{ .Values.deletion.enabled }}
{{- end }}

{{- define "docker-registry.storage.volumes" -}}
{{- $volume := include "docker-registry.volume" . }}
{{- if eq $volume "claim" }}
- name: data
  persistentVolumeClaim:
    claimName: {{ .Values.persistence.existingClaim | default (include "docker-registry.fullname" .) }}
{{- else if eq $volume "emptyDir" }}
- name: data
  emptyDir: {}
{{- end }}
{{- end }}

{{- define "docker-registry.storage.mounts" -}}
{{- if include "docker-registry.volume" . }}
- name: data
  mountPath: {{ (include "docker-registry.config" . | fromYaml).storage.filesystem.rootdirectory }}
{{- end }}
{{- end }}

{{- define "docker-registry.storage.problems" -}}
{{- $drivers := include "docker-registry.config" . | fromYaml | include "docker-registry.drivers" }}
{{- if contains "," $drivers }}
- {{ dict "drivers" (replace "," ", " $drivers) | include "docker-registry.conflict.storage-drivers" | quote }}
{{- end }}
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
