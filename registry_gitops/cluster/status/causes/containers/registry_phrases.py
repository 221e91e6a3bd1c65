"""What the registry's own errors mean, and which value each is about: distribution 3, and the services that it uses."""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, http_status

_BY_ITSELF: Final = "the kubelet starts the registry again by itself"
_RESTART: Final = "then `kubectl rollout restart -n NAMESPACE deployment/NAME`"
"""For what a process gets from its environment when it starts."""
_IN_CONFIGURATION: Final = "config.yml has a value that the registry does not accept"
_UNREACHABLE: Final = (
    r"connection (?:refused|reset|timed out)|i/o timeout|time-?d? ?out|deadline exceeded|no route to host"
    r"|network is unreachable|\bEOF\b|request canceled|broken pipe"
)
_NO_NAME: Final = r"no such host|server misbehaving|name resolution|bad address"
_UNTRUSTED: Final = r"x509:|failed to verify certificate|unknown (?:certificate )?authority"

START_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"parsing environment variable REGISTRY_(?:HTTP_SECRET|\w*PASSWORD|PROXY_USERNAME|STORAGE_AZURE_ACCOUNTKEY)\b",
        "the registry reads a value of a Secret as YAML, and it is no text in YAML",
        f"write the value into the Secret in double quotes, as `registry-gitops secret` does; {_BY_ITSELF}",
    ),
    Phrase(
        r"parsing environment variable",
        "a variable of its environment has a value that the registry does not accept",
        "correct it in `values.extraEnvVars`, or in the Secret or ConfigMap that `values.extraEnvVarsSecret` or "
        "`values.extraEnvVarsCM` names",
    ),
    Phrase(
        r"exactly one storage type|multiple storage drivers",
        "two kinds of storage are configured",
        "keep one: `values.storage.type`, a section of `values.configuration.storage`, or variables "
        "REGISTRY_STORAGE_* in "
        "`values.extraEnvVars`",
    ),
    Phrase(
        r"exactly one type\b|no access controller registered",
        "two kinds of authentication are configured, or one that the registry does not have",
        "keep one: `values.auth.htpasswd`, `values.auth.token`, or a section of `values.configuration.auth`",
    ),
    Phrase(
        r"invalid loglevel",
        "the registry has no such log level",
        "set `values.configuration.log.level` to error, warn, info, or debug",
    ),
    Phrase(
        r"configuration error: (?:open|stat) ",
        "it cannot read its configuration file",
        "correct `values.args`, or remove it to use the file of the chart",
    ),
    Phrase(
        r"unsupported version",
        "its configuration file has no `version: 0.1`, or is empty",
        "correct the file that `values.args` names, or remove `values.args` to use the chart's",
    ),
    Phrase(
        r"no region parameter|invalid region provided",
        "the region of the bucket is missing, or no region of AWS",
        "set `values.storage.s3.region`, or for a service other than AWS `values.storage.s3.regionEndpoint` too",
    ),
    Phrase(
        r"no bucket parameter",
        "the name of the bucket is missing",
        "set `values.storage.s3.bucket` or `values.storage.gcs.bucket`",
    ),
    Phrase(
        r"chunk ?size",
        "the size of chunks is not allowed",
        "correct `values.storage.s3.chunkSize` or `values.storage.gcs.chunkSize`",
    ),
    Phrase(
        r"storageclass parameter",
        "S3 has no such storage class",
        "correct `values.storage.s3.storageClass`",
    ),
    Phrase(
        r"StorageDriver not registered",
        "the image of the registry does not have this storage driver",
        "set `values.storage.type` instead of a section of `values.configuration.storage`; version 3 has "
        "filesystem, s3, "
        "gcs, azure, and inmemory",
    ),
    Phrase(
        r"invalid type for redirect config",
        "the section `redirect` has no boolean `disable`",
        "set `values.configuration.storage.redirect.disable` to true or false",
    ),
    Phrase(
        r"(?:uploadpurging|readonly)(?:'s enabled)? config key",
        "a setting of maintenance is no map, as variables such as REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED "
        "make it",
        "set `values.configuration.storage.maintenance` instead of a variable in `values.extraEnvVars`",
    ),
    Phrase(
        r"no (?:account ?name|container) parameter|shared[ _]key credentials|invalid credentials type|account ?key"
        r"|client secret credentials|default credentials: ",
        "the account of Azure is not configured completely, or its key is no base64",
        "correct `values.storage.azure.accountName`, `values.storage.azure.container`, "
        "`values.storage.azure.credentialsType`, and the key account-key in `values.storage.azure.existingSecret`",
    ),
    Phrase(
        r"could not find default credentials|google: ",
        "it finds no credentials for Google Cloud Storage",
        "set `values.storage.gcs.existingSecret`, or the workload identity in `values.serviceAccount.annotations`",
    ),
    Phrase(
        r"failed reading redis client|redis .{0,40}(?:rootcas|certificate)",
        "a file for TLS to Redis does not exist",
        "correct `values.extraCAs`, or `values.configuration.redis.tls`",
    ),
    Phrase(
        r"redis configuration required",
        "the cache is Redis, and no server is configured",
        "set `values.cache.redis.addrs`, or `values.cache.type` to another cache",
    ),
    Phrase(
        r"configure authorization .{0,40}\(htpasswd\)|htpasswd access controller|htpasswd path|htpasswd: invalid entry",
        "the file of users is missing, or its section is not complete",
        "set `values.auth.htpasswd.existingSecret` and `values.auth.htpasswd.existingSecretKey`, not "
        "`values.configuration.auth.htpasswd`",
    ),
    Phrase(
        r"configure authorization .{0,40}\(token\)|token auth|parse jwks",
        "authentication by tokens is not configured completely, or its keys cannot be read",
        "correct `values.auth.token`: realm, service, issuer, and in its `existingSecret` the certificates or "
        "keys, which "
        "`rootCertBundleKey` or `jwksKey` name",
    ),
    Phrase(
        r"private key does not match public key",
        "the certificate and the private key do not belong together",
        f"write a certificate and its own key into `values.tls.existingSecret`; {_BY_ITSELF}",
    ),
    Phrase(
        r"tls: failed to (?:find|parse)|could not add CA to pool|asn1: ",
        "a certificate or private key is no valid PEM file",
        "correct the keys tls.crt and tls.key in `values.tls.existingSecret`, or the authorities in "
        f"`values.tls.clientAuthentication.existingSecret`; {_BY_ITSELF}",
    ),
    Phrase(
        r"minimum TLS level|TLS cipher suite|client auth mod|certificate and Let's Encrypt",
        "a setting of TLS is not valid",
        "correct `values.tls.minimumVersion` or `values.configuration.http.tls`",
    ),
    Phrase(
        r"address already in use",
        "another process of the Pod, or of its node with `hostNetwork`, uses the same port",
        "change `values.configuration.http.addr` or `values.metrics.port`, or the port of the other container",
    ),
    Phrase(
        r"bind: permission denied",
        "a process that is not root cannot listen on a port below 1024",
        "set `values.configuration.http.addr` to a higher port",
    ),
    Phrase(
        r"listen tcp|cannot assign requested address",
        "it cannot listen on its address",
        "correct `values.configuration.http.addr`, or REGISTRY_HTTP_ADDR in `values.extraEnvVars`",
    ),
    Phrase(
        r"unsupported protocol scheme",
        "the address of the other registry has no https://",
        "correct `values.proxy.remoteUrl`",
    ),
    Phrase(
        rf"panic: (?:get|head) \"[^\"]*\": .*(?:{_UNTRUSTED})",
        "it does not trust the certificate of the registry that it caches",
        "add its certificate authority to `values.extraCAs`, or correct `values.proxy.remoteUrl`",
    ),
    Phrase(
        r"panic: (?:get|head) \"",
        "it cannot reach the registry that it caches, which it needs to start",
        f"let the Pod reach it: {_BY_ITSELF}; or correct `values.proxy.remoteUrl`",
    ),
    Phrase(
        r"storage middleware|registry middleware|repository middleware",
        "a middleware is not configured correctly, or does not exist",
        "correct `values.configuration.middleware`",
    ),
    Phrase(
        r"unsupported logging formatter",
        "the registry has no such format of its log",
        "set `values.configuration.log.formatter` to text, json, or logstash",
    ),
    Phrase(
        r"http \"host\" parameter",
        "its own address is no URL",
        "correct `values.configuration.http.host`",
    ),
    Phrase(
        r"tag lookup concurrency|blobdescriptorsize|validation\.manifests",
        _IN_CONFIGURATION,
        "correct `values.configuration.storage.tag`, `values.configuration.storage.cache`, or "
        "`values.configuration.validation`",
    ),
    Phrase(
        r"exec format error",
        "the program of the image is not built for the CPU of the node",
        "set `values.nodeSelector` to nodes that the image is built for (label kubernetes.io/arch), or "
        "`values.image.repository` and `values.image.tag` to an image that is built for these nodes",
    ),
    Phrase(
        r"out of memory|cannot allocate memory",
        "it gets no more memory",
        "raise `values.resources.limits.memory`",
    ),
    Phrase(
        r"runtime error: |invalid memory address|concurrent map",
        "a bug of the registry has ended it",
        "set `values.image.tag` to another version, and report the line at github.com/distribution/distribution",
    ),
    Phrase(
        r"configuration error: .*(?:yaml|unmarshal|cannot parse)",
        _IN_CONFIGURATION,
        "correct the key that the line names in `values.configuration`",
    ),
    Phrase(
        r"\bopen .{0,300}(?:no such file or directory|permission denied|is a directory)",
        "it cannot read a file that its configuration names",
        "mount the file with `values.extraFiles` or `values.extraVolumeMounts`, or correct the key of "
        "`values.configuration` that names it",
    ),
)
"""Errors of the start."""

_CREDENTIALS_OF_S3: Final = "`values.storage.s3.existingSecret`"

S3_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"NoSuchBucket|specified bucket does not exist|NotFound: Not Found",
        "the bucket does not exist",
        "create the bucket, or correct `values.storage.s3.bucket` and `values.storage.s3.regionEndpoint`",
    ),
    Phrase(
        r"InvalidBucketName|bucket is not valid",
        "the name of the bucket is not valid",
        "correct `values.storage.s3.bucket`",
    ),
    Phrase(
        r"InvalidAccessKeyId|XAdminUserNotFound|access key (?:id )?.{0,20}does not exist",
        "S3 does not know the access key",
        f"correct the key access-key in {_CREDENTIALS_OF_S3}, {_RESTART}",
    ),
    Phrase(
        r"SignatureDoesNotMatch|signature we calculated",
        "the secret key is wrong",
        f"correct the key secret-key in {_CREDENTIALS_OF_S3}, {_RESTART}",
    ),
    Phrase(
        r"ExpiredToken|InvalidToken|TokenRefreshRequired|security token .{0,40}(?:expired|invalid)",
        "the session token of its credentials has expired or is not valid",
        f"use an access key without a session token in {_CREDENTIALS_OF_S3}, or a role in "
        "`values.serviceAccount.annotations`",
    ),
    Phrase(
        r"WebIdentityErr|AssumeRole|InvalidIdentityToken",
        "it cannot assume the role that its ServiceAccount names",
        "correct `values.serviceAccount.annotations`, or the trust policy of the role in the cloud",
    ),
    Phrase(
        r"NoCredentialProviders|no valid providers|no EC2 IMDS role",
        "it has no credentials",
        f"set {_CREDENTIALS_OF_S3}, or a role in `values.serviceAccount.annotations`",
    ),
    Phrase(
        r"AuthorizationHeaderMalformed|region .{0,80}is wrong|PermanentRedirect|BucketRegionError|MovedPermanently"
        r"|IllegalLocationConstraint|addressed using the specified endpoint",
        "the bucket is in another region",
        "correct `values.storage.s3.region`",
    ),
    Phrase(
        r"RequestTimeTooSkewed|request time and the current time is too large",
        "the clock of the node is wrong",
        "have the clock of the node set; nothing in registry.yaml is wrong",
    ),
    Phrase(
        r"SlowDown|reduce your request rate|TooManyRequests|RequestLimitExceeded",
        "S3 limits the number of requests",
        "wait; if it lasts, ask the operator of the S3 service for a higher limit",
    ),
    Phrase(
        r"QuotaExceeded|StorageFull|InsufficientStorage|minimum free (?:drive|disk)|no space left",
        "the S3 service has no space left",
        "enlarge the quota of the bucket, or the disks of the S3 service; nothing in registry.yaml is wrong",
    ),
    Phrase(
        r"NotImplemented|functionality that is not implemented|InvalidStorageClass",
        "the S3 service does not have a function that the registry uses",
        "set `values.storage.s3.storageClass` to NONE, and `values.storage.s3.encrypt` to false",
    ),
    Phrase(
        rf"AccessDenied|access denied|AllAccessDisabled|Forbidden|{http_status(403)}",
        "its credentials do not permit the use of the bucket",
        "grant them to list the bucket, and to read, write, and delete in it; they are those of "
        f"{_CREDENTIALS_OF_S3}, or "
        "of the role in `values.serviceAccount.annotations`; the bucket is `values.storage.s3.bucket`",
    ),
    Phrase(
        _UNTRUSTED,
        "it does not trust the certificate of the S3 service",
        "add its certificate authority to `values.extraCAs`, or correct the host in `values.storage.s3.regionEndpoint`",
    ),
    Phrase(
        r"server gave HTTP response to HTTPS client|does not look like a TLS handshake",
        "the S3 service serves HTTP",
        "write http:// in front of the host in `values.storage.s3.regionEndpoint`",
    ),
    Phrase(
        rf"://[^/\"\s]+/(?:\?list-type|docker/registry/).*(?:{_NO_NAME})",
        "the bucket is part of the host name, and that does not resolve",
        "set `values.storage.s3.forcePathStyle: true`",
        has_names=True,
    ),
    Phrase(
        _NO_NAME,
        "the host of the S3 service does not resolve",
        "correct `values.storage.s3.regionEndpoint`",
    ),
    Phrase(
        _UNREACHABLE,
        "it cannot reach the S3 service",
        "check that the service runs, and that network policies and firewalls let the Pod reach it; its address is "
        "`values.storage.s3.regionEndpoint`, or that of AWS",
    ),
    Phrase(
        rf"BadRequest|{http_status(400)}",
        "the S3 service refuses the request, often because the bucket is in another region",
        "correct `values.storage.s3.region`",
    ),
    Phrase(
        rf"InternalError|ServiceUnavailable|{http_status(500)}|{http_status(502)}|{http_status(503)}",
        "the S3 service fails",
        "have the S3 service repaired; the registry is ready again as soon as it works",
    ),
)
"""Errors of the driver `s3aws`, in the words of AWS and of other services with the same protocol."""

CLOUD_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        rf"bucket does(?:n't| not) exist|ContainerNotFound|container does not exist|{http_status(404)}|notFound",
        "the bucket or container does not exist",
        "create it, or correct `values.storage.gcs.bucket`, or `values.storage.azure.container`",
    ),
    Phrase(
        rf"AuthenticationFailed|AuthorizationFailure|AuthorizationPermissionMismatch|invalid_grant|unauthori[sz]ed"
        rf"|does not have storage\.|access denied|forbidden|{http_status(401)}|{http_status(403)}"
        r"|DefaultAzureCredential|ClientSecretCredential|could not find default credentials",
        "its credentials are wrong, or do not permit the use of the storage",
        "correct `values.storage.gcs.existingSecret`, or `values.storage.azure.existingSecret`, or the identity in "
        "`values.serviceAccount.annotations`, or its permissions in the cloud",
    ),
    Phrase(
        rf"{_NO_NAME}|{_UNREACHABLE}",
        "it cannot reach the storage service",
        "check that network policies and firewalls let the Pod reach it; for Azure, "
        "`values.storage.azure.accountName` and "
        "`values.storage.azure.realm` are its host name",
    ),
)
"""Errors of the drivers `gcs` and `azure`."""

VOLUME_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"no space left on device|disk quota exceeded",
        "the volume is full",
        "raise `values.persistence.size`, if the StorageClass can expand volumes, or delete images and collect garbage "
        "(`values.deletion.enabled`, `values.garbageCollection.enabled`)",
    ),
    Phrase(
        r"permission denied|operation not permitted",
        "it is not allowed to write to the volume",
        "set `values.podSecurityContext.fsGroup` to the group that owns the volume, or on NFS have the directory "
        "belong to "
        "`values.containerSecurityContext.runAsUser`",
    ),
    Phrase(
        r"read-only file ?system",
        "the directory of the images is read-only",
        "keep `values.configuration.storage.filesystem.rootdirectory` on the volume; if the volume itself is "
        "read-only, its "
        "storage has failed: have it repaired, then delete the Pod",
    ),
    Phrase(
        r"input/output error|stale (?:NFS )?file handle|transport endpoint is not connected|structure needs cleaning",
        "the storage behind the volume fails",
        "have the storage repaired, then delete the Pod; nothing in registry.yaml is wrong",
    ),
)
"""Errors of the driver `filesystem`."""

REDIS_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"NOAUTH|WRONGPASS|invalid (?:username-)?password|AUTH .{0,40}without any password",
        "Redis refuses the password, or wants one",
        f"correct the key redis-password in `values.cache.redis.existingSecret`, {_RESTART}; or correct "
        "`values.cache.redis.username`",
    ),
    Phrase(
        r"unknown command .{0,4}flushdb|NOPERM|no permissions to run",
        "Redis does not allow a command that the registry or its garbage collection needs",
        "have Redis allow it (FLUSHDB for garbage collection; Bitnami's chart disables it), or set "
        "`values.cache.type` to "
        "another cache",
    ),
    Phrase(
        r"\bMOVED\b|CLUSTERDOWN|unknown command .{0,4}cluster|cluster support disabled",
        "Redis is a cluster and the configuration is not, or the other way around",
        "list one server, at least two nodes of a cluster, or the sentinels with their `masterName` in "
        "`values.cache.redis.addrs`",
    ),
    Phrase(
        r"OOM command not allowed|maxmemory",
        "the memory of Redis is full",
        "set `maxmemory-policy allkeys-lru` in Redis, or give it more memory",
    ),
    Phrase(
        r"READONLY|read only replica|MASTERDOWN|MISCONF|LOADING",
        "this server of Redis does not accept writes: it is a replica, is loading, or cannot save",
        "list the master in `values.cache.redis.addrs`, or repair Redis",
    ),
    Phrase(
        rf"{_UNTRUSTED}|does not look like a TLS handshake|bad certificate|certificate required",
        "TLS to Redis fails",
        "correct `values.cache.redis.tls.enabled`, and the certificate authority in `values.extraCAs`",
    ),
    Phrase(
        _NO_NAME,
        "the host of Redis does not resolve",
        "correct `values.cache.redis.addrs`",
    ),
    Phrase(
        rf"{_UNREACHABLE}|no answer",
        "it cannot reach Redis",
        "check that Redis runs, and that network policies let the Pod reach `values.cache.redis.addrs`",
    ),
)
"""Errors of the cache, of the registry and of the script that empties it."""

PUSH_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"invalid secret|blob upload invalid",
        "the Pods sign uploads with different keys, so that a push which reaches two of them fails",
        "set `values.http.existingSecret`, for all Pods the same: `registry-gitops secret http` prints it",
    ),
    *START_PHRASES,
)
"""Errors that are about no service and no volume."""

SUBJECTS: Final[tuple[tuple[str, tuple[Phrase, ...]], ...]] = (
    (r"cannot be emptied|from cache|NOAUTH|WRONGPASS", REDIS_PHRASES),
    (r"\bs3aws\b", S3_PHRASES),
    (r"\b(?:gcs|azure): |googleapi|blob\.core", CLOUD_PHRASES),
    (r"\bfilesystem: ", VOLUME_PHRASES),
    (r"", PUSH_PHRASES),
)
"""Words of a line -> what lines with them mean."""
