{{/* Where the images are. */}}
{{- define "docker-registry.storage.config" -}}
{{- $storage := .Values.storage }}
{{- $driver := include (printf "docker-registry.driver.%s" $storage.type) . | fromYaml }}
storage:
  {{ $storage.type }}:
    {{- toYaml $driver | nindent 4 }}
  {{- with get $storage $storage.type }}
  redirect:
    disable: {{ not .redirect }}
  {{- end }}
  delete:
    enabled: {{ .Values.deletion.enabled }}
{{- end }}

{{- define "docker-registry.driver.filesystem" -}}
rootdirectory: /var/lib/registry
{{- end }}

{{- define "docker-registry.driver.inmemory" -}}
{}
{{- end }}

{{- define "docker-registry.driver.s3" -}}
{{- with .Values.storage.s3 }}
{{- include "docker-registry.texts" (dict "bucket" .bucket "rootdirectory" .rootDirectory "storageclass" .storageClass "regionendpoint" .regionEndpoint) }}
{{- /* The registry exits without a region, also where the service has none. */}}
region: {{ .region | default (.regionEndpoint | empty | ternary "" "us-east-1") | quote }}
{{- if or .regionEndpoint (not (kindIs "invalid" .forcePathStyle)) }}
forcepathstyle: {{ kindIs "invalid" .forcePathStyle | ternary true .forcePathStyle }}
{{- end }}
{{- if .encrypt }}
encrypt: true
{{- end }}
{{- with .chunkSize }}
chunksize: {{ int64 . }}
{{- end }}
{{- end }}
{{- end }}

{{- define "docker-registry.driver.gcs" -}}
{{- with .Values.storage.gcs }}
{{- include "docker-registry.texts" (dict "bucket" .bucket "rootdirectory" .rootDirectory) }}
{{- with .chunkSize }}
chunksize: {{ int64 . }}
{{- end }}
{{- if .existingSecret }}
keyfile: /gcs/key.json
{{- end }}
{{- end }}
{{- end }}

{{/* The credentials of an application are those of the environment (default_credentials): the registry would read a
section client_secret with the secret from the file only. */}}
{{- define "docker-registry.driver.azure" -}}
{{- with .Values.storage.azure }}
{{- include "docker-registry.texts" (dict "accountname" .accountName "container" .container "realm" .realm "rootdirectory" .rootDirectory) }}
credentials:
  type: {{ eq .credentialsType "shared_key" | ternary "shared_key" "default_credentials" }}
{{- end }}
{{- end }}

{{/* The texts of a map that are not empty, as lines of YAML. */}}
{{- define "docker-registry.texts" -}}
{{- range $key, $value := . }}
{{- if $value }}
{{ $key }}: {{ $value | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "docker-registry.storage.env" -}}
{{- $storage := .Values.storage }}
{{- with $storage.s3.existingSecret }}
{{- if eq $storage.type "s3" }}
{{- /* Names of the AWS SDK, which are not read as YAML. */}}
{{- include "docker-registry.secretVariable" (dict "name" "AWS_ACCESS_KEY_ID" "secret" . "key" "access-key") }}
{{- include "docker-registry.secretVariable" (dict "name" "AWS_SECRET_ACCESS_KEY" "secret" . "key" "secret-key") }}
{{- end }}
{{- end }}
{{- with $storage.azure }}
{{- if and (eq $storage.type "azure") (eq .credentialsType "shared_key") }}
{{- include "docker-registry.secretVariable" (dict "name" "REGISTRY_STORAGE_AZURE_ACCOUNTKEY" "secret" .existingSecret "key" "account-key") }}
{{- else if and (eq $storage.type "azure") (eq .credentialsType "client_secret") }}
- name: AZURE_TENANT_ID
  value: {{ .tenantId | quote }}
- name: AZURE_CLIENT_ID
  value: {{ .clientId | quote }}
{{- include "docker-registry.secretVariable" (dict "name" "AZURE_CLIENT_SECRET" "secret" .existingSecret "key" "client-secret") }}
{{- end }}
{{- end }}
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
{{- if include "docker-registry.hasGcsKey" . }}
- name: gcs
  secret:
    secretName: {{ .Values.storage.gcs.existingSecret | quote }}
    items:
      - key: key.json
        path: key.json
{{- end }}
{{- end }}

{{- define "docker-registry.storage.mounts" -}}
{{- if include "docker-registry.volume" . }}
- name: data
  mountPath: {{ (include "docker-registry.config" . | fromYaml).storage.filesystem.rootdirectory }}
{{- if and .Values.persistence.enabled .Values.persistence.subPath }}
  subPath: {{ .Values.persistence.subPath | quote }}
{{- end }}
{{- end }}
{{- if include "docker-registry.hasGcsKey" . }}
- name: gcs
  mountPath: /gcs
  readOnly: true
{{- end }}
{{- end }}

{{- define "docker-registry.hasGcsKey" -}}
{{- with .Values.storage }}{{ if and (eq .type "gcs") .gcs.existingSecret }}true{{ end }}{{ end }}
{{- end }}

{{/* Why the registry would not start, and which settings have no effect. */}}
{{- define "docker-registry.storage.problems" -}}
{{- $problems := list }}
{{- $type := .Values.storage.type }}
{{- $storage := (include "docker-registry.config" . | fromYaml).storage }}
{{- $drivers := include "docker-registry.drivers" (dict "storage" $storage) }}
{{- if contains "," $drivers }}
{{- $problems = dict "drivers" (replace "," ", " $drivers) | include "docker-registry.conflict.storage-drivers" | append $problems }}
{{- end }}
{{- $writes := or (include "docker-registry.isCache" .) (not (dig "maintenance" "readonly" "enabled" false $storage)) }}
{{- $isReadOnly := uniq .Values.persistence.accessModes | join "," | eq "ReadOnlyMany" }}
{{- if and $writes $isReadOnly (include "docker-registry.volume" . | eq "claim") }}
{{- $problems = include "docker-registry.conflict.claim-read-only" dict | append $problems }}
{{- end }}
{{- range $section := list "s3" "gcs" "azure" }}
{{- $given := get $.Values.storage $section }}
{{- if and (ne $section $type) (or $given.bucket $given.container) }}
{{- $problems = dict "section" $section "type" $type | include "docker-registry.conflict.storage-type" | append $problems }}
{{- end }}
{{- end }}
{{- $needs := dict "s3" (list "bucket") "gcs" (list "bucket") "azure" (list "accountName" "container") }}
{{- range $field := get $needs $type | default list }}
{{- if not (get (get $storage $type) (lower $field)) }}
{{- $problems = dict "section" $type "field" $field | include "docker-registry.conflict.storage-bucket" | append $problems }}
{{- end }}
{{- end }}
{{- if and (eq $type "s3") (not $storage.s3.region) }}
{{- $problems = include "docker-registry.conflict.s3-region" dict | append $problems }}
{{- end }}
{{- $raw := dig "storage" "azure" dict (.Values.configuration | default dict) }}
{{- if and (eq $type "azure") (not (or $raw.credentials $raw.accountkey)) }}
{{- $problems = include "docker-registry.azureProblems" .Values.storage.azure | fromYamlArray | concat $problems }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{- define "docker-registry.azureProblems" -}}
{{- $problems := list }}
{{- $key := get (dict "shared_key" "account-key" "client_secret" "client-secret") .credentialsType }}
{{- if and $key (not .existingSecret) }}
{{- $words := dict "type" .credentialsType "secret_key" $key }}
{{- $problems = include "docker-registry.conflict.azure-key" $words | append $problems }}
{{- else if and .existingSecret (not $key) }}
{{- $problems = include "docker-registry.conflict.azure-secret" dict | append $problems }}
{{- end }}
{{- if eq .credentialsType "client_secret" }}
{{- range $field := list "tenantId" "clientId" }}
{{- if not (get $ $field) }}
{{- $problems = dict "field" $field | include "docker-registry.conflict.azure-application" | append $problems }}
{{- end }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* "claim", "emptyDir", or nothing where the images are in no volume (object storage, inmemory). */}}
{{- define "docker-registry.volume" -}}
{{- if include "docker-registry.config" . | fromYaml | include "docker-registry.drivers" | eq "filesystem" }}
{{- .Values.persistence.enabled | ternary "claim" "emptyDir" }}
{{- end }}
{{- end }}

{{/* "true" where the images are in object storage. */}}
{{- define "docker-registry.isObjectStorage" -}}
{{- if has (include "docker-registry.config" . | fromYaml | include "docker-registry.drivers") (list "s3" "gcs" "azure") }}true{{ end }}
{{- end }}

{{/* "true" where several Pods can serve the same images: an object store, or a volume that many nodes can write to. */}}
{{- define "docker-registry.shared" -}}
{{- $claim := include "docker-registry.volume" . | eq "claim" }}
{{- if or (include "docker-registry.isObjectStorage" .) (and $claim (has "ReadWriteMany" .Values.persistence.accessModes)) }}true{{ end }}
{{- end }}
