{{/* What `helm test` can prove with these values: push, challenge, answer or connect (files/smoke.sh says what each means). */}}
{{- define "docker-registry.check" -}}
{{- $config := include "docker-registry.config" . | fromYaml }}
{{- $inline := include "docker-registry.inlineCredentials" . }}
{{- $pull := include "docker-registry.pullOnly" $config }}
{{- if include "docker-registry.demandsClientCertificate" . }}connect
{{- else if and $config.auth (or $pull (not $inline)) }}challenge
{{- else if $pull }}answer
{{- else }}push
{{- end }}
{{- end }}

{{/* metadata of what only exists during a test. Takes root, name and weight. Its labels are not those of the Deployment,
or the Service would send requests to it. */}}
{{- define "docker-registry.testMetadata" -}}
{{- $labels := include "docker-registry.testLabels" .root | fromYaml }}
{{- $hook := dict "helm.sh/hook" "test" "helm.sh/hook-weight" .weight "helm.sh/hook-delete-policy" "before-hook-creation,hook-succeeded" }}
{{- include "docker-registry.metadata" (dict "root" .root "name" .name "labels" $labels "annotations" $hook) }}
{{- end }}

{{- define "docker-registry.testLabels" -}}
app.kubernetes.io/name: {{ include "docker-registry.name" . | printf "test-%s" | include "docker-registry.cut" | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}
