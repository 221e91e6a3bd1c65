{{/* Files from Secrets and ConfigMaps of the user. */}}
{{- define "docker-registry.files.volumes" -}}
{{- with .Values.extraCAs }}
- name: extra-cas
  projected:
    sources:
      {{- range $index, $file := . }}
      - {{ empty $file.secretName | ternary "configMap" "secret" }}:
          name: {{ $file.secretName | default $file.configMapName }}
          items:
            - key: {{ $file.key | default "ca.crt" | quote }}
              path: {{ $index }}.crt
      {{- end }}
{{- end }}
{{- range $index, $file := .Values.extraFiles }}
- name: extra-file-{{ $index }}
  {{- with $file.secretName }}
  secret:
    secretName: {{ . }}
  {{- else }}
  configMap:
    name: {{ $file.configMapName }}
  {{- end }}
    items:
      - key: {{ $file.key | quote }}
        path: file
{{- end }}
{{- end }}

{{/* A file stands next to what the image has in the same directory: so each is a subPath, which never changes while the
Pod runs. The registry reads its files when it starts. */}}
{{- define "docker-registry.files.mounts" -}}
{{- if .Values.extraCAs }}
- name: extra-cas
  mountPath: /extra-cas
  readOnly: true
{{- end }}
{{- range $index, $file := .Values.extraFiles }}
- name: extra-file-{{ $index }}
  mountPath: {{ $file.path | quote }}
  subPath: file
  readOnly: true
{{- end }}
{{- end }}

{{/* Go reads the bundle of the image too: SSL_CERT_FILE, which this leaves alone, names it. */}}
{{- define "docker-registry.files.env" -}}
{{- if .Values.extraCAs }}
- name: SSL_CERT_DIR
  value: /etc/ssl/certs:/extra-cas
{{- end }}
{{- end }}

{{/* The paths of `extraCAs` in the container, as a YAML list: for settings that name files of authorities. */}}
{{- define "docker-registry.files.caPaths" -}}
{{- $paths := list }}
{{- range $index, $_ := .Values.extraCAs }}
{{- $paths = printf "/extra-cas/%d.crt" $index | append $paths }}
{{- end }}
{{- toYaml $paths }}
{{- end }}

{{- define "docker-registry.files.problems" -}}
{{- $problems := list }}
{{- range $index, $_ := .Values.extraFiles }}
{{- $problems = dict "root" $ "index" $index | include "docker-registry.files.placeProblems" | fromYamlArray | concat $problems }}
{{- end }}
{{- $image := .Values.image.repository }}
{{- if or (eq $image "registry") (printf "/%s" $image | hasSuffix "/library/registry") }}
{{- $held := include "docker-registry.files.held" . | fromYamlArray }}
{{- $places := list "/etc/ssl/" }}
{{- range .Values.extraVolumeMounts }}{{ $places = trimSuffix "/" .mountPath | printf "%s/" | append $places }}{{ end }}
{{- range include "docker-registry.files.named" . | fromYamlArray }}
{{- $file := printf "%s/" .file }}
{{- $mounted := has .file $held }}
{{- range $places }}{{ if hasPrefix . $file }}{{ $mounted = true }}{{ end }}{{ end }}
{{- if not $mounted }}
{{- $instead := empty .instead | ternary "" (printf ", or set %s instead" .instead) }}
{{- $problems = dict "key" .key "file" .file "instead" $instead | include "docker-registry.conflict.file-missing" | append $problems }}
{{- end }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* Why a file cannot be mounted where it should be. Takes root and index. */}}
{{- define "docker-registry.files.placeProblems" -}}
{{- $problems := list }}
{{- $path := (index .root.Values.extraFiles .index).path }}
{{- $words := dict "key" (printf "extraFiles.%d.path" .index) }}
{{- range list "/auth" "/client-cas" "/etc/distribution" "/extra-cas" "/gcs" "/tls" "/token" "/dev" "/proc" "/sys" }}
{{- if hasPrefix (printf "%s/" .) (printf "%s/" $path) }}
{{- $problems = merge (dict "place" .) $words | include "docker-registry.conflict.file-place" | append $problems }}
{{- end }}
{{- end }}
{{- range slice .root.Values.extraFiles 0 .index }}
{{- if or (hasPrefix (printf "%s/" .path) (printf "%s/" $path)) (hasPrefix (printf "%s/" $path) (printf "%s/" .path)) }}
{{- $problems = merge (dict "other" .path) $words | include "docker-registry.conflict.file-twice" | append $problems }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* The files that the chart mounts, as a YAML list. */}}
{{- define "docker-registry.files.held" -}}
{{- $held := include "docker-registry.files.caPaths" . | fromYamlArray }}
{{- range .Values.extraFiles }}{{ $held = append $held .path }}{{ end }}
{{- if .Values.auth.htpasswd.enabled }}{{ $held = append $held "/auth/htpasswd" }}{{ end }}
{{- if .Values.auth.token.enabled }}{{ $held = concat $held (list "/token/certificates.pem" "/token/jwks.json") }}{{ end }}
{{- if .Values.tls.enabled }}{{ $held = concat $held (list "/tls/tls.crt" "/tls/tls.key" "/client-cas/ca.crt") }}{{ end }}
{{- toYaml $held }}
{{- end }}

{{/* The files that `configuration`, `args`, and the variables of `extraEnvVars` name, as a YAML list of key, file,
instead. */}}
{{- define "docker-registry.files.named" -}}
{{- $keys := include "docker-registry.fileKeys" . | fromYamlArray }}
{{- range $keys }}
{{- $start := dict "value" ($.Values.configuration | default dict) "key" "configuration" }}
{{- merge $start (dict "steps" (splitList "." .path) "instead" .instead) | include "docker-registry.files.at" }}
{{- end }}
{{- range $index, $variable := .Values.extraEnvVars }}
{{- range $keys }}
{{- if regexMatch (printf "^%s$" .variable) $variable.name }}
{{- $key := printf "extraEnvVars.%d.value" $index }}
{{- $instead := .instead }}
{{- range regexFindAll "/[^\\s,\"'\\]]+" ($variable.value | default "") -1 }}
- {{ dict "key" $key "file" . "instead" $instead | toJson }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- $config := "/etc/distribution/config.yml" }}
{{- range $index, $argument := ternary .Values.args list (empty .Values.command) }}
{{- if and (regexMatch "^/.*\\.ya?ml$" $argument) (ne $argument $config) }}
- {{ dict "key" (printf "args.%d" $index) "file" $argument "instead" (printf "it to %s" $config) | toJson }}
{{- end }}
{{- end }}
{{- end }}

{{/* The files at a path below a value, which can pass through lists. Takes value, key, steps, and instead. */}}
{{- define "docker-registry.files.at" -}}
{{- if kindIs "slice" .value }}
{{- range $index, $entry := .value }}
{{- merge (dict "value" $entry "key" (printf "%s.%d" $.key $index)) (omit $ "value" "key") | include "docker-registry.files.at" }}
{{- end }}
{{- else if kindIs "map" .value }}
{{- $step := first .steps }}
{{- if hasKey .value $step }}
{{- $below := dict "value" (get .value $step) "key" (printf "%s.%s" .key $step) "steps" (rest .steps) "instead" .instead }}
{{- include "docker-registry.files.at" $below }}
{{- end }}
{{- else if .value }}
- {{ dict "key" .key "file" .value "instead" .instead | toJson }}
{{- end }}
{{- end }}
