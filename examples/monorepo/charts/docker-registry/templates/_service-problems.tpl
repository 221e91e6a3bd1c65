{{/* What the API server refuses in a Service, or ignores. */}}
{{- define "docker-registry.service.problems" -}}
{{- $problems := list }}
{{- range $part := list "types" "headless" "families" "ports" }}
{{- $problems = include (printf "docker-registry.serviceProblems.%s" $part) $.Values.service | fromYamlArray | concat $problems }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* Keys that the type of the Service does not have. */}}
{{- define "docker-registry.serviceProblems.types" -}}
{{- $keys := list }}
{{- $words := dict "type" .type "types" "LoadBalancer" }}
{{- if ne .type "LoadBalancer" }}
{{- range $key := list "loadBalancerIP" "loadBalancerClass" "loadBalancerSourceRanges" }}
{{- if index $ $key }}{{ $keys = append $keys (merge (dict "key" $key) $words) }}{{ end }}
{{- end }}
{{- end }}
{{- if eq .type "ClusterIP" }}
{{- $words = dict "type" .type "types" "NodePort or LoadBalancer" }}
{{- if and .externalTrafficPolicy (not .externalIPs) }}
{{- $keys = append $keys (merge (dict "key" "externalTrafficPolicy") $words) }}
{{- end }}
{{- if .nodePorts.http }}{{ $keys = append $keys (merge (dict "key" "nodePorts.http") $words) }}{{ end }}
{{- range $index, $port := .extraPorts | default list }}
{{- if .nodePort }}{{ $keys = append $keys (merge (dict "key" (printf "extraPorts.%d.nodePort" $index)) $words) }}{{ end }}
{{- end }}
{{- end }}
{{- $problems := list }}
{{- range $keys }}{{ $problems = include "docker-registry.conflict.service-type" . | append $problems }}{{ end }}
{{- toYaml $problems }}
{{- end }}

{{- define "docker-registry.serviceProblems.headless" -}}
{{- if eq .clusterIP "None" }}
{{- if ne .type "ClusterIP" }}
- {{ include "docker-registry.conflict.service-headless-type" dict | quote }}
{{- end }}
{{- if .externalIPs }}
- {{ include "docker-registry.conflict.service-headless" (dict "key" "externalIPs") | quote }}
{{- end }}
{{- if eq .sessionAffinity "ClientIP" }}
- {{ include "docker-registry.conflict.service-headless" (dict "key" "sessionAffinity") | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "docker-registry.serviceProblems.families" -}}
{{- with .ipFamilies }}
{{- $words := dict "family" (first .) }}
{{- if and (gt (len .) 1) (eq (first .) (last .)) }}
- {{ include "docker-registry.conflict.service-families-twice" $words | quote }}
{{- else if and (gt (len .) 1) (has $.ipFamilyPolicy (list "" "SingleStack")) }}
- {{ include "docker-registry.conflict.service-families" dict | quote }}
{{- end }}
{{- if and (not (has $.clusterIP (list "" "None"))) (ne (contains ":" $.clusterIP) (eq (first .) "IPv6")) }}
- {{ include "docker-registry.conflict.service-address-family" $words | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "docker-registry.serviceProblems.ports" -}}
{{- $problems := list }}
{{- $names := list "http" }}
{{- $numbers := list (printf "TCP/%d" (int .ports.http)) }}
{{- $nodePorts := list (printf "TCP/%d" (int .nodePorts.http)) }}
{{- range $index, $port := .extraPorts | default list }}
{{- $protocol := .protocol | default "TCP" }}
{{- $number := printf "%s/%d" $protocol (int .port) }}
{{- $nodePort := printf "%s/%d" $protocol (int .nodePort) }}
{{- if has .name $names }}
{{- $words := dict "index" $index "name" .name }}
{{- $problems = include "docker-registry.conflict.port-name" $words | append $problems }}
{{- end }}
{{- if has $number $numbers }}
{{- $words := dict "index" $index "port" (int .port) }}
{{- $problems = include "docker-registry.conflict.port-number" $words | append $problems }}
{{- end }}
{{- if and .nodePort (has $nodePort $nodePorts) }}
{{- $words := dict "index" $index "port" (int .nodePort) }}
{{- $problems = include "docker-registry.conflict.node-port" $words | append $problems }}
{{- end }}
{{- $names = append $names .name }}
{{- $numbers = append $numbers $number }}
{{- $nodePorts = append $nodePorts $nodePort }}
{{- end }}
{{- toYaml $problems }}
{{- end }}
