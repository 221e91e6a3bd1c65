{{/* Who may use the registry. */}}
{{- define "docker-registry.login.config" -}}
{{- if .Values.auth.htpasswd.enabled -}}
auth:
  htpasswd:
    realm: Registry
    path: /auth/htpasswd
{{- end }}
{{- with .Values.auth.token }}
{{- if .enabled }}
auth:
  token:
    {{- range $key := list "realm" "service" "issuer" }}
    {{- with get $.Values.auth.token $key }}
    {{ $key }}: {{ . | quote }}
    {{- end }}
    {{- end }}
    {{- if .rootCertBundleKey }}
    rootcertbundle: /token/certificates.pem
    {{- end }}
    {{- if .jwksKey }}
    jwks: /token/jwks.json
    {{- end }}
    {{- with .signingAlgorithms }}
    signingalgorithms: {{ toJson . }}
    {{- end }}
{{- end }}
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
{{- with .Values.auth.token }}
{{- if and .enabled .existingSecret }}
- name: token
  secret:
    secretName: {{ .existingSecret }}
    items:
      {{- with .rootCertBundleKey }}
      - key: {{ . | quote }}
        path: certificates.pem
      {{- end }}
      {{- with .jwksKey }}
      - key: {{ . | quote }}
        path: jwks.json
      {{- end }}
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
{{- if and .Values.auth.token.enabled .Values.auth.token.existingSecret }}
- name: token
  mountPath: /token
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
{{- include "docker-registry.tokenProblems" . | fromYamlArray | concat $problems | toYaml }}
{{- end }}

{{/* Why no token could be checked. */}}
{{- define "docker-registry.tokenProblems" -}}
{{- $problems := list }}
{{- $providers := dig "auth" dict (.Values.configuration | default dict) }}
{{- $over := $providers.token | default dict }}
{{- with .Values.auth.token }}
{{- if .enabled }}
{{- if $.Values.auth.htpasswd.enabled }}
{{- $problems = dict "other" "auth.htpasswd" | include "docker-registry.conflict.token-providers" | append $problems }}
{{- end }}
{{- if and (hasKey $providers "htpasswd") (not (hasKey $providers "token")) }}
{{- $problems = dict "other" "configuration.auth.htpasswd" | include "docker-registry.conflict.token-providers" | append $problems }}
{{- end }}
{{- range $setting := list "realm" "service" "issuer" }}
{{- if not (or (get $.Values.auth.token $setting) (get $over $setting)) }}
{{- $problems = dict "setting" $setting | include "docker-registry.conflict.token-settings" | append $problems }}
{{- end }}
{{- end }}
{{- $complete := and .existingSecret (or .rootCertBundleKey .jwksKey) }}
{{- if not (or $complete $over.rootcertbundle $over.jwks) }}
{{- $problems = include "docker-registry.conflict.token-keys" dict | append $problems }}
{{- end }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* "true" where the values hold the password itself. */}}
{{- define "docker-registry.inlineCredentials" -}}
{{- with .Values.auth.htpasswd }}{{ if and .enabled .password }}true{{ end }}{{ end }}
{{- end }}
