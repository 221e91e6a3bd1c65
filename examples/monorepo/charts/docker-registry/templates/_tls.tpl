{{/* TLS in the registry itself. */}}
{{- define "docker-registry.tls.config" -}}
{{- with .Values.tls }}
{{- if .enabled -}}
http:
  tls:
    certificate: /tls/tls.crt
    key: /tls/tls.key
    minimumtls: {{ .minimumVersion }}
    {{- with .clientAuthentication }}
    {{- if .existingSecret }}
    clientcas: [/client-cas/ca.crt]
    clientauth: {{ .mode }}
    {{- end }}
    {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "docker-registry.tls.volumes" -}}
{{- with .Values.tls }}
{{- if .enabled }}
- name: tls
  secret:
    secretName: {{ .existingSecret }}
    items:
      - {key: tls.crt, path: tls.crt}
      - {key: tls.key, path: tls.key}
{{- with .clientAuthentication }}
{{- if .existingSecret }}
- name: client-cas
  secret:
    secretName: {{ .existingSecret }}
    items:
      - key: {{ .key | quote }}
        path: ca.crt
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "docker-registry.tls.mounts" -}}
{{- with .Values.tls }}
{{- if .enabled }}
- name: tls
  mountPath: /tls
  readOnly: true
{{- if .clientAuthentication.existingSecret }}
- name: client-cas
  mountPath: /client-cas
  readOnly: true
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "docker-registry.tls.problems" -}}
{{- $problems := list }}
{{- if .Values.tls.enabled }}
{{- $clients := .Values.tls.clientAuthentication }}
{{- if not .Values.tls.existingSecret }}
{{- $problems = include "docker-registry.conflict.tls-certificate" dict | append $problems }}
{{- end }}
{{- if and (ne $clients.mode "require-and-verify-client-cert") (not $clients.existingSecret) }}
{{- $problems = include "docker-registry.conflict.tls-client-mode" dict | append $problems }}
{{- end }}
{{- if dig "http" "tls" "letsencrypt" "cachefile" "" (.Values.configuration | default dict) }}
{{- $problems = include "docker-registry.conflict.tls-letsencrypt" dict | append $problems }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* "true" where the registry serves HTTPS, by `tls` or by `configuration`. */}}
{{- define "docker-registry.servesTls" -}}
{{- $tls := include "docker-registry.config" . | fromYaml | dig "http" "tls" dict }}
{{- if or $tls.certificate (dig "letsencrypt" "cachefile" "" $tls) }}true{{ end }}
{{- end }}

{{/* "true" where a client without a certificate, as the kubelet is, is refused in the handshake. */}}
{{- define "docker-registry.demandsClientCertificate" -}}
{{- if include "docker-registry.servesTls" . }}
{{- $tls := include "docker-registry.config" . | fromYaml | dig "http" "tls" dict }}
{{- if and $tls.clientcas ($tls.clientauth | default "require-" | hasPrefix "require-") }}true{{ end }}
{{- end }}
{{- end }}

{{- define "docker-registry.scheme" -}}
{{- include "docker-registry.servesTls" . | empty | ternary "http" "https" }}
{{- end }}

{{/* What the readiness probe does: GET /, and not /v2/, which returns 401 where clients log in. Where the kubelet would
need a certificate, only a TCP connection. It checks no certificate of the registry. */}}
{{- define "docker-registry.readinessHandler" -}}
{{- if include "docker-registry.demandsClientCertificate" . -}}
tcpSocket:
  port: http
{{- else -}}
httpGet:
  path: /
  port: http
  {{- if include "docker-registry.servesTls" . }}
  scheme: HTTPS
  {{- end }}
{{- end }}
{{- end }}
