{{/* Who may use the registry. */}}
{{- define "docker-registry.login.config" -}}
{{- if .Values.auth.htpasswd.enabled -}}
auth:
  htpasswd:
    realm: Registry
    path: /auth/htpasswd
{{- end }}
{{- end }}

{{- define "docker-registry.login.volumes" -}}
{{- with .Values.auth.htpasswd }}
{{- if .enabled -}}
- name: htpasswd
  secret:
    secretName: {{ .existingSecret | default (include "docker-registry.fullname" $ | printf "%s-htpasswd") }}
    items:
      - key: {{ .existingSecret | empty | ternary "htpasswd" .existingSecretKey | quote }}
        path: htpasswd
{{- end }}
{{- end }}
{{- end }}

{{/* The whole folder: through a subPath a changed Secret would never arrive. */}}
{{- define "docker-registry.login.mounts" -}}
{{- if .Values.auth.htpasswd.enabled -}}
- name: htpasswd
  mountPath: /auth
  readOnly: true
{{- end }}
{{- end }}

{{/* Why nobody could log in. */}}
{{- define "docker-registry.login.problems" -}}
{{- $problems := list }}
{{- $providers := dig "auth" dict (.Values.configuration | default dict) }}
{{- with .Values.auth.htpasswd }}
{{- if and (hasKey $providers "htpasswd") (hasKey $providers "token") }}
{{- $problems = include "docker-registry.conflict.configuration-auth-providers" dict | append $problems }}
{{- else if and .enabled (hasKey $providers "token") }}
{{- $problems = include "docker-registry.conflict.auth-providers" dict | append $problems }}
{{- end }}
{{- if and .existingSecret .password }}
{{- $problems = include "docker-registry.conflict.htpasswd-password" dict | append $problems }}
{{- else if and .enabled (not (or .existingSecret (and .username .password))) }}
{{- $problems = include "docker-registry.conflict.htpasswd-credentials" dict | append $problems }}
{{- end }}
{{- if gt (len .password) 72 }}
{{- $problems = include "docker-registry.conflict.password-length" dict | append $problems }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* "true" where the values hold the password itself. */}}
{{- define "docker-registry.inlineCredentials" -}}
{{- with .Values.auth.htpasswd }}{{ if and .enabled .password }}true{{ end }}{{ end }}
{{- end }}
