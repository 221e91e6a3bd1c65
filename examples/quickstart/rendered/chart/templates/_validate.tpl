{{/* What cannot work, as a YAML list of sentences. */}}
{{- define "docker-registry.problems" -}}
{{- $config := include "docker-registry.config" . | fromYaml }}
{{- $problems := concat
  (include "docker-registry.replicaProblems" . | fromYamlArray)
  (include "docker-registry.htpasswdProblems" . | fromYamlArray) }}
{{- $drivers := include "docker-registry.drivers" $config }}
{{- if contains "," $drivers }}
{{- $problems = printf "configuration.storage names several drivers (%s), and the registry ends at start-up: keep one." (replace "," ", " $drivers) | append $problems }}
{{- end }}
{{- if gt (len ($config.auth | default dict)) 1 }}
{{- $names := keys $config.auth | sortAlpha | join ", " }}
{{- $problems = printf "config.yml would have several ways to log in (%s), and the registry ends at start-up: set auth.htpasswd.enabled: false, or take the other one out of configuration.auth." $names | append $problems }}
{{- end }}
{{- if and (dig "http" "prefix" "" $config | trimAll "/") (dig "http" "relativeurls" false $config) }}
{{- $problems = append $problems "configuration.http.prefix is set with relative URLs, and the registry leaves the prefix out of these, so that every push fails: set http.relativeUrls: false." }}
{{- end }}
{{- $drain := include "docker-registry.seconds" $config.http.draintimeout | float64 }}
{{- $grace := float64 .Values.terminationGracePeriodSeconds }}
{{- if and (gt $grace 0.0) (ge $drain $grace) }}
{{- $problems = printf "http.drainTimeout is %s, but the Pod is killed after %gs: set terminationGracePeriodSeconds to more than %g." $config.http.draintimeout $grace $drain | append $problems }}
{{- end }}
{{- with .Values.ingress }}
{{- if and .enabled .tls (not .hostname) (not .extraTls) }}
{{- $problems = append $problems "ingress.tls is on, but there is no host to have a certificate for: set ingress.hostname, or list hosts and Secrets in ingress.extraTls." }}
{{- end }}
{{- end }}
{{- if and .Values.updateStrategy.rollingUpdate (include "docker-registry.strategy" . | eq "Recreate") }}
{{- $problems = append $problems "updateStrategy.rollingUpdate is set, but the Pods are recreated, because only one at a time can hold the images: remove it, or set updateStrategy.type: RollingUpdate." }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* Why several Pods cannot work. */}}
{{- define "docker-registry.replicaProblems" -}}
{{- $problems := list }}
{{- $count := int .Values.replicaCount }}
{{- if gt $count 1 }}
{{- $volume := include "docker-registry.volume" . }}
{{- if not (include "docker-registry.shared" .) }}
{{- $why := "the driver keeps its images in the memory of one Pod" }}
{{- if eq $volume "claim" }}{{ $why = printf "a %s volume can be written from one node only" (join ", " .Values.persistence.accessModes) }}{{ end }}
{{- if eq $volume "emptyDir" }}{{ $why = "without persistence each Pod has images of its own" }}{{ end }}
{{- $problems = printf "replicaCount is %d, but %s: set replicaCount: 1, or persistence.accessModes: [ReadWriteMany] with a storage class that has it, or an object storage driver (s3, gcs, azure) in configuration.storage." $count $why | append $problems }}
{{- end }}
{{- if not .Values.http.existingSecret }}
{{- $problems = printf "replicaCount is %d, but the Pods share no http.secret, so that an upload fails when it meets a second Pod: create a Secret with the key http-secret and name it in http.existingSecret." $count | append $problems }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* Why nobody could log in. */}}
{{- define "docker-registry.htpasswdProblems" -}}
{{- $problems := list }}
{{- with .Values.auth.htpasswd }}
{{- if and .existingSecret .password }}
{{- $problems = append $problems "auth.htpasswd has both existingSecret and password, and only one of them can count: remove one." }}
{{- else if and .enabled (not (or .existingSecret (and .username .password))) }}
{{- $problems = append $problems "auth.htpasswd is enabled without credentials: name a Secret in auth.htpasswd.existingSecret, or set username and password." }}
{{- end }}
{{- if gt (len .password) 72 }}
{{- $problems = append $problems "auth.htpasswd.password has more than 72 bytes, and bcrypt takes no more: choose a shorter one." }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* The length of a duration such as 1h30m, in seconds. */}}
{{- define "docker-registry.seconds" -}}
{{- $units := dict "h" 3600 "m" 60 "s" 1 "ms" 0.001 }}
{{- $seconds := 0.0 }}
{{- range regexFindAll "[0-9.]+(ms|s|m|h)" . -1 }}
{{- $unit := regexFind "[a-z]+" . }}
{{- $seconds = addf $seconds (mulf (trimSuffix $unit . | float64) (get $units $unit)) }}
{{- end }}
{{- $seconds }}
{{- end }}
