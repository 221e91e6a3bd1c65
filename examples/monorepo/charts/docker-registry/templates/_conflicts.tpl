{{/* Generated from CONFLICTS in registry_gitops/values/conflicts.py: `make generate`. */}}

{{- define "docker-registry.conflict.image-host" -}}
image.repository: the image would be pulled as {{ .registry }}/{{ .host }}/{{ .repository }}: set image.registry to {{ .host }} and image.repository to {{ .repository }}
{{- end }}

{{- define "docker-registry.conflict.image-version" -}}
image.tag: {{ .tag }} is older than registry v3, and reads another file than the chart's config.yml: it would run with its own settings, and without login: set image.tag to 3.1.1
{{- end }}

{{- define "docker-registry.conflict.replicas-claim" -}}
{{ .key }}: {{ .count }} replicas cannot share a {{ .modes }} volume: set {{ .one_pod }}, set persistence.accessModes to [ReadWriteMany] with a storage class that supports it, or set storage.type to an object store (s3, gcs, azure)
{{- end }}

{{- define "docker-registry.conflict.replicas-existing-claim" -}}
{{ .key }}: {{ .count }} replicas cannot share the claim {{ .claim }}, which is {{ .modes }} by persistence.accessModes: set {{ .one_pod }}, use a ReadWriteMany claim and set persistence.accessModes to [ReadWriteMany], or set storage.type to an object store (s3, gcs, azure)
{{- end }}

{{- define "docker-registry.conflict.replicas-no-volume" -}}
{{ .key }}: {{ .count }} replicas without persistence each have their own images: set {{ .one_pod }}, set persistence.enabled to true and persistence.accessModes to [ReadWriteMany], or set storage.type to an object store (s3, gcs, azure)
{{- end }}

{{- define "docker-registry.conflict.replicas-memory" -}}
{{ .key }}: {{ .count }} replicas with the inmemory driver each have their own images: set {{ .one_pod }}, or set storage.type to an object store (s3, gcs, azure)
{{- end }}

{{- define "docker-registry.conflict.replicas-secret" -}}
{{ .key }}: {{ .count }} replicas need a shared upload secret, or a push that reaches another Pod fails: create a Secret with `registry-gitops secret http`, and set http.existingSecret to its name
{{- end }}

{{- define "docker-registry.conflict.replicas-cache" -}}
{{ .cache }}: {{ .count }} replicas with a cache in memory each do not see what another one deletes, and skip layers that are gone: set {{ .cache }} to redis or {{ .off }}, or {{ .one_pod }}
{{- end }}

{{- define "docker-registry.conflict.claim-read-only" -}}
persistence.accessModes: the registry cannot write to a ReadOnlyMany volume: set it to [ReadWriteOnce], or to [ReadWriteMany] for several nodes
{{- end }}

{{- define "docker-registry.conflict.storage-drivers" -}}
configuration.storage: several storage drivers are set ({{ .drivers }}), and the registry exits with more than one: keep one
{{- end }}

{{- define "docker-registry.conflict.storage-type" -}}
storage.{{ .section }}: storage.{{ .section }} has no effect, because storage.type is {{ .type }}: set storage.type to {{ .section }}, or remove it
{{- end }}

{{- define "docker-registry.conflict.storage-bucket" -}}
storage.{{ .section }}.{{ .field }}: the driver {{ .section }} exits without it: set it to one that exists
{{- end }}

{{- define "docker-registry.conflict.s3-region" -}}
storage.s3.region: the driver s3 exits without a region: set it to the AWS region of the bucket, or set storage.s3.regionEndpoint for a service other than AWS
{{- end }}

{{- define "docker-registry.conflict.azure-application" -}}
storage.azure.{{ .field }}: storage.azure.credentialsType is client_secret, which needs it: set it
{{- end }}

{{- define "docker-registry.conflict.azure-key" -}}
storage.azure.existingSecret: storage.azure.credentialsType is {{ .type }}, which needs a Secret with the key {{ .secret_key }}: create one with `registry-gitops secret azure --key {{ .secret_key }}`, and set existingSecret to its name
{{- end }}

{{- define "docker-registry.conflict.azure-secret" -}}
storage.azure.existingSecret: storage.azure.credentialsType is default_credentials, which uses no Secret: set it to shared_key or client_secret, or remove existingSecret
{{- end }}

{{- define "docker-registry.conflict.redis-addrs" -}}
{{ .key }}: the cache is redis, and the registry exits without its address: set {{ .key }} to [HOST:6379]
{{- end }}

{{- define "docker-registry.conflict.autoscaling-range" -}}
autoscaling.minReplicas: {{ .minimum }} is more than autoscaling.maxReplicas, which is {{ .maximum }}: lower it
{{- end }}

{{- define "docker-registry.conflict.autoscaling-target" -}}
autoscaling.targetCPUUtilizationPercentage: the autoscaler has nothing to measure: set it, or targetMemoryUtilizationPercentage
{{- end }}

{{- define "docker-registry.conflict.autoscaling-request" -}}
resources.requests.{{ .resource }}: the autoscaler measures {{ .resource }} in percent of this request, and there is none: set it, or set autoscaling.{{ .target }} to null
{{- end }}

{{- define "docker-registry.conflict.pdb-both" -}}
pdb.maxUnavailable: minAvailable and maxUnavailable cannot be combined: remove one of them
{{- end }}

{{- define "docker-registry.conflict.auth-providers" -}}
auth.htpasswd.enabled: auth.htpasswd and configuration.auth.token are both set, and the registry exits with two providers: remove one
{{- end }}

{{- define "docker-registry.conflict.configuration-auth-providers" -}}
configuration.auth.token: both configuration.auth.htpasswd and configuration.auth.token are set, and the registry exits with two providers: remove one
{{- end }}

{{- define "docker-registry.conflict.token-providers" -}}
auth.token.enabled: auth.token and {{ .other }} are both set, and the registry exits with two providers: remove one
{{- end }}

{{- define "docker-registry.conflict.token-settings" -}}
auth.token.{{ .setting }}: the registry exits without it: set realm to the URL of the token server, service to the audience of its tokens, and issuer to their issuer
{{- end }}

{{- define "docker-registry.conflict.token-keys" -}}
auth.token.existingSecret: nothing verifies the tokens: set existingSecret to the name of a Secret with the certificates or the keys of the token server, and rootCertBundleKey or jwksKey to the key in it
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

{{- define "docker-registry.conflict.tls-certificate" -}}
tls.existingSecret: TLS is enabled without a certificate: set existingSecret to the name of a Secret of type kubernetes.io/tls, which cert-manager can create
{{- end }}

{{- define "docker-registry.conflict.tls-client-mode" -}}
tls.clientAuthentication.mode: without authorities, clients are asked for no certificate: set existingSecret to the name of a Secret with the authorities of client certificates, or remove mode
{{- end }}

{{- define "docker-registry.conflict.tls-letsencrypt" -}}
configuration.http.tls.letsencrypt: tls.enabled sets a certificate too, and the registry exits with two: remove letsencrypt, or set tls.enabled to false
{{- end }}

{{- define "docker-registry.conflict.file-place" -}}
{{ .key }}: {{ .place }} is taken, and nothing can be mounted in it: choose another directory
{{- end }}

{{- define "docker-registry.conflict.file-twice" -}}
{{ .key }}: {{ .other }} is mounted there too: choose another path
{{- end }}

{{- define "docker-registry.conflict.file-missing" -}}
{{ .key }}: no volume of the Pod has the file {{ .file }}, so the registry does not start: mount it with extraFiles, or with extraVolumes and extraVolumeMounts{{ .instead }}
{{- end }}

{{- define "docker-registry.conflict.proxy-url" -}}
proxy.remoteUrl: a pull-through cache needs the registry that it caches: set remoteUrl to its URL, for Docker Hub https://registry-1.docker.io
{{- end }}

{{- define "docker-registry.conflict.proxy-docker-hub" -}}
{{ .key }}: {{ .host }} is not the registry of Docker Hub: set {{ .key }} to https://registry-1.docker.io
{{- end }}

{{- define "docker-registry.conflict.proxy-credentials" -}}
proxy.existingSecret: proxy.username has no password: create a Secret with `registry-gitops secret proxy`, and set existingSecret to its name
{{- end }}

{{- define "docker-registry.conflict.proxy-replicas" -}}
{{ .key }}: {{ .count }} replicas of a pull-through cache lose track of what expires, and fill the storage: set {{ .one_pod }}
{{- end }}

{{- define "docker-registry.conflict.proxy-deletion" -}}
configuration.storage.delete.enabled: a pull-through cache that cannot delete keeps what has expired for ever: remove this key (clients cannot delete in a cache either way), or set {{ .key }} to 0s
{{- end }}

{{- define "docker-registry.conflict.tls-host" -}}
ingress.hostname: ingress.tls needs a host name: set ingress.hostname, or list hosts and Secrets in ingress.extraTls
{{- end }}

{{- define "docker-registry.conflict.prefix" -}}
{{ .key }}: relative URLs leave out configuration.http.prefix, so every push fails: set {{ .key }} to false
{{- end }}

{{- define "docker-registry.conflict.grace-period" -}}
terminationGracePeriodSeconds: the Pod is killed after {{ .grace }} seconds, but {{ .key }} lets it drain for {{ .timeout }}{{ .after }}: set terminationGracePeriodSeconds to at least {{ .seconds }}
{{- end }}

{{- define "docker-registry.conflict.volume-name" -}}
extraVolumes.{{ .index }}.name: the chart has a volume of the name {{ .name }} itself: choose another name{{ .instead }}
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
{{ .mounts }}.{{ .index }}.mountPath: the chart mounts its volume {{ .volume }} at {{ .path }}, and one mount would hide the other: choose a path that neither contains {{ .path }} nor is below it{{ .instead }}
{{- end }}

{{- define "docker-registry.conflict.container-name" -}}
{{ .containers }}.{{ .index }}.name: the chart has a container of the name {{ .name }} itself: choose another name
{{- end }}

{{- define "docker-registry.conflict.container-twice" -}}
{{ .containers }}.{{ .index }}.name: another container has the name {{ .name }}, too: choose another name
{{- end }}

{{- define "docker-registry.conflict.container-port" -}}
{{ .containers }}.{{ .index }}.ports.{{ .position }}.containerPort: the container {{ .holder }} listens on port {{ .port }}, too, and the containers of a Pod share one network: choose another port
{{- end }}

{{- define "docker-registry.conflict.dns-servers" -}}
dnsConfig.nameservers: with dnsPolicy None, the Pod knows no DNS server: set dnsConfig.nameservers
{{- end }}

{{- define "docker-registry.conflict.object-twice" -}}
extraDeploy.{{ .index }}: another entry is the {{ .kind }} {{ .name }}, too: remove one of them, or rename it
{{- end }}

{{- define "docker-registry.conflict.object-template" -}}
extraDeploy.{{ .index }}.metadata.{{ .field }}: is a Helm template, which the chart does not evaluate in a value: write the {{ .field }} itself
{{- end }}

{{- define "docker-registry.conflict.ingress-class" -}}
ingress.annotations: Kubernetes refuses the annotation kubernetes.io/ingress.class next to ingressClassName: remove the annotation
{{- end }}

{{- define "docker-registry.conflict.ingress-host-twice" -}}
ingress.extraHosts.{{ .index }}.name: another rule has this host with the path {{ .path }}, too, and controllers refuse that: remove one of them
{{- end }}

{{- define "docker-registry.conflict.route-parents" -}}
httpRoute.parentRefs: no Gateway serves the route: name one in httpRoute.parentRefs
{{- end }}

{{- define "docker-registry.conflict.route-parent-twice" -}}
httpRoute.parentRefs.{{ .index }}: another entry names this listener of the Gateway {{ .name }}, too: remove it, or set another sectionName or port
{{- end }}

{{- define "docker-registry.conflict.request-above-limit" -}}
{{ .section }}.requests.{{ .resource }}: requests.{{ .resource }} is {{ .request }} and limits.{{ .resource }} is {{ .limit }}, and Kubernetes refuses a request above its limit: set requests.{{ .resource }} to {{ .limit }} or less, or limits.{{ .resource }} to {{ .request }} or more
{{- end }}

{{- define "docker-registry.conflict.variable-twice" -}}
{{ .variables }}.{{ .index }}.name: is set twice, and a server-side apply refuses that: remove one of them
{{- end }}

{{- define "docker-registry.conflict.service-type" -}}
service.{{ .key }}: a Service of type {{ .type }} has no {{ .key }}: remove it, or set service.type to {{ .types }}
{{- end }}

{{- define "docker-registry.conflict.service-headless" -}}
service.{{ .key }}: with clusterIP None, there is no address to use it for: remove it, or remove service.clusterIP
{{- end }}

{{- define "docker-registry.conflict.service-headless-type" -}}
service.clusterIP: a headless Service is of type ClusterIP: remove clusterIP, or set service.type to ClusterIP
{{- end }}

{{- define "docker-registry.conflict.service-families" -}}
service.ipFamilyPolicy: two ipFamilies need an ipFamilyPolicy: set it to PreferDualStack or RequireDualStack
{{- end }}

{{- define "docker-registry.conflict.service-families-twice" -}}
service.ipFamilies: the IP family {{ .family }} is listed twice: remove one of the two
{{- end }}

{{- define "docker-registry.conflict.service-address-family" -}}
service.clusterIP: this address is not of the family {{ .family }}, the first of service.ipFamilies: change one
{{- end }}

{{- define "docker-registry.conflict.port-name" -}}
service.extraPorts.{{ .index }}.name: another port of the Service has the name {{ .name }}, too: choose another name
{{- end }}

{{- define "docker-registry.conflict.port-number" -}}
service.extraPorts.{{ .index }}.port: another port of the Service has the number {{ .port }}, too: choose another one
{{- end }}

{{- define "docker-registry.conflict.node-port" -}}
service.extraPorts.{{ .index }}.nodePort: another port of the Service has the nodePort {{ .port }}, too: choose another one
{{- end }}

{{- define "docker-registry.conflict.metrics-off" -}}
{{ .key }}: there are no metrics: set metrics.enabled to true, or {{ .key }} to false
{{- end }}

{{- define "docker-registry.conflict.metrics-twice" -}}
metrics.podMonitor.enabled: metrics.serviceMonitor is enabled too, and Prometheus would count everything twice: keep one of them
{{- end }}

{{- define "docker-registry.conflict.metrics-port" -}}
metrics.port: the registry itself listens on port {{ .port }} of the Pod: choose another port
{{- end }}

{{- define "docker-registry.conflict.metrics-path" -}}
metrics.path: {{ .path }} is taken by the debug server: choose another path, such as /metrics
{{- end }}

{{- define "docker-registry.conflict.metrics-variable" -}}
extraEnvVars.{{ .index }}.name: {{ .name }} sets the debug server, as metrics.enabled does: remove it, and use metrics.port and metrics.path
{{- end }}

{{- define "docker-registry.conflict.metrics-debug" -}}
configuration.http.debug: metrics.enabled sets the debug server, which listens inside the Pod only: remove configuration.http.debug, and use metrics.port and metrics.path
{{- end }}

{{- define "docker-registry.conflict.collection-proxy" -}}
garbageCollection.enabled: a pull-through cache deletes expired images itself: set garbageCollection.enabled to false
{{- end }}

{{- define "docker-registry.conflict.collection-memory" -}}
garbageCollection.enabled: the inmemory driver keeps images in the memory of one process, which the collector cannot see: set garbageCollection.enabled to false, use the chart's volume, or set storage.type to an object store (s3, gcs, azure)
{{- end }}

{{- define "docker-registry.conflict.collection-strategy" -}}
updateStrategy.type: with RollingUpdate an old Pod could still accept pushes to the volume while garbage is collected, and only a ReadWriteMany volume can be mounted by the Job that prevents this: set updateStrategy.type to Recreate
{{- end }}

{{- define "docker-registry.conflict.collection-redis-servers" -}}
{{ .key }}.addrs: garbage collection empties the cache, which it can do on a single Redis server, not on a cluster or by sentinels: write one address and no name of a master, or set {{ .cache }} to {{ .other }}
{{- end }}

{{- define "docker-registry.conflict.collection-redis-tls" -}}
{{ .key }}.tls: garbage collection empties the cache, and has no client that can check the certificate of Redis: use Redis without TLS, or set {{ .cache }} to {{ .other }}
{{- end }}

{{- define "docker-registry.conflict.collection-redis-variable" -}}
extraEnvVars.{{ .index }}.name: garbage collection empties the cache, and does not see {{ .name }}: remove it, and use cache.redis or configuration.redis
{{- end }}

{{- define "docker-registry.conflict.collection-variable" -}}
extraEnvVars.{{ .index }}.name: {{ .name }} is set by garbage collection, which makes the registry read-only: remove it, and use the key configuration.storage
{{- end }}

{{- define "docker-registry.conflict.collection-command" -}}
{{ .key }}: garbage collection in the Pod runs the registry by a script of its own: remove {{ .key }}, or set garbageCollection.enabled to false
{{- end }}

{{- define "docker-registry.conflict.collection-schedule" -}}
garbageCollection.schedule: the range {{ .range }} ends before it begins: write the smaller number first, or two ranges
{{- end }}

{{- define "docker-registry.volumeInstead" -}}
{{- if eq . "data" }}, or, to keep the images on a volume of your own, such as NFS, create a PersistentVolumeClaim of it, and set persistence.enabled to true and persistence.existingClaim to its name{{ end }}
{{- if eq . "config" }}, or set configuration instead{{ end }}
{{- if eq . "htpasswd" }}, or set auth.htpasswd.existingSecret instead{{ end }}
{{- if eq . "token" }}, or set auth.token.existingSecret instead{{ end }}
{{- if eq . "tls" }}, or set tls.existingSecret instead{{ end }}
{{- if eq . "client-cas" }}, or set tls.clientAuthentication.existingSecret instead{{ end }}
{{- if eq . "extra-cas" }}, or set extraCAs instead{{ end }}
{{- if eq . "gcs" }}, or set storage.gcs.existingSecret instead{{ end }}
{{- end }}
