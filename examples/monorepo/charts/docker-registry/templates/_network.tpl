{{/* How clients reach the registry. */}}
{{- define "docker-registry.network.problems" -}}
{{- $problems := list }}
{{- with .Values.ingress }}
{{- if .enabled }}
{{- if and .tls (not .hostname) (not .extraTls) }}
{{- $problems = include "docker-registry.conflict.tls-host" dict | append $problems }}
{{- end }}
{{- if and .ingressClassName (hasKey (.annotations | default dict) "kubernetes.io/ingress.class") }}
{{- $problems = include "docker-registry.conflict.ingress-class" dict | append $problems }}
{{- end }}
{{- $seen := empty .hostname | ternary list (list (printf "%s%s" .hostname .path)) }}
{{- range $index, $host := .extraHosts }}
{{- $path := .path | default "/" }}
{{- $rule := print .name $path }}
{{- if has $rule $seen }}
{{- $problems = include "docker-registry.conflict.ingress-host-twice" (dict "index" $index "path" $path) | append $problems }}
{{- end }}
{{- $seen = append $seen $rule }}
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.httpRoute }}
{{- if .enabled }}
{{- if not .parentRefs }}
{{- $problems = include "docker-registry.conflict.route-parents" dict | append $problems }}
{{- end }}
{{- $seen := list }}
{{- range $index, $parent := .parentRefs }}
{{- $listener := pick . "namespace" "name" "sectionName" "port" }}
{{- if has $listener $seen }}
{{- $words := dict "index" $index "name" .name }}
{{- $problems = include "docker-registry.conflict.route-parent-twice" $words | append $problems }}
{{- end }}
{{- $seen = append $seen $listener }}
{{- end }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* The kinds of controllers whose annotations the Ingress gets, as a YAML list. Takes the values of the Ingress. */}}
{{- define "docker-registry.ingressControllers" -}}
{{- if eq .controller "none" }}[]
{{- else if .controller }}
- {{ .controller }}
{{- else }}
{{- $kinds := list "nginx" "traefik" "haproxy" }}
{{- $named := list }}
{{- $class := .ingressClassName | default (dig "kubernetes.io/ingress.class" "" (.annotations | default dict)) }}
{{- range $kinds }}{{ if contains . $class }}{{ $named = append $named . }}{{ end }}{{ end }}
{{- $named | default $kinds | toYaml }}
{{- end }}
{{- end }}

{{/* The annotations of the Ingress, as a YAML map: bodies of any size that are not buffered, and 15 minutes without a byte.
HAProxy and Traefik limit no body, and buffer none. The annotations of users win. */}}
{{- define "docker-registry.ingressAnnotations" -}}
{{- $presets := dict }}
{{- $controllers := include "docker-registry.ingressControllers" .Values.ingress | fromYamlArray }}
{{- $tls := include "docker-registry.servesTls" . }}
{{- if has "nginx" $controllers }}
{{- $_ := set $presets "nginx.ingress.kubernetes.io/proxy-body-size" "0" }}
{{- $_ := set $presets "nginx.ingress.kubernetes.io/proxy-read-timeout" "900" }}
{{- $_ := set $presets "nginx.ingress.kubernetes.io/proxy-send-timeout" "900" }}
{{- $_ := set $presets "nginx.ingress.kubernetes.io/proxy-request-buffering" "off" }}
{{- $_ := set $presets "nginx.org/client-max-body-size" "0" }}
{{- $_ := set $presets "nginx.org/proxy-read-timeout" "900s" }}
{{- $_ := set $presets "nginx.org/proxy-send-timeout" "900s" }}
{{- if $tls }}
{{- $_ := set $presets "nginx.ingress.kubernetes.io/backend-protocol" "HTTPS" }}
{{- $_ := set $presets "nginx.org/ssl-services" (include "docker-registry.fullname" .) }}
{{- end }}
{{- end }}
{{- if has "haproxy" $controllers }}
{{- $_ := set $presets "haproxy.org/timeout-server" "900s" }}
{{- $_ := set $presets "haproxy-ingress.github.io/timeout-server" "900s" }}
{{- if $tls }}
{{- $_ := set $presets "haproxy.org/server-ssl" "true" }}
{{- $_ := set $presets "haproxy-ingress.github.io/secure-backends" "true" }}
{{- end }}
{{- end }}
{{- merge (.Values.ingress.annotations | default dict | deepCopy) $presets | include "docker-registry.strings" }}
{{- end }}

{{/* The rules' hosts as a YAML list. Without a host name and without extra hosts, one rule for any host. */}}
{{- define "docker-registry.ingressHosts" -}}
{{- $hosts := .extraHosts | default list }}
{{- if or .hostname (not $hosts) }}
{{- $hosts = prepend $hosts (dict "name" .hostname "path" .path "pathType" .pathType) }}
{{- end }}
{{- toYaml $hosts }}
{{- end }}

{{/* The TLS entries as a YAML list. A Secret's name has no `*`, so that of a wildcard host says so in a word. */}}
{{- define "docker-registry.ingressTls" -}}
{{- $entries := list }}
{{- range .extraTls }}
{{- $entry := dict }}
{{- with .hosts }}{{ $_ := set $entry "hosts" . }}{{ end }}
{{- with .secretName }}{{ $_ := set $entry "secretName" . }}{{ end }}
{{- $entries = append $entries $entry }}
{{- end }}
{{- if and .tls .hostname }}
{{- $secret := .existingSecret | default (printf "%s-tls" (replace "*" "wildcard" .hostname)) }}
{{- $entries = prepend $entries (dict "hosts" (list .hostname) "secretName" $secret) }}
{{- end }}
{{- toYaml $entries }}
{{- end }}

{{/* The URL of the registry outside the cluster: that of the first host of the Ingress or the HTTPRoute, or nothing. */}}
{{- define "docker-registry.publicUrl" -}}
{{- $urls := list }}
{{- with .Values.ingress }}
{{- if .enabled }}
{{- $scheme := or .tls .extraTls | empty | ternary "http" "https" }}
{{- range include "docker-registry.ingressHosts" . | fromYamlArray }}
{{- with .name }}{{ $urls = printf "%s://%s" $scheme . | append $urls }}{{ end }}
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.httpRoute }}
{{- if .enabled }}
{{- $scheme := include "docker-registry.routeScheme" . }}
{{- range .hostnames }}{{ $urls = printf "%s://%s" $scheme . | append $urls }}{{ end }}
{{- end }}
{{- end }}
{{- with $urls }}{{ first . }}{{ end }}
{{- end }}

{{/* https, unless all listeners that the route names are plain by their port or by their name. Takes httpRoute. */}}
{{- define "docker-registry.routeScheme" -}}
{{- $schemes := list }}
{{- range .parentRefs }}
{{- $name := .sectionName | default "" }}
{{- $plain := or (eq 80 (int .port)) (eq $name "web") (and (hasPrefix "http" $name) (not (hasPrefix "https" $name))) }}
{{- $schemes = $plain | ternary "http" "https" | append $schemes }}
{{- end }}
{{- has "https" $schemes | ternary "https" "http" }}
{{- end }}
