{{/* Generated from CONFLICTS in registry_gitops/values/conflicts.py: `make generate`. */}}

{{- define "docker-registry.conflict.image-host" -}}
image.repository: the image would be pulled as {{ .registry }}/{{ .host }}/{{ .repository }}: set image.registry to {{ .host }} and image.repository to {{ .repository }}
{{- end }}

{{- define "docker-registry.conflict.image-version" -}}
image.tag: {{ .tag }} is older than registry v3, and reads another file than the chart's config.yml: it would run with its own settings, and without login: set image.tag to 3.1.1
{{- end }}

{{- define "docker-registry.conflict.replicas-claim" -}}
replicaCount: {{ .count }} replicas cannot share a {{ .modes }} volume: set replicaCount to 1, set persistence.accessModes to [ReadWriteMany] with a storage class that supports it, or set configuration.storage to an object store (s3, gcs, azure)
{{- end }}

{{- define "docker-registry.conflict.replicas-existing-claim" -}}
replicaCount: {{ .count }} replicas cannot share the claim {{ .claim }}, which is {{ .modes }} by persistence.accessModes: set replicaCount to 1, use a ReadWriteMany claim and set persistence.accessModes to [ReadWriteMany], or set configuration.storage to an object store (s3, gcs, azure)
{{- end }}

{{- define "docker-registry.conflict.replicas-no-volume" -}}
replicaCount: {{ .count }} replicas without persistence each have their own images: set replicaCount to 1, set persistence.enabled to true and persistence.accessModes to [ReadWriteMany], or set configuration.storage to an object store (s3, gcs, azure)
{{- end }}

{{- define "docker-registry.conflict.replicas-memory" -}}
replicaCount: {{ .count }} replicas with the inmemory driver each have their own images: set replicaCount to 1, or set configuration.storage to an object store (s3, gcs, azure)
{{- end }}

{{- define "docker-registry.conflict.replicas-secret" -}}
replicaCount: {{ .count }} replicas need a shared upload secret, or a push that reaches another Pod fails: create a Secret with the key http-secret, and set http.existingSecret to its name
{{- end }}

{{- define "docker-registry.conflict.storage-drivers" -}}
configuration.storage: several storage drivers are set ({{ .drivers }}), and the registry exits with more than one: keep one
{{- end }}

{{- define "docker-registry.conflict.auth-providers" -}}
auth.htpasswd.enabled: auth.htpasswd and configuration.auth.token are both set, and the registry exits with two providers: remove one
{{- end }}

{{- define "docker-registry.conflict.configuration-auth-providers" -}}
configuration.auth.token: both configuration.auth.htpasswd and configuration.auth.token are set, and the registry exits with two providers: remove one
{{- end }}

{{- define "docker-registry.conflict.htpasswd-credentials" -}}
auth.htpasswd.existingSecret: htpasswd is enabled without credentials: set existingSecret to the name of a Secret that `registry-gitops htpasswd` created, or set both username and password
{{- end }}

{{- define "docker-registry.conflict.htpasswd-password" -}}
auth.htpasswd.password: existingSecret and password cannot be combined: remove password
{{- end }}

{{- define "docker-registry.conflict.password-length" -}}
auth.htpasswd.password: the password is longer than the 72 bytes that bcrypt reads: choose a shorter one
{{- end }}

{{- define "docker-registry.conflict.default-strategy" -}}
updateStrategy.rollingUpdate: an old and a new Pod cannot share the images, so updateStrategy.type is Recreate by default, which has no rollingUpdate: remove it
{{- end }}

{{- define "docker-registry.conflict.strategy" -}}
updateStrategy.rollingUpdate: updateStrategy.type is Recreate, which has no rollingUpdate: remove it, or set type to RollingUpdate
{{- end }}

{{- define "docker-registry.conflict.no-rollout" -}}
updateStrategy.rollingUpdate.maxUnavailable: maxSurge and maxUnavailable are both 0, so Kubernetes could replace no Pod, and refuses that: set one of them to at least 1
{{- end }}

{{- define "docker-registry.conflict.tls-host" -}}
ingress.hostname: ingress.tls needs a host name: set ingress.hostname, or list hosts and Secrets in ingress.extraTls
{{- end }}

{{- define "docker-registry.conflict.prefix" -}}
{{ .key }}: relative URLs leave out configuration.http.prefix, so every push fails: set {{ .key }} to false
{{- end }}

{{- define "docker-registry.conflict.grace-period" -}}
terminationGracePeriodSeconds: the Pod is killed after {{ .grace }} seconds, but {{ .key }} lets it drain for {{ .timeout }}: set terminationGracePeriodSeconds to at least {{ .seconds }}
{{- end }}

{{- define "docker-registry.conflict.volume-name" -}}
extraVolumes.{{ .index }}.name: the chart has a volume of the name {{ .name }} itself: choose another name
{{- end }}

{{- define "docker-registry.conflict.volume-twice" -}}
extraVolumes.{{ .index }}.name: another volume has the name {{ .name }}, too: choose another name
{{- end }}

{{- define "docker-registry.conflict.mount-volume" -}}
{{ .mounts }}.{{ .index }}.name: no volume has the name {{ .name }}: add it to extraVolumes, or correct the name
{{- end }}

{{- define "docker-registry.conflict.mount-twice" -}}
{{ .mounts }}.{{ .index }}.mountPath: another mount of the container has the path {{ .path }}, too: choose another path
{{- end }}

{{- define "docker-registry.conflict.mount-path" -}}
{{ .mounts }}.{{ .index }}.mountPath: the chart mounts its volume {{ .volume }} at {{ .path }}, and one mount would hide the other: choose a path that neither contains {{ .path }} nor is below it
{{- end }}

{{- define "docker-registry.conflict.collection-proxy" -}}
garbageCollection.enabled: a pull-through cache deletes expired images itself: set garbageCollection.enabled to false
{{- end }}

{{- define "docker-registry.conflict.collection-memory" -}}
garbageCollection.enabled: the inmemory driver keeps images in the memory of one process, which the collector cannot see: set garbageCollection.enabled to false, use the chart's volume, or set configuration.storage to an object store (s3, gcs, azure)
{{- end }}

{{- define "docker-registry.conflict.collection-strategy" -}}
updateStrategy.type: with RollingUpdate an old Pod could still accept pushes to the volume while garbage is collected, and only a ReadWriteMany volume can be mounted by the Job that prevents this: set updateStrategy.type to Recreate
{{- end }}

{{- define "docker-registry.conflict.collection-redis" -}}
garbageCollection.enabled: the cache in redis outlives the blobs that are collected, and images that are pushed afterwards would be incomplete: set configuration.storage.cache.blobdescriptor to {{ .cache }}
{{- end }}

{{- define "docker-registry.conflict.collection-variable" -}}
extraEnvVars.{{ .index }}.name: {{ .name }} is set by garbage collection, which makes the registry read-only: remove it, and use the key configuration.storage
{{- end }}

{{- define "docker-registry.conflict.collection-schedule" -}}
garbageCollection.schedule: the range {{ .range }} ends before it begins: write the smaller number first, or two ranges
{{- end }}
