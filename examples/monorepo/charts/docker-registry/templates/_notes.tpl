{{/* Where the images live, in words. */}}
{{- define "docker-registry.store" -}}
{{- $volume := include "docker-registry.volume" . }}
{{- if eq $volume "claim" -}}
the volume claim {{ .Values.persistence.existingClaim | default (include "docker-registry.fullname" .) }}
{{- else if eq $volume "emptyDir" -}}
an emptyDir
{{- else -}}
{{- $storage := (include "docker-registry.config" . | fromYaml).storage }}
{{- $driver := include "docker-registry.drivers" (dict "storage" $storage) }}
{{- $section := get $storage $driver | default dict -}}
the storage driver {{ $driver }}{{ with $section.bucket | default $section.container }} ({{ . }}){{ end }}
{{- end }}
{{- end }}

{{/* Log in, push, pull. Takes host and config (the one in force). */}}
{{- define "docker-registry.commands" }}
{{- if .config.auth }}

To log in:

  docker login {{ .host }}
{{- end }}
{{- if include "docker-registry.pullOnly" .config }}

To pull:
{{ else }}

To push and pull:

  docker tag IMAGE {{ .host }}/IMAGE
  docker push {{ .host }}/IMAGE
{{- end }}
  docker pull {{ .host }}/IMAGE
{{- end }}

{{/* What can work but may surprise, as a YAML list. */}}
{{- define "docker-registry.warnings" -}}
{{- $warnings := list }}
{{- $auth := include "docker-registry.config" . | fromYaml | dig "auth" dict }}
{{- if include "docker-registry.volume" . | eq "emptyDir" }}
{{- $warnings = append $warnings "Every image is lost when the Pod ends: set persistence.enabled: true to keep them." }}
{{- end }}
{{- if include "docker-registry.isObjectStorage" . }}
{{- $warnings = append $warnings "The registry starts with wrong credentials of its storage too: pushes then get a 500, and all requests a 503 after 30 seconds. The log shows the reason, and `helm test` pushes an image." }}
{{- end }}
{{- if include "docker-registry.servesTls" . }}
{{- $warnings = append $warnings "The registry reads its certificate when it starts: restart its Pods after each renewal." }}
{{- end }}
{{- if include "docker-registry.demandsClientCertificate" . }}
{{- $warnings = append $warnings "Clients need a certificate, and the kubelet has none: the readiness probe and `helm test` only see that the registry accepts connections." }}
{{- end }}
{{- if include "docker-registry.isCache" . }}
{{- $warnings = append $warnings "A pull-through cache exits when it starts while the other registry is unreachable. Without the right credentials for it, a private image is a 404." }}
{{- end }}
{{- if include "docker-registry.inlineCredentials" . }}
{{- $warnings = append $warnings "The password stands in the values, and so in the release and perhaps in git: auth.htpasswd.existingSecret keeps it out." }}
{{- end }}
{{- $by := .Values.ingress.enabled | ternary "Ingress" "HTTPRoute" }}
{{- $has_tls := or .Values.ingress.tls .Values.ingress.extraTls }}
{{- if and (or .Values.ingress.enabled .Values.httpRoute.enabled) (not $auth) }}
{{- $warnings = printf "The %s lets anybody who reaches it push and pull: set auth.htpasswd.enabled: true." $by | append $warnings }}
{{- else if and .Values.ingress.enabled (not $has_tls) }}
{{- $warnings = append $warnings "The Ingress has no TLS, so passwords go over the network in clear, unless something in front of it has: set ingress.tls: true." }}
{{- end }}
{{- if and .Values.ingress.enabled (eq "- traefik" (include "docker-registry.ingressControllers" .Values.ingress | trim)) }}
{{- $warnings = append $warnings "Traefik's entry points cut off a request after 60 seconds, and no annotation changes that. For large layers, start Traefik with --entryPoints.websecure.transport.respondingTimeouts.readTimeout=0." }}
{{- end }}
{{- toYaml $warnings }}
{{- end }}
